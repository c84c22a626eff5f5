"""Which task learns most from one more box."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np

from unify.autolabel.calibration.file import read_calibration
from unify.core.types import State
from unify.errors import UnifyError
from unify.ranking.target import Target
from unify.registry.objects import AutoLabelerVersion

F1 = "f1"  # of an auto-labeler's metrics, as a calibration writes them
UNMEASURED_F1 = 0.5
LEAST_BOXES = 5  # from fewer, F1 is a matter of luck


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
    """Mean F1 of a version over some classes, as far as it was measured; None where it was not at all.

    A calibration tells of the classes that had `LEAST_BOXES`; without one, the registry's metrics tell the same of all.
    A class that neither tells of is taken from the newest version below it in its stack that does: a new one follows
    round for round, and what people answer afterwards, about some of the classes, is its first measurement.
    """
    stack = target.registry.autolabelers[version.ref.name]
    below = [_known_f1(each, must=each is version) for each in stack[stack.index(version) :]]
    told = [next((known[name] for known in below if name in known), None) for name in classes]
    measured = [f1 for f1 in told if f1 is not None]
    return fmean(measured) if measured else None


def _known_f1(version: AutoLabelerVersion, *, must: bool) -> dict[str, float]:
    """Class -> F1; of a calibration that cannot be read, and need not be, nothing."""
    if not version.calibration:
        return dict.fromkeys(version.classes, version.metrics[F1]) if F1 in version.metrics else {}
    try:
        classes = read_calibration(version.calibration).classes
    except UnifyError:
        if must:
            raise
        return {}
    return {name: each.f1 for name, each in classes.items() if each.boxes >= LEAST_BOXES}


def labels_that_count(target: Target) -> dict[str, float]:
    """Task -> what its labels are worth, in pictures: those on which people looked for it × `of_a_picture`."""
    pictures, means = _pictures(target), mean_boxes(target)
    return {
        task: float(counts.mean() * of_a_picture(means[task])) if counts.any() else 0.0
        for task, counts in pictures.items()
    }


def of_a_picture(boxes: float | np.ndarray) -> np.ndarray:
    """What the labels of a picture are worth: the square root of its boxes and one.

    Boxes of one picture resemble each other. By boxes alone, a task with crowded pictures is hardly asked about any
    more; by pictures alone, rare objects no more than others. The one is for the picture itself, as in `gain`: that it
    shows none of a task teaches as well, and a task without any box so far must not ask on and on where none are.
    """
    return np.sqrt(1 + np.asarray(boxes))


def mean_boxes(target: Target) -> dict[str, float]:
    """Task -> boxes of its classes on a picture on which people looked for them; NaN where nobody did."""
    boxes, means = target.plan.boxes_per_class, {}
    for task, pictures in _pictures(target).items():
        known = pictures > 0
        mine = boxes[_columns(target, task)]
        means[task] = float((mine[known] / pictures[known]).sum()) if known.any() else np.nan
    return means


def _pictures(target: Target) -> dict[str, np.ndarray]:
    """Task -> pictures on which people looked for each of its classes, int64 [K]."""
    pictures = (target.plan.coverage.state == State.LABELED).sum(axis=0)
    return {task: pictures[_columns(target, task)] for task in target.registry.taxonomy.tasks}


def _columns(target: Target, task: str) -> np.ndarray:
    taxonomy = target.registry.taxonomy
    return np.array([taxonomy.ids[name] for name in taxonomy.tasks[task]]) - 1
