"""Greedy non-maximum suppression, class by class."""

from __future__ import annotations

import numpy as np

from unify.core.boxes import iou_matrix

_BLOCK = 256  # rows whose overlaps are worked out at once: few calls, and memory that grows no faster than the boxes


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
    order = np.argsort(-scores, kind="stable")
    boxes, classes = boxes_xyxy[order], classes[order]
    alive = np.ones(len(order), bool)
    for start in range(0, len(order), _BLOCK):
        rows = start + np.flatnonzero(alive[start : start + _BLOCK])
        over = (iou_matrix(boxes[rows], boxes[start:]) > iou) & (classes[rows, None] == classes[None, start:])
        for row, weaker in zip(rows.tolist(), over):
            if alive[row]:
                alive[row + 1 :] &= ~weaker[row + 1 - start :]
    return order[alive]
