"""Which task learns most from one more box."""

from __future__ import annotations

import numpy as np

from unify.core.types import State
from unify.ranking.target import Target

F1 = "f1"  # of an auto-labeler's metrics, as a calibration writes them
UNMEASURED_F1 = 0.5


def learning_weights(target: Target) -> dict[str, float]:
    """Task -> how much one more box of it is likely to raise the mean F1 over classes; the largest weight is 1.

    Learning curves flatten as ``P - b n^-g``, so that their slope is ``g (P - F1) / n``: what is missing to perfection
    by what was labeled so far. F1 is what was measured of the task's auto-labelers; unmeasured it is 0.5.
    """
    taxonomy, labeled = target.registry.taxonomy, labels_that_count(target)
    slopes = {}
    for task, classes in taxonomy.tasks.items():
        choices = target.config.autolabelers.get(task, ())
        measured = [each.version.metrics[F1] for each in choices if F1 in each.version.metrics]
        missing = 1 - max(measured, default=UNMEASURED_F1)
        slopes[task] = len(classes) * missing / (1 + labeled[task])
    largest = max(slopes.values())
    return {task: slope / largest if largest else 1.0 for task, slope in slopes.items()}


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
