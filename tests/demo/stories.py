"""Demos without a training: specialists that replay the truth, with known mistakes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from unify.calibrating.calibrate import calibrate
from unify.calibrating.report import CalibrationReport
from unify.demo.cut import TASKS
from unify.demo.workspace import DemoWorkspace
from unify.progress import Progress
from unify.registry.edit import register_autolabeler
from unify.registry.load import load_registry
from unify.registry.trial_objects import DetectorSettings
from unify.scenarios.truth import Truth

OVERLOOKED = "cyclist"
"""A class of which the specialist never finds any."""


def replaying_specialists(
    made: DemoWorkspace, detector: DetectorSettings, progress: Progress
) -> list[CalibrationReport]:
    """Like `unify.demo.run._make_specialists`. Every object is found; every third picture has a wrong box besides."""
    for task, classes in TASKS.items():
        results = made.folder / "autolabelers" / f"{task}.json"
        results.parent.mkdir(exist_ok=True)
        detections = [each for number, truth in enumerate(made.truths) for each in _found(number, truth, classes)]
        results.write_text(json.dumps(detections))
        path = results.relative_to(made.folder)
        if task not in load_registry(made.folder).autolabelers:
            register_autolabeler(
                made.folder, f"{task}:v1", "recorded", path, trained_on=[f"{task}:b1"], options={"unlisted": "empty"}
            )
    return [calibrate(f"{task}:v1", on=f"{task}:val", workspace=made.folder) for task in TASKS]


def _found(number: int, truth: Truth, classes: tuple[str, ...]) -> Iterator[dict]:
    rng = np.random.default_rng(number)
    for name, (x1, y1, x2, y2) in truth.of(classes):
        if name != OVERLOOKED:
            yield _detection(truth, classes, name, (x1, y1, x2 - x1, y2 - y1), rng.uniform(0.5, 1.0))
    if number % 3 == 0:
        yield _detection(truth, classes, classes[0], (2.0, 2.0, 30.0, 20.0), rng.uniform(0.1, 0.4))


def _detection(truth: Truth, classes: tuple[str, ...], name: str, box_xywh: tuple, score: float) -> dict:
    category = classes.index(name) + 1
    return {"image_id": truth.file_name, "category_id": category, "bbox": list(box_xywh), "score": float(score)}
