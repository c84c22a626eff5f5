"""Numbers out of a finished COCO evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from unify.core.types import State
from unify.train.evaluate.best_f1 import best_f1
from unify.train.evaluate.coco import is_unknown, run_coco
from unify.train.evaluate.detections import Detections
from unify.train.evaluate.placed import PlacedDetections, place_detections
from unify.train.evaluate.report import ClassScores, EvaluationReport, OverallScores
from unify.train.evaluate.truth import Truth

if TYPE_CHECKING:
    from pycocotools.cocoeval import COCOeval

_IOU_50, _IOU_75 = 0, 5  # of 0.50, 0.55, ... 0.95
_ALL_AREAS, _MOST_DETECTIONS = 0, 2  # of all, small, medium, large; of 1, 10, 100


def score_detections(truth: Truth, detections: Detections) -> EvaluationReport:
    """Detections against a truth that is in memory already.

    Raises:
        UnifyError: a detection cannot be evaluated, or pycocotools is not installed.
    """
    placed = place_detections(detections, truth)
    evaluation = run_coco(truth, placed)
    classes = {
        name: _class_scores(truth, placed, evaluation, place, class_id)
        for place, (class_id, name) in enumerate(truth.taxonomy.names.items())
    }
    return EvaluationReport(len(truth), len(detections), _overall(evaluation, list(classes.values())), classes)


def _class_scores(
    truth: Truth, placed: PlacedDetections, evaluation: COCOeval, place: int, class_id: int
) -> ClassScores:
    """One class, the ``place``-th of the taxonomy."""
    of_class = placed.take(placed.class_ids == class_id)
    scores, right, ignored = _judged(evaluation, place)
    states = truth.state[:, class_id - 1]
    boxes = int(np.sum((truth.box_class == class_id) & ~truth.box_crowd))
    point = best_f1(scores, right & ~ignored, ~right & ~ignored, boxes) if boxes else None
    precision = evaluation.eval["precision"][:, :, place, _ALL_AREAS, _MOST_DETECTIONS]
    return ClassScores(
        ap=_mean(precision),
        ap50=_mean(precision[_IOU_50]),
        ap75=_mean(precision[_IOU_75]),
        ar100=_mean(evaluation.eval["recall"][:, place, _ALL_AREAS, _MOST_DETECTIONS]),
        precision=point and point.precision,
        recall=point and point.recall,
        f1=point and point.f1,
        threshold=point and point.threshold,
        boxes=boxes,
        labeled=int(np.sum(states == State.LABELED)),
        incomplete=int(np.sum(states == State.INCOMPLETE)),
        detections=len(of_class.scores),
        set_aside=int(is_unknown(truth, of_class).sum() + ignored.sum()),
    )


def _judged(evaluation: COCOeval, place: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of one class's detections float64 scores, bool matched and bool ignored, at IoU 0.5, all pictures together."""
    parameters = evaluation.params
    pictures = len(parameters.imgIds)
    start = (place * len(parameters.areaRng) + _ALL_AREAS) * pictures
    results = [each for each in evaluation.evalImgs[start : start + pictures] if each is not None]
    return (
        np.concatenate([np.empty(0), *(each["dtScores"] for each in results)]),
        np.concatenate([np.empty(0, bool), *(each["dtMatches"][_IOU_50] > 0 for each in results)]),
        np.concatenate([np.empty(0, bool), *(each["dtIgnore"][_IOU_50] for each in results)]),
    )


def _overall(evaluation: COCOeval, classes: list[ClassScores]) -> OverallScores:
    coco = (None if value == -1 else float(value) for value in evaluation.stats)
    found = [each for each in classes if each.boxes]
    means = (_mean(np.array([getattr(each, name) for each in found])) for name in ("precision", "recall", "f1"))
    return OverallScores(*coco, *means)


def _mean(values: np.ndarray) -> float | None:
    """The mean; None of nothing, and where pycocotools says with -1 that there is no truth."""
    return float(np.mean(values)) if np.all(values > -1) and values.size else None
