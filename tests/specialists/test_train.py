"""One training: known by what decides its result, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from unify.errors import OutputError
from unify.registry.trial_objects import DetectorSettings
from unify.specialists import train as train_file
from unify.specialists.train import SpecialistJob, is_trained, train_specialist, write_card


@pytest.fixture
def job(tmp_path: Path) -> SpecialistJob:
    settings = DetectorSettings(image_hw=(48, 48), width=4, steps=3)
    return SpecialistJob("vehicle:v1", ("car",), tmp_path / "v1", tmp_path / "dataset", "digest", settings, 0)


@pytest.fixture
def done(job: SpecialistJob) -> SpecialistJob:
    """A job as its training leaves it, but for the model."""
    job.folder.mkdir()
    (job.folder / "model.keras").touch()
    write_card(job)
    return job


def test_it_is_trained_when_card_and_model_are_there(job: SpecialistJob):
    assert not is_trained(job)
    job.folder.mkdir()
    write_card(job)
    assert not is_trained(job)
    (job.folder / "model.keras").touch()
    assert is_trained(job)


@pytest.mark.parametrize(
    "other",
    [
        {"digest": "other"},
        {"seed": 1},
        {"classes": ("car", "truck")},
        {"settings": DetectorSettings(image_hw=(48, 48), width=4, steps=4)},
    ],
    ids=str,
)
def test_all_that_decides_the_model_is_on_its_card(done: SpecialistJob, other: dict):
    assert is_trained(done) and not is_trained(replace(done, **other))


def test_where_it_lies_is_not(done: SpecialistJob, tmp_path: Path):
    done.folder.rename(tmp_path / "moved")
    assert is_trained(replace(done, folder=tmp_path / "moved", dataset=tmp_path / "elsewhere"))


def test_the_recipe_is_part_of_it(done: SpecialistJob, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(train_file, "RECIPE", train_file.RECIPE + 1)
    assert not is_trained(done)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"3", b'{"classes": "car"}', b"\xff"])
def test_any_other_card_is_somebody_elses(done: SpecialistJob, content: bytes):
    (done.folder / "card.json").write_bytes(content)
    assert not is_trained(done)


def test_a_card_can_be_read_by_people(done: SpecialistJob):
    assert json.loads((done.folder / "card.json").read_text()) == {
        "classes": ["car"],
        "recipe": train_file.RECIPE,
        "dataset": "digest",
        "seed": 0,
        "detector": {
            "image_hw": [48, 48],
            "width": 4,
            "steps": 3,
            "batch_size": 8,
            "learning_rate": 0.01,
            "flip": True,
            "scale": 1.1,
            "shift": 0.05,
            "color": 0.1,
        },
    }


def test_nothing_of_an_earlier_training_stays(done: SpecialistJob, monkeypatch: pytest.MonkeyPatch):
    def fail(job: SpecialistJob, progress: Callable[[int], None]) -> None:
        assert [path.name for path in job.folder.iterdir()] == ["log.txt"]
        raise KeyboardInterrupt

    monkeypatch.setattr(train_file, "_train", fail)
    with pytest.raises(KeyboardInterrupt):
        train_specialist(done, lambda steps: None)
    assert not is_trained(done)


def test_a_full_disk_is_an_error_that_names_the_folder(job: SpecialistJob, monkeypatch: pytest.MonkeyPatch):
    def full(job: SpecialistJob, progress: Callable[[int], None]) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(train_file, "_train", full)
    with pytest.raises(OutputError) as raised:
        train_specialist(job, lambda steps: None)
    assert str(raised.value) == (
        f"{job.folder}: cannot be written: No space left on device\n  fix:      free space on the disk"
    )
