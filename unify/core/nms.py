"""Greedy non-maximum suppression, class by class."""

from __future__ import annotations

import numpy as np

from unify.core.boxes import iou_matrix


def suppress(boxes_xyxy: np.ndarray, scores: np.ndarray, classes: np.ndarray, iou: float) -> np.ndarray:
    """Rows that are left when every box suppresses the weaker boxes of its class that overlap it by more than ``iou``.

    Args:
        boxes_xyxy: float [N, 4].
        scores: float [N]; of equal ones the earlier row is the stronger.
        classes: int [N].
        iou: 0..1.

    Returns:
        int64 [K]; rows, best first.
    """
    waiting = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while len(waiting):
        best, waiting = waiting[0], waiting[1:]
        kept.append(int(best))
        overlaps = iou_matrix(boxes_xyxy[best : best + 1], boxes_xyxy[waiting])[0]
        waiting = waiting[(overlaps <= iou) | (classes[waiting] != classes[best])]
    return np.array(kept, np.int64)
