"""Specialists that are really trained, for a few steps: they can be loaded, asked and calibrated, and trained again."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.workspaces import files_of
from unify.progress import Silent
from unify.registry.load import load_registry
from unify.registry.trial_objects import DetectorSettings, Driving
from unify.scenarios import make_scenario
from unify.specialists import SpecialistTask, make_specialists

# Not imported here: processes that need TensorFlow are forked, which is faster, by one that has not loaded it.
MISSING = [name for name in ("tensorflow", "sklearn", "matplotlib") if find_spec(name) is None]
pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(bool(MISSING), reason="needs the [train] extra"),
]

SCENES = Driving(
    {"vehicle": ("car", "bus"), "people": ("pedestrian",)}, train=8, validation=4, test=1, image_hw=(48, 64)
)
TASKS = [SpecialistTask(task, (f"{task}:train",), (f"{task}:val",)) for task in SCENES.tasks]
SETTINGS = DetectorSettings(image_hw=(48, 64), width=4, steps=2, batch_size=4)


def make(workspace: Path, tasks: list = TASKS, settings: DetectorSettings = SETTINGS, **options: Any) -> list:
    how = {"seed": 0, "workers": 2, "executor": "local", "progress": Silent()}
    return make_specialists(workspace, tasks, settings, **(how | options))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list]:
    """A workspace with specialists, not to be changed, and how good they are."""
    workspace = tmp_path_factory.mktemp("specialists") / "ws"
    make_scenario(SCENES, workspace, workers=1)
    return workspace, make(workspace)


@pytest.fixture
def workspace(made: tuple[Path, list], tmp_path: Path) -> Path:
    """A copy of that, to be changed."""
    shutil.copytree(made[0], tmp_path / "ws")
    return tmp_path / "ws"


def test_everything_about_one_is_kept(made: tuple[Path, list]):
    folder = made[0] / "autolabelers/vehicle/v1"
    kept = {path.name for path in folder.iterdir()}
    assert kept == {"model.keras", "card.json", "log.txt", "calibration.json", "calibration.svg", "measured.json"}
    card = json.loads((folder / "card.json").read_text())
    dataset = json.loads((made[0] / "unified/vehicle-specialist/manifest.json").read_text())
    assert (card["classes"], card["dataset"], card["seed"]) == (["car", "bus"], dataset["digest"], 0)


def test_it_is_registered_and_calibrated_on_pictures_it_has_not_seen(made: tuple[Path, list]):
    workspace, reports = made
    registry = load_registry(workspace)
    assert [report.autolabeler for report in reports] == ["vehicle:v1", "people:v1"]
    for report, task in zip(reports, SCENES.tasks):
        (version,) = registry.autolabelers[task]
        assert (version.calibration, version.trained_on) == (report.path, (f"{task}:train",))
        assert set(version.classes) == set(SCENES.tasks[task]) and set(version.metrics) == {"f1", "precision", "recall"}
        assert report.calibration.batches == (f"{task}:val",) and report.calibration.pictures == 4


def test_what_is_there_is_not_made_again(workspace: Path, made: tuple[Path, list], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr("unify.specialists.make.train_specialist")
    before = {name: content for name, content in files_of(workspace).items() if not name.startswith(".unify")}
    reports = make(workspace, workers=1)
    assert [report.calibration for report in reports] == [report.calibration for report in made[1]]
    assert not any(report.registry_changed or report.inference.inferred for report in reports)
    after = {name: content for name, content in files_of(workspace).items() if not name.startswith(".unify")}
    assert after == before


def test_other_settings_give_another_model_under_the_same_name_measured_anew(workspace: Path, made: tuple[Path, list]):
    """Though its calibration goes with the model that it was made for."""
    (report,) = make(workspace, TASKS[:1], replace(SETTINGS, steps=3))
    assert report.inference.inferred == 4
    assert report.calibration.fingerprint != made[1][0].calibration.fingerprint
    (version,) = load_registry(workspace).autolabelers["vehicle"]
    assert version.calibration == report.path and report.path.is_file()


def test_it_speaks_of_its_own_classes_alone(made: tuple[Path, list]):
    import keras

    model = keras.saving.load_model(made[0] / "autolabelers/people/v1/model.keras", safe_mode=True)
    found = model(np.zeros((1, 48, 64, 3), np.float32))
    assert set(np.unique(found["classes"])) == {0} and float(np.max(found["scores"])) > 0
