"""The story of specialists, told without training: who is trained, registered and calibrated, and who not again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.workspaces import add_batch, files_of, make_workspace
from unify.errors import RegistryError
from unify.progress import Silent
from unify.registry.load import load_registry
from unify.registry.trial_objects import DetectorSettings
from unify.specialists import SpecialistTask, make_specialists
from unify.specialists.train import MODEL, SpecialistJob, write_card

STORY = import_module("unify.specialists.make")
SETTINGS = DetectorSettings(image_hw=(48, 64), width=4, steps=3, batch_size=2)
TASKS = (
    SpecialistTask("vehicle", ("vehicle:b1",), ("vehicle:val",)),
    SpecialistTask("pedestrian", ("pedestrian:b1", "pedestrian:b2"), ("pedestrian:val",)),
)
BOX = (4.0, 4.0, 20.0, 16.0)
Noted = list[tuple[str, Any]]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = make_workspace(tmp_path / "ws")
    for ref, words in {"vehicle:b1": "ab", "vehicle:val": "v"}.items():
        add_batch(folder, ref, {word: [("car", BOX)] for word in words}, ["car", "truck"])
    for ref, words in {"pedestrian:b1": "c", "pedestrian:b2": "d", "pedestrian:val": "w"}.items():
        add_batch(folder, ref, {word: [("cyclist", BOX)] for word in words}, ["pedestrian", "cyclist"])
    return folder


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Noted]:
    """What was trained and measured; neither is done."""
    notes: Noted = []

    def train(job: SpecialistJob, progress: Callable[[int], None]) -> str:
        progress(job.settings.steps)
        job.folder.mkdir(parents=True, exist_ok=True)
        (job.folder / MODEL).write_text(f"trained {job.settings.steps} steps")
        write_card(job)
        notes.append(("trained", job))
        return job.ref

    def measure(workspace: Path, tasks: Sequence[SpecialistTask], **options: Any) -> list[str]:
        notes.append(("measured", tuple(tasks)))
        return [f"report of {each.ref}" for each in tasks]

    monkeypatch.setattr(STORY, "train_specialist", train)
    monkeypatch.setattr(STORY, "measure_specialists", measure)
    yield notes


def make(workspace: Path, settings: DetectorSettings = SETTINGS, tasks: tuple = TASKS, **options: Any) -> list:
    how = {"seed": 0, "workers": 1, "executor": "local", "progress": Silent()}
    return make_specialists(workspace, tasks, settings, **(how | options))


def results_of(workspace: Path) -> dict[str, bytes]:
    """Every file but local state."""
    return {name: content for name, content in files_of(workspace).items() if not name.startswith(".unify/")}


def trained(noted: Noted) -> list[str]:
    return [each.ref for what, each in noted if what == "trained"]


def test_each_task_gets_one_that_is_trained_on_its_own_labels_and_measured_on_others(workspace: Path, noted: Noted):
    assert make(workspace) == ["report of vehicle:v1", "report of pedestrian:v1"]
    jobs = [each for what, each in noted if what == "trained"]
    assert [(str(job), job.classes) for job in jobs] == [
        ("specialist vehicle:v1", ("car", "truck")),
        ("specialist pedestrian:v1", ("pedestrian", "cyclist")),
    ]
    assert [job.folder for job in jobs] == [workspace / f"autolabelers/{task}/v1" for task in ("vehicle", "pedestrian")]
    assert {job.settings for job in jobs} == {SETTINGS} and {job.seed for job in jobs} == {0}
    assert noted[2:] == [("measured", TASKS)]


def test_the_registry_knows_their_models_and_what_they_learned_from(workspace: Path, noted: Noted):
    make(workspace)
    ((version,),) = (load_registry(workspace).autolabelers[name] for name in ("pedestrian",))
    assert (str(version.ref), version.adapter) == ("pedestrian:v1", "keras")
    assert version.path == workspace / "autolabelers/pedestrian/v1/model.keras"
    assert version.trained_on == ("pedestrian:b1", "pedestrian:b2")
    assert version.options == {"nms_iou": 0.6, "batch_size": 32}


def test_their_configs_can_be_compiled_by_hand(workspace: Path, noted: Noted):
    make(workspace)
    assert (workspace / "configs/specialists/pedestrian.yaml").read_text() == (
        'name: pedestrian-specialist\nmethod: partial\ndatasets: ["pedestrian:b1", "pedestrian:b2"]\n'
    )
    assert (workspace / "unified/pedestrian-specialist/manifest.json").is_file()


def test_what_is_there_is_kept(workspace: Path, noted: Noted):
    first = make(workspace)
    before = results_of(workspace)
    noted.clear()
    assert make(workspace) == first
    assert [what for what, _ in noted] == ["measured"] and results_of(workspace) == before


@pytest.mark.parametrize("lost", ["card.json", "model.keras"])
def test_one_whose_training_did_not_come_to_its_end_is_trained_again_alone(workspace: Path, noted: Noted, lost: str):
    make(workspace)
    (workspace / "autolabelers/vehicle/v1" / lost).unlink()
    noted.clear()
    make(workspace)
    assert trained(noted) == ["vehicle:v1"]


def test_one_that_was_trained_and_not_registered_is_registered(workspace: Path, noted: Noted):
    make(workspace)
    (workspace / "registry/autolabelers/vehicle.yaml").unlink()
    noted.clear()
    make(workspace)
    assert trained(noted) == [] and "vehicle" in load_registry(workspace).autolabelers


def test_other_settings_another_seed_and_other_labels_train_others(workspace: Path, noted: Noted):
    make(workspace)
    for options in ({"settings": DetectorSettings(steps=4)}, {"settings": DetectorSettings(steps=4), "seed": 1}):
        noted.clear()
        make(workspace, **options)
        assert trained(noted) == ["vehicle:v1", "pedestrian:v1"]
    assert (workspace / "autolabelers/vehicle/v1/model.keras").read_text() == "trained 4 steps"
    noted.clear()
    more = (TASKS[0], SpecialistTask("pedestrian", ("pedestrian:b1",), ("pedestrian:val",)))
    make(workspace, DetectorSettings(steps=4), more, seed=1)
    assert trained(noted) == ["pedestrian:v1"]


def test_progress_is_told_in_steps_of_those_that_are_missing(workspace: Path, noted: Noted):
    make(workspace)
    (workspace / "autolabelers/vehicle/v1/card.json").unlink()
    stages: list[tuple[str, int | None, str]] = []
    steps: list[int] = []

    class Listener:
        def stage(self, what: str, total: int | None = None, unit: str = "pictures") -> Callable[[int], None]:
            stages.append((what, total, unit))
            return steps.append if unit == "steps" else lambda count: None

    make(workspace, progress=Listener())
    assert ("training 1 specialist", 3, "steps") in stages and steps == [3]


def test_a_wrong_selection_is_said_before_anything_is_trained(workspace: Path, noted: Noted):
    with pytest.raises(RegistryError, match="unknown batch 'vehicle:b9'"):
        make(workspace, tasks=(TASKS[1], SpecialistTask("vehicle", ("vehicle:b9",), ("vehicle:val",))))
    assert noted == []
