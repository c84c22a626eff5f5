"""Three trainings in a row, on two datasets and from two seeds, by one traced step."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from unify.core.digest import json_digest
from unify.records.manifest import read_manifest
from unify.registry.trial_objects import DetectorSettings

pytest.importorskip("tensorflow", reason="needs the [train] extra", exc_type=ImportError)
wired = pytest.importorskip("unify.train.detector.train", exc_type=ImportError)
Trainer = pytest.importorskip("unify.train.detector.trainer", exc_type=ImportError).Trainer
losses = pytest.importorskip("unify.losses", exc_type=ImportError)

STEPS = 6
SETTINGS = DetectorSettings(image_hw=(32, 48), width=4, steps=STEPS, batch_size=4, learning_rate=0.02)
ONE_STEP = replace(SETTINGS, steps=1)
ORDER = (("train", 3), ("uneven", 4), ("train", 3))


@dataclass(frozen=True)
class Row:
    """Trainings in the order of `ORDER`.

    Attributes:
        trained: what each gave.
        weights: of each detector, before the next training began.
        written: how often the loss had been written into a graph after each.
        ticks: what their progress was told.
    """

    trained: list[wired.Trained]
    weights: list[list[np.ndarray]]
    written: list[int]
    ticks: list[int]


@pytest.fixture(scope="module")
def row(digits: Path) -> Row:
    calls: list[None] = []
    row, trainer = Row([], [], [], []), Trainer(SETTINGS)
    with counted_losses(calls):
        for name, seed in ORDER:
            row.trained.append(trainer.train(digits / name, seed=seed, progress=row.ticks.append))
            row.weights.append(row.trained[-1].detector.get_weights())
            row.written.append(len(calls))
    return row


@contextmanager
def counted_losses(calls: list[None]) -> Iterator[None]:
    heatmap = losses.PartialHeatmapFocalCrossentropy
    plain = heatmap.element_losses

    def counted(*arguments: object) -> object:
        calls.append(None)
        return plain(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(heatmap, "element_losses", counted)
        yield


def assert_equal(row: Row, place: int, weights: list[np.ndarray], per_step: tuple[float, ...]) -> None:
    """Equal to the last bit wherever it was tried; TensorFlow does not promise it of sums over threads."""
    np.testing.assert_allclose(row.trained[place].losses, per_step, rtol=1e-4)
    for one, other in zip(row.weights[place], weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


def test_the_datasets_differ_in_the_balance_of_their_classes(digits: Path):
    one, other = (losses.class_balance(read_manifest(digits / name)) for name in ("train", "uneven"))
    assert np.abs(np.subtract(one, other)).max() > 0.05


def test_a_later_training_equals_a_fresh_one(row: Row, digits: Path):
    fresh = wired.train(digits / "uneven", SETTINGS, seed=4)
    assert_equal(row, 1, fresh.detector.get_weights(), fresh.losses)


def test_the_same_training_again_gives_the_same_whatever_was_trained_between(row: Row):
    assert row.trained[0].losses != row.trained[1].losses
    assert_equal(row, 2, row.weights[0], row.trained[0].losses)


def test_the_step_is_traced_for_the_first_alone(row: Row):
    assert row.written[0] > 0 and row.written == [row.written[0]] * 3


def test_a_detector_that_was_handed_out_is_not_changed_by_later_trainings(row: Row):
    for trained, weights in zip(row.trained, row.weights, strict=True):
        for now, then in zip(trained.detector.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(now, then)


def test_every_training_tells_of_all_its_steps(row: Row):
    assert [len(each.losses) for each in row.trained] == [STEPS] * 3 and row.ticks == [1] * STEPS * 3


@pytest.mark.filterwarnings("ignore:Even though the `tf.config:UserWarning")
@pytest.mark.usefixtures("eagerly")
def test_a_dataset_of_another_taxonomy_gets_a_detector_of_its_own(digits: Path, tmp_path: Path):
    shutil.copytree(digits / "train", tmp_path / "other")
    manifest = read_manifest(digits / "train")
    manifest["taxonomy"]["exclusive"] = []  # a digit may be two at a time
    del manifest["digest"]
    (tmp_path / "other/manifest.json").write_text(json.dumps(manifest | {"digest": json_digest(manifest)}))
    trainer = Trainer(ONE_STEP)
    first, second = (trainer.train(each) for each in (digits / "train", tmp_path / "other"))
    assert first.detector.exclusive and not second.detector.exclusive
    assert second.losses == pytest.approx(wired.train(tmp_path / "other", ONE_STEP).losses, rel=1e-5)
    assert second.losses != pytest.approx(first.losses, rel=1e-4)
