"""Which boxes lie on which: pairs within a picture, for all pictures at once."""

from __future__ import annotations

import numpy as np

from unify.core.boxes import box_areas


def paired_iou(boxes_a: np.ndarray, boxes_b: np.ndarray) -> np.ndarray:
    """Overlap of each box with the box at its own place.

    Args:
        boxes_a, boxes_b: float [N, 4] xyxy.

    Returns:
        float64 [N] in 0..1; 0 where the union is empty.
    """
    a, b = boxes_a.astype(np.float64), boxes_b.astype(np.float64)
    corners = np.concatenate([np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])], axis=1)
    intersection = box_areas(corners)
    union = box_areas(a) + box_areas(b) - intersection
    return np.divide(intersection, union, out=np.zeros_like(union), where=union > 0)


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
