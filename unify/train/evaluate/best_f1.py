"""The score threshold at which a class does best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class OperatingPoint:
    """What a class gives where detections from a threshold on are taken.

    Attributes:
        precision: right / (right + wrong).
        recall: right / boxes.
        f1: their harmonic mean.
        threshold: least score taken; None where no detection is right, and the numbers are 0.
    """

    precision: float
    recall: float
    f1: float
    threshold: float | None


def best_f1(scores: np.ndarray, right: np.ndarray, wrong: np.ndarray, num_boxes: int) -> OperatingPoint:
    """The threshold of the largest F1; the highest one among equals.

    F1 = 2 right / (right + wrong + boxes), since right + missed = boxes. Detections of one score are taken together:
    no threshold parts them.

    Args:
        scores: float64 [D].
        right: bool [D].
        wrong: bool [D]; a detection may be neither.
        num_boxes: boxes to be found, 1 or more.
    """
    descending = np.argsort(-scores, kind="stable")
    scores, rights, wrongs = scores[descending], np.cumsum(right[descending]), np.cumsum(wrong[descending])
    last_of_score = np.flatnonzero(np.append(scores[1:] != scores[:-1], True)) if len(scores) else np.empty(0, int)
    rights, wrongs = rights[last_of_score], wrongs[last_of_score]
    if not rights.any():
        return OperatingPoint(0.0, 0.0, 0.0, None)
    f1 = 2 * rights / (rights + wrongs + num_boxes)
    best = int(np.argmax(f1))
    return OperatingPoint(
        precision=float(rights[best] / (rights[best] + wrongs[best])),
        recall=float(rights[best] / num_boxes),
        f1=float(f1[best]),
        threshold=float(scores[last_of_score[best]]),
    )
