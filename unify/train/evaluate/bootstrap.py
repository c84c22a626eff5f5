"""How far AP hangs on the pictures that happen to be in the split: AP on many resamples of them at once.

A resample takes as many pictures as there are, with replacement; to AP that is a whole weight per picture. Matching is
done once, by pycocotools; only its accumulation is repeated, for all resamples at a time, with equal numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from unify.train.evaluate.coco import run_coco
from unify.train.evaluate.detections import Detections
from unify.train.evaluate.placed import place_detections
from unify.train.evaluate.truth import Truth

if TYPE_CHECKING:
    from pycocotools.cocoeval import COCOeval

_CELLS = 3_000_000  # detections of a class times resamples at a time; at most 44 bytes each


def resampled_ap(
    truth: Truth, detections: Detections, *, samples: int = 1000, seed: int = 0, ious: Sequence[float] = (0.5, 0.75)
) -> np.ndarray:
    """AP on resamples of the pictures, label-aware as in `score_detections`.

    The resamples depend on ``seed`` and the number of pictures alone, so two detectors on one split are compared on
    the same ones. It takes one more evaluation, about 10 ns per detection, resample and threshold, and less than
    200 MB.

    Args:
        truth: P pictures.
        detections: of any detector on them.
        samples: S resamples, each of P pictures.
        seed: makes other resamples.
        ious: I thresholds of 0.50, 0.55, ... 0.95.

    Returns:
        float32 [S, I]; mean over the classes with boxes in the resample, NaN where none has.

    Raises:
        UnifyError: a detection cannot be evaluated, or pycocotools is not installed.
    """
    evaluation = run_coco(truth, place_detections(detections, truth))
    largest = int(np.bincount(detections.class_ids).max(initial=len(truth)))
    weights = picture_weights(len(truth), samples, seed, at_once=max(1, _CELLS // largest))
    return np.concatenate([weighted_ap(evaluation, each, ious) for each in weights]).astype(np.float32)


def picture_weights(pictures: int, samples: int, seed: int, *, at_once: int) -> Iterator[np.ndarray]:
    """How often each resample took each picture, int32 [up to ``at_once``, P]; the same however many at once."""
    rng = np.random.default_rng(seed)
    even = np.full(pictures, 1 / pictures)
    for start in range(0, samples, at_once):
        yield rng.multinomial(pictures, even, size=min(at_once, samples - start)).astype(np.int32)


def weighted_ap(evaluation: COCOeval, weights: np.ndarray, ious: Sequence[float]) -> np.ndarray:
    """AP as pycocotools would find it with every picture repeated as often as its weight says.

    To the last bit but for the order of sums, where scores differ within a class of a picture. Equal ones count as
    the copies of the first, then those of the second; pycocotools goes through the pictures one copy after the other.

    Args:
        evaluation: what `run_coco` gives for P pictures.
        weights: int32 [S, P].
        ious: I thresholds of the evaluation.

    Returns:
        float64 [S, I]; mean over the classes with boxes on pictures of some weight, NaN where none has.

    Raises:
        ValueError: the evaluation has no such threshold.
    """
    weights = np.ascontiguousarray(weights.T)
    means = [_mean_over_classes(evaluation, weights, _place(evaluation, iou)) for iou in ious]
    return np.stack(means, axis=1)


@dataclass(frozen=True)
class _ClassResults:
    """One class at one IoU: D detections that are right or wrong, the surest first.

    Attributes:
        boxes: int64 [P]; boxes to be found on each picture.
        picture: int64 [D]; 0..P-1.
        right: bool [D].
    """

    boxes: np.ndarray
    picture: np.ndarray
    right: np.ndarray


def _mean_over_classes(evaluation: COCOeval, weights: np.ndarray, place: int) -> np.ndarray:
    """float64 [S] of weights [P, S], at the ``place``-th IoU."""
    total, classes = np.zeros(weights.shape[1]), np.zeros(weights.shape[1], np.int64)
    for results in _class_results(evaluation, place):
        boxes = results.boxes @ weights
        ap = _average_precision(results, weights, np.maximum(boxes, 1), evaluation.params.recThrs)
        total += np.where(boxes > 0, ap, 0.0)
        classes += boxes > 0
    return np.where(classes > 0, total / np.maximum(classes, 1), np.nan)


def _average_precision(
    results: _ClassResults, weights: np.ndarray, boxes: np.ndarray, recalls: np.ndarray
) -> np.ndarray:
    """float64 [S]: the precision envelope's mean over the recall thresholds.

    Recall rises and precision peaks at right detections only, so nothing else is looked at. Where recall rises, the
    envelope stands for every threshold passed there.
    """
    ends = np.flatnonzero(results.right) + 1
    between = weights[results.picture[: ends.max(initial=0)]]
    judged = np.cumsum(np.add.reduceat(between, np.append(0, ends)[:-1], axis=0), axis=0)
    found = np.cumsum(weights[results.picture[results.right]], axis=0, dtype=np.int32)
    precision = found / (judged + np.spacing(1))  # the divisor of pycocotools, for equal rounding
    envelope = np.maximum.accumulate(precision[::-1], axis=0)[::-1]
    passed = np.searchsorted(recalls, found / boxes, side="right")
    return np.sum(envelope * np.diff(passed, axis=0, prepend=0), axis=0) / len(recalls)


def _class_results(evaluation: COCOeval, place: int) -> Iterator[_ClassResults]:
    """Every class that has boxes to be found."""
    pictures = len(evaluation.params.imgIds)
    all_sizes = evaluation.params.areaRng[0]
    of_class: dict[int, list] = {}
    for each in evaluation.evalImgs:
        if each is not None and each["aRng"] == all_sizes:
            of_class.setdefault(each["category_id"], []).append(each)
    for entries in of_class.values():
        boxes = np.zeros(pictures, np.int64)
        boxes[[each["image_id"] - 1 for each in entries]] = [np.sum(each["gtIgnore"] == 0) for each in entries]
        if boxes.any():
            yield _ClassResults(boxes, *_ranked(entries, place))


def _ranked(entries: list, place: int) -> tuple[np.ndarray, np.ndarray]:
    """Picture and rightness of one class's detections, less the ignored, in pycocotools' order."""
    picture = np.repeat([each["image_id"] - 1 for each in entries], [len(each["dtScores"]) for each in entries])
    right = np.concatenate([each["dtMatches"][place] > 0 for each in entries])
    judged = np.concatenate([~each["dtIgnore"][place] for each in entries])
    scores = np.concatenate([each["dtScores"] for each in entries])
    order = np.argsort(-scores, kind="stable")
    order = order[judged[order]]
    return picture[order], right[order]


def _place(evaluation: COCOeval, iou: float) -> int:
    places = np.flatnonzero(np.isclose(evaluation.params.iouThrs, iou))
    if not len(places):
        raise ValueError(f"no IoU threshold {iou} in {evaluation.params.iouThrs.tolist()}")
    return int(places[0])
