"""Which boxes lie on which: pairs within a picture, for all pictures at once."""

from __future__ import annotations

import numpy as np

from unify.core.boxes import paired_iou


def lies_on(
    boxes: np.ndarray, pictures: np.ndarray, others: np.ndarray, pictures_of_others: np.ndarray, iou: float
) -> np.ndarray:
    """Whether a box overlaps any other box of its picture.

    Args:
        boxes: float [N, 4] xyxy.
        pictures: int [N]; the picture of each.
        others: float [M, 4] xyxy.
        pictures_of_others: int [M], ascending.
        iou: least overlap that counts, in (0, 1].

    Returns:
        bool [N].
    """
    first = np.searchsorted(pictures_of_others, pictures, side="left")
    counts = np.searchsorted(pictures_of_others, pictures, side="right") - first
    box = np.repeat(np.arange(len(boxes)), counts)
    other = np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts)
    touching = paired_iou(boxes[box], others[other]) >= iou
    return np.bincount(box[touching], minlength=len(boxes)) > 0
