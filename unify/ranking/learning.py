"""Which task learns most from one more box."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np

from unify.autolabel.calibration.file import read_calibration
from unify.core.types import State
from unify.ranking.target import Target
from unify.registry.objects import AutoLabelerVersion

F1 = "f1"  # of an auto-labeler's metrics, as a calibration writes them
UNMEASURED_F1 = 0.5


def learning_weights(target: Target) -> dict[str, float]:
    """Task -> how much one more box of it is likely to raise the mean F1 over classes; the largest weight is 1.

    Learning curves flatten as ``P - b n^-g``, so that their slope is ``g (P - F1) / n``: what is missing to perfection
    by what was labeled so far. F1 is what was measured of the task's auto-labelers, see `measured_f1`; unmeasured it is
    0.5.

    Raises:
        UnifyError: a calibration file cannot be read.
    """
    taxonomy, labeled = target.registry.taxonomy, labels_that_count(target)
    slopes = {}
    for task, classes in taxonomy.tasks.items():
        measured = [measured_f1(target, each.version, classes) for each in target.config.autolabelers.get(task, ())]
        missing = 1 - max((f1 for f1 in measured if f1 is not None), default=UNMEASURED_F1)
        slopes[task] = len(classes) * missing / (1 + labeled[task])
    largest = max(slopes.values())
    return {task: slope / largest if largest else 1.0 for task, slope in slopes.items()}


def measured_f1(target: Target, version: AutoLabelerVersion, classes: Sequence[str]) -> float | None:
    """Mean F1 of a version over some classes; None where nobody measured it.

    A version that was never measured is taken for as good as the newest below it in its stack that was: a new one
    follows round for round, and what people answer afterwards is its first measurement.
    """
    stack = target.registry.autolabelers[version.ref.name]
    found = (_f1_of(each, classes) for each in stack[stack.index(version) :])
    return next((f1 for f1 in found if f1 is not None), None)


def _f1_of(version: AutoLabelerVersion, classes: Sequence[str]) -> float | None:
    """By its calibration, which knows classes; else by its metrics, which do not."""
    known = read_calibration(version.calibration).classes if version.calibration else {}
    measured = [known[name].f1 for name in classes if name in known and known[name].boxes]
    return fmean(measured) if measured else version.metrics.get(F1)


def labels_that_count(target: Target) -> dict[str, float]:
    """Task -> geometric mean of its boxes and of the pictures on which people looked for them.

    Boxes of one picture resemble each other, and a picture without a box teaches less than one with. By boxes alone, a
    task with crowded pictures is hardly asked about any more; by pictures alone, rare objects no more than others.
    """
    boxes, means = labeled_boxes(target), mean_boxes(target)
    return {task: count / float(np.sqrt(means[task])) if count else 0.0 for task, count in boxes.items()}


def mean_boxes(target: Target) -> dict[str, float]:
    """Task -> boxes of its classes on a picture on which people looked for them; NaN where nobody did."""
    taxonomy, pictures = target.registry.taxonomy, (target.plan.coverage.state == State.LABELED).sum(axis=0)
    means = {}
    for task, classes in taxonomy.tasks.items():
        columns = np.array([taxonomy.ids[name] for name in classes]) - 1
        known = columns[pictures[columns] > 0]
        means[task] = float((target.plan.boxes_per_class[known] / pictures[known]).sum()) if len(known) else np.nan
    return means


def labeled_boxes(target: Target) -> dict[str, int]:
    """Task -> boxes that people drew of its classes."""
    ids, boxes = target.registry.taxonomy.ids, target.plan.boxes_per_class
    return {
        task: sum(int(boxes[ids[name] - 1]) for name in classes)
        for task, classes in target.registry.taxonomy.tasks.items()
    }
