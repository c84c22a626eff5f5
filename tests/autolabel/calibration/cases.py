"""Matches and human labels for the tests of calibration: by hand, or drawn from a curve that is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from unify.autolabel.calibration.match import Matches
from unify.core.prediction_table import PredictionTable, gather_predictions
from unify.core.predictions import Failure, Prediction

Box = tuple[float, float, float, float]


def predict(rows: Sequence[tuple[int, Box, float]]) -> Prediction:
    """Rows (declared class, box, score), by falling score."""
    return Prediction(
        boxes_xyxy=np.array([box for _, box, _ in rows], np.float32).reshape(-1, 4),
        scores=np.array([score for _, _, score in rows], np.float32),
        classes=np.array([index for index, _, _ in rows], np.int32),
    )


def table_of(*pictures: Sequence[tuple[int, Box, float]] | Failure | None, class_ids: Sequence[int]) -> PredictionTable:
    """One list of rows a picture, a failure, or None where nobody asked."""
    predictions = [each if each is None or isinstance(each, Failure) else predict(each) for each in pictures]
    return gather_predictions(predictions, class_ids)


def make_matches(
    by_class: Sequence[Sequence[tuple[float, str]]], *, boxes: Sequence[int] | None = None, pictures: int = 50
) -> Matches:
    """Rows (score, verdict) a class; the verdict is ``wrong``, ``right``, or ``tight``, which is right too.

    Args:
        by_class: one list a class.
        boxes: human boxes a class; twice the right ones by default.
        pictures: the detections lie on these in turn.
    """
    rows = [(index, score, verdict) for index, mine in enumerate(by_class) for score, verdict in mine]
    verdicts = np.array([verdict for _, _, verdict in rows], str)
    right, tight = np.isin(verdicts, ["right", "tight"]), verdicts == "tight"
    class_index = np.array([index for index, _, _ in rows], np.int32)
    found = np.bincount(class_index[right], minlength=len(by_class))
    return Matches(
        class_index=class_index,
        picture=np.arange(len(rows)) % pictures,
        scores=np.array([score for _, score, _ in rows], float),
        iou=np.where(tight, 0.9, np.where(right, 0.6, 0.0)),
        right=right,
        tight=tight,
        boxes=2 * found if boxes is None else np.array(boxes),
        pictures=np.full(len(by_class), pictures),
        num_pictures=pictures,
        failed=0,
    )


def draw_matches(
    curves: Mapping[str, Callable[[np.ndarray], np.ndarray]], detections: int = 400, seed: int = 0
) -> Matches:
    """Scores spread evenly, right with the probability that each class's curve gives them, tight in six of ten."""
    generator = np.random.default_rng(seed)
    by_class = []
    for curve in curves.values():
        scores = np.linspace(0.02, 0.98, detections)
        right = generator.random(detections) < curve(scores)
        tight = right & (generator.random(detections) < 0.6)
        verdicts = np.where(tight, "tight", np.where(right, "right", "wrong"))
        by_class.append(list(zip(scores.tolist(), verdicts.tolist())))
    return make_matches(by_class)
