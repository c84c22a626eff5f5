"""Specialists that no training made: they know all that is on a scenario's pictures. All else about them is real."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from unify.calibrating.calibrate import calibrate
from unify.calibrating.report import CalibrationReport
from unify.registry.edit import register_autolabeler
from unify.registry.load import load_registry
from unify.registry.trial_objects import DetectorSettings
from unify.specialists import SpecialistTask

Asked = list[tuple[Sequence[SpecialistTask], DetectorSettings, int]]


@contextmanager
def all_knowing() -> Iterator[Asked]:
    """In place of trained specialists while it lasts; yields what was asked for: tasks, settings and seed."""
    asked: Asked = []

    def make_specialists(
        workspace: Path, tasks: Sequence[SpecialistTask], settings: DetectorSettings, *, seed: int, **how: Any
    ) -> list[CalibrationReport]:
        asked.append((tasks, settings, seed))
        for each in tasks:
            if each.task not in load_registry(workspace).autolabelers:
                results = _record(workspace, each.task)
                register_autolabeler(workspace, each.ref, "recorded", results, trained_on=each.train)
        return [calibrate(each.ref, on=each.calibrate, workspace=workspace, **how) for each in tasks]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("unify.trials.datasets.make_specialists", make_specialists)
        patch.setattr("unify.calibrating.target.reliability_svg", lambda calibration: b"")  # takes longest of all
        yield asked


def _record(workspace: Path, task: str) -> Path:
    """Every box of the task's classes, whoever was asked for it, as COCO results; below the workspace."""
    results = []
    for path in (workspace / "data/labels" / task).iterdir():
        labels = json.loads(path.read_bytes())
        names = {each["id"]: each["file_name"] for each in labels["images"]}
        for box in labels["annotations"]:
            known = {key: box[key] for key in ("category_id", "bbox")}
            results.append({**known, "image_id": names[box["image_id"]], "score": 0.9})
    path = workspace / "autolabelers" / task / "v1/results.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(results))
    return path.relative_to(workspace)
