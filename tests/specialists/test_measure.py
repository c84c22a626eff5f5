"""Specialists are asked in one go, and measured again only where something changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.calibrating.workspaces import register, vehicle_workspace, vehicles
from tests.inference.painted import add_painted_batch, calls
from tests.workspaces import files_of
from unify.calibrating.report import CalibrationReport
from unify.specialists import measure
from unify.specialists.measure import NOTE, measure_specialists
from unify.specialists.task import SpecialistTask

TASKS = (
    SpecialistTask("vehicle", ("vehicle:b1",), ("vehicle:b2",)),
    SpecialistTask("pedestrian", ("pedestrian:b1",), ("pedestrian:b2",)),
)


class Stages:
    """Progress that remembers what was done."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def stage(self, what: str, total: int | None = None, unit: str = "pictures") -> Callable[[int], None]:
        self.names.append(what)
        return lambda count: None


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Both tasks measured on the same ten pictures."""
    monkeypatch.setattr("unify.calibrating.target.reliability_svg", lambda calibration: b"")  # takes longest of all
    folder = vehicle_workspace(tmp_path / "ws", pictures=10)
    people = {f"b{i}": vehicles(i) for i in range(10)}
    add_painted_batch(folder, "pedestrian:b2", people, ["pedestrian", "cyclist"], split="val")
    register(folder, "vehicle", ["car", "truck"], {"v1": {"trained_on": ["vehicle:b1"]}})
    register(folder, "pedestrian", ["pedestrian", "cyclist"], {"v1": {"trained_on": ["pedestrian:b1"]}})
    return folder


def run(workspace: Path, progress: Stages | None = None) -> list[CalibrationReport]:
    how = {"workers": 1, "executor": "local", "ray_address": None}
    return measure_specialists(workspace, TASKS, progress=progress or Stages(), **how)


def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """References of those that are measured from now on."""
    refs: list[str] = []
    calibrate = measure.calibrate
    monkeypatch.setattr(measure, "calibrate", lambda ref, **how: refs.append(ref) or calibrate(ref, **how))
    return refs


def test_all_are_asked_in_one_pass(workspace: Path):
    stages = Stages()
    reports = run(workspace, stages)
    assert [report.autolabeler for report in reports] == ["vehicle:v1", "pedestrian:v1"]
    assert [report.metrics["f1"] for report in reports] == [1.0, 1.0]
    assert sum(name.startswith("auto-labeling") for name in stages.names) == 1
    assert [calls(workspace / f"{name}-v1.log") for name in ("vehicle", "pedestrian")] == [10, 10]


def test_what_is_measured_is_not_measured_again(workspace: Path, monkeypatch: pytest.MonkeyPatch):
    first = run(workspace)
    files = files_of(workspace / "autolabelers"), files_of(workspace / "registry")
    refs, stages = measured(monkeypatch), Stages()
    again = run(workspace, stages)
    assert refs == [] and not any(name.startswith("auto-labeling") for name in stages.names)
    assert [(report.summary()["classes"], report.warnings) for report in again] == [
        (report.summary()["classes"], report.warnings) for report in first
    ]
    assert (files_of(workspace / "autolabelers"), files_of(workspace / "registry")) == files


def another_model(workspace: Path) -> None:
    code = workspace / "autolabelers/vehicle/v1/labeler.py"
    code.write_text(code.read_text() + "\n# another\n")


def another_batch(workspace: Path) -> None:
    add_painted_batch(workspace, "vehicle:b3", {"z": vehicles(1)}, ["car", "truck"])


def touched_calibration(workspace: Path) -> None:
    path = workspace / "autolabelers/vehicle/v1/calibration.json"
    path.write_text(path.read_text() + "\n")


def no_calibration(workspace: Path) -> None:
    path = workspace / "registry/autolabelers/vehicle.yaml"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if "calibration:" not in line))


def another_recipe(workspace: Path) -> None:
    path = workspace / "autolabelers/vehicle/v1" / NOTE
    path.write_text(json.dumps({**json.loads(path.read_text()), "identity": "of an older unify"}))


def damaged_note(workspace: Path) -> None:
    (workspace / "autolabelers/vehicle/v1" / NOTE).write_text("[]")


@pytest.mark.parametrize(
    "change",
    [another_model, touched_calibration, no_calibration, another_recipe, damaged_note],
    ids=lambda f: f.__name__,
)
def test_one_of_which_something_changed_is_measured_again_alone(
    change: Callable[[Path], None], workspace: Path, monkeypatch: pytest.MonkeyPatch
):
    run(workspace)
    change(workspace)
    refs = measured(monkeypatch)
    run(workspace)
    assert refs == ["vehicle:v1"]
    run(workspace)
    assert refs == ["vehicle:v1"]


def test_other_pictures_measure_it_again(workspace: Path, monkeypatch: pytest.MonkeyPatch):
    run(workspace)
    another_batch(workspace)
    refs = measured(monkeypatch)
    monkeypatch.setattr(
        f"{__name__}.TASKS", (SpecialistTask("vehicle", ("vehicle:b1",), ("vehicle:[b2-b3]",)), TASKS[1])
    )
    run(workspace)
    assert refs == ["vehicle:v1"]
