"""Detections brought to the rows of the truth, every value checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from unify.errors import Problem, UnifyError, shorten
from unify.train.evaluate.detections import Detections
from unify.train.evaluate.truth import Truth


@dataclass(frozen=True)
class PlacedDetections:
    """D detections in the words of a `Truth`.

    Attributes:
        picture: int64 [D]; row of the truth.
        class_ids: int64 [D]; ids of its taxonomy.
        boxes_xywh_px: float64 [D, 4]; finite, sizes not negative.
        scores: float64 [D]; finite.
    """

    picture: np.ndarray
    class_ids: np.ndarray
    boxes_xywh_px: np.ndarray
    scores: np.ndarray

    def take(self, kept: np.ndarray) -> PlacedDetections:
        """Those where ``kept`` (bool [D]) is set."""
        return PlacedDetections(self.picture[kept], self.class_ids[kept], self.boxes_xywh_px[kept], self.scores[kept])


def place_detections(detections: Detections, truth: Truth) -> PlacedDetections:
    """Find each detection's picture, and refuse what cannot be evaluated.

    Raises:
        UnifyError: pictures or classes that the truth does not have, NaN, infinite scores, negative sizes; one problem
            of each kind, with the first ten places.
    """
    rows = {sha256: row for row, sha256 in enumerate(truth.sha256)}
    rows |= {row + 1: row for row in range(len(truth))}
    picture = np.array([rows.get(picture_id, -1) for picture_id in detections.picture_ids], np.int64)
    problems = [
        *_picture_problems(detections, picture, truth),
        *_class_problems(detections, truth),
        *_value_problems(detections),
    ]
    if problems:
        raise UnifyError(problems, summary=f"none of {len(detections):,} detections was evaluated")
    return PlacedDetections(
        picture=picture,
        class_ids=np.asarray(detections.class_ids, np.int64),
        boxes_xywh_px=np.asarray(detections.boxes_xywh_px, np.float64),
        scores=np.asarray(detections.scores, np.float64),
    )


def _picture_problems(detections: Detections, picture: np.ndarray, truth: Truth) -> Iterator[Problem]:
    unknown = Counter(detections.picture_ids[index] for index in np.flatnonzero(picture < 0).tolist())
    if unknown:
        yield Problem(
            detections.origin,
            f"detections on pictures that are not in the split: {unknown.total():,}",
            got=f"image_id {shorten([repr(picture_id) for picture_id in unknown])}",
            expected=f"1 to {len(truth):,}, or a picture's sha256",
            fix="take the ids that 'unify export --to coco --split SPLIT' gives this split, or the sha256 beside them",
        )


def _class_problems(detections: Detections, truth: Truth) -> Iterator[Problem]:
    names = truth.taxonomy.names
    unknown = Counter(class_id for class_id in np.asarray(detections.class_ids).tolist() if class_id not in names)
    if unknown:
        yield Problem(
            detections.origin,
            f"detections of classes that the dataset does not have: {unknown.total():,}",
            got=f"category_id {shorten([str(class_id) for class_id in sorted(unknown)])}",
            expected=shorten([f"{class_id} {name}" for class_id, name in names.items()]),
            fix="map the detector's classes to the ids of the dataset's label_map.csv",
        )


def _value_problems(detections: Detections) -> Iterator[Problem]:
    boxes, scores = np.asarray(detections.boxes_xywh_px), np.asarray(detections.scores)
    for wrong, what, values, expected in (
        (~np.isfinite(scores), "with a score that is not a number", scores, "a finite score"),
        (~np.isfinite(boxes).all(axis=1), "with a box that is not made of numbers", boxes, "finite pixels"),
        ((boxes[:, 2:] < 0).any(axis=1), "with a negative size", boxes, "[x, y, width, height] in pixels"),
    ):
        places = np.flatnonzero(wrong).tolist()
        if places:
            got = shorten([f"{values[index].tolist()} in entry {index}" for index in places])
            yield Problem(detections.origin, f"detections {what}: {len(places):,}", got=got, expected=expected)
