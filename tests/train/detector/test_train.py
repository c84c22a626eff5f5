"""Training on forty pictures of digits, as a trial does it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from unify.errors import DatasetError, UnifyError
from unify.records.manifest import read_manifest
from unify.registry.trial_objects import DetectorSettings

tf = pytest.importorskip("tensorflow", reason="needs the [train] extra", exc_type=ImportError)
wired = pytest.importorskip("unify.train.detector.train", exc_type=ImportError)
class_balance = pytest.importorskip("unify.losses", exc_type=ImportError).class_balance

STEPS = 40
SETTINGS = DetectorSettings(image_hw=(32, 48), width=6, steps=STEPS, batch_size=8, learning_rate=0.02)


@pytest.fixture(scope="module")
def trained(digits: Path) -> tuple[wired.Trained, list[int]]:
    """A detector, and what its progress was told."""
    ticks: list[int] = []
    return wired.train(digits / "train", SETTINGS, seed=3, progress=ticks.append), ticks


def test_the_loss_falls(trained: tuple[wired.Trained, list[int]]):
    losses = trained[0].losses
    assert np.mean(losses[-8:]) < 0.75 * np.mean(losses[:8])


def test_every_step_has_its_loss_and_its_tick(trained: tuple[wired.Trained, list[int]]):
    (detector, losses), ticks = (trained[0].detector, trained[0].losses), trained[1]
    assert len(losses) == STEPS and ticks == [1] * STEPS
    assert int(detector.optimizer.iterations) == STEPS


def test_the_classes_are_balanced_as_the_dataset_needs_it(trained: tuple[wired.Trained, list[int]], digits: Path):
    weights = trained[0].detector.loss["heatmap"].get_config()["class_weights"]
    assert weights == pytest.approx(class_balance(read_manifest(digits / "train"))) and len(set(weights)) > 1


def test_the_same_seed_gives_the_same_losses(trained: tuple[wired.Trained, list[int]], digits: Path):
    again = wired.train(digits / "train", SETTINGS, seed=3)
    # Equal to the last bit wherever it was tried, on two cores; TensorFlow does not promise it of sums over threads.
    np.testing.assert_allclose(again.losses, trained[0].losses, rtol=1e-4)


def test_another_seed_sees_other_pictures(digits: Path):
    detector = wired.Detector.for_dataset(digits / "train", SETTINGS.image_hw, SETTINGS.width)
    one, other = (
        next(iter(wired.training_batches(digits / "train", 40, detector, SETTINGS, seed)))[0] for seed in (0, 1)
    )
    assert one.shape == other.shape == (8, 32, 48, 3)
    assert (np.array(one) != np.array(other)).any()


def test_the_trained_detector_has_the_classes_of_the_dataset(trained: tuple[wired.Trained, list[int]], digits: Path):
    detector = trained[0].detector
    assert detector.settings["classes"] == {"zero": 1, "one": 2, "two": 3, "three": 4, "four": 5, "five": 6}
    assert detector.exclusive  # an object is one digit
    detector.check_classes(digits / "train")


def test_nothing_to_train_on_message(digits: Path):
    with pytest.raises(DatasetError) as caught:
        wired.train(digits / "test", SETTINGS)
    assert str(caught.value) == (
        f"{digits / 'test'}: there is nothing to train on: the split 'train' is empty\n"
        "  fix:      compile a config that selects batches of the split 'train'"
    )


def test_sizes_are_checked_before_anything_is_read(digits: Path):
    with pytest.raises(UnifyError, match="image_hw does not fit the network"):
        wired.train(digits / "train", replace(SETTINGS, image_hw=(30, 48)))


@pytest.mark.filterwarnings("ignore:Even though the `tf.config:UserWarning")
@pytest.mark.usefixtures("eagerly")
def test_a_box_that_is_not_a_number_ends_the_training_with_a_message(digits: Path, monkeypatch: pytest.MonkeyPatch):
    def damaged(*arguments: object, **options: object) -> tf.data.Dataset:
        return load(*arguments, **options).map(lambda each: each | {"boxes": each["boxes"] * float("nan")})

    load = wired.load
    monkeypatch.setattr(wired, "load", damaged)
    with pytest.raises(UnifyError) as caught:
        wired.train(digits / "train", SETTINGS)
    assert str(caught.value) == (
        f"{digits / 'train'}: training broke down at step 1 of {STEPS}: the loss is no longer a number\n"
        "  got:      loss nan\n"
        "  expected: a finite loss\n"
        "  fix:      lower the learning rate, 0.02; if that does not help, a box or weight is not a number"
    )
