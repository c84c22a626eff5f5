"""Boxes as float arrays ``[N, 4]``: clip, overlap, match, rotate. ``xyxy`` is left, top, right, bottom."""

from __future__ import annotations

import numpy as np

# EXIF orientation -> how displayed coordinates become stored ones: swap the axes first, then mirror. Index 0 unused.
_SWAP = np.array([False, False, False, False, False, True, True, True, True])
_MIRROR_X = np.array([False, False, True, True, False, False, False, True, True])
_MIRROR_Y = np.array([False, False, False, True, True, False, True, True, False])


def clip_boxes(boxes_xyxy: np.ndarray, image_hw: np.ndarray) -> np.ndarray:
    """Boxes cut off at the border of their pictures.

    Args:
        boxes_xyxy: float [N, 4] in pixels.
        image_hw: int [N, 2] or [2]; height and width of each box's picture.

    Returns:
        float [N, 4], dtype of the input; a box wholly outside becomes one of zero size on the border.
    """
    heights, widths = image_hw[..., 0], image_hw[..., 1]
    limits = np.stack([widths, heights, widths, heights], axis=-1).astype(boxes_xyxy.dtype)
    return np.clip(boxes_xyxy, 0, limits)


def box_areas(boxes_xyxy: np.ndarray) -> np.ndarray:
    """Areas, float [N]; 0 where right <= left or bottom <= top."""
    sizes = np.maximum(boxes_xyxy[:, 2:] - boxes_xyxy[:, :2], 0)
    return sizes[:, 0] * sizes[:, 1]


def iou_matrix(boxes_a: np.ndarray, boxes_b: np.ndarray) -> np.ndarray:
    """Intersection over union of every pair.

    Args:
        boxes_a: float [A, 4] xyxy.
        boxes_b: float [B, 4] xyxy.

    Returns:
        float64 [A, B] in 0..1; 0 where the union is empty.
    """
    a, b = boxes_a.astype(np.float64), boxes_b.astype(np.float64)
    top_left = np.maximum(a[:, None, :2], b[None, :, :2])
    bottom_right = np.minimum(a[:, None, 2:], b[None, :, 2:])
    intersection = np.maximum(bottom_right - top_left, 0).prod(axis=2)
    union = box_areas(a)[:, None] + box_areas(b)[None, :] - intersection
    return np.divide(intersection, union, out=np.zeros_like(intersection), where=union > 0)


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


def match_boxes(boxes_a: np.ndarray, boxes_b: np.ndarray, iou: float = 0.5) -> np.ndarray:
    """Greedy one-to-one matching: the pair with the largest overlap first, ties by row, then by column.

    Args:
        boxes_a: float [A, 4] xyxy.
        boxes_b: float [B, 4] xyxy.
        iou: least overlap of a match, in (0, 1].

    Returns:
        int64 [M, 2]; rows of ``boxes_a`` and ``boxes_b`` that belong together, best first.
    """
    overlaps = iou_matrix(boxes_a, boxes_b)
    rows, columns = np.nonzero(overlaps >= iou)
    best_first = np.argsort(-overlaps[rows, columns], kind="stable")
    pairs: list[tuple[int, int]] = []
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    for row, column in zip(rows[best_first].tolist(), columns[best_first].tolist()):
        if row not in taken_a and column not in taken_b:
            taken_a.add(row)
            taken_b.add(column)
            pairs.append((row, column))
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def count_disagreements(boxes_a: np.ndarray, boxes_b: np.ndarray, iou: float = 0.5) -> int:
    """Boxes of two annotations of one class on one picture that have no partner on the other side."""
    return len(boxes_a) + len(boxes_b) - 2 * len(match_boxes(boxes_a, boxes_b, iou))


def to_stored_frame(boxes_xyxy: np.ndarray, rotated_hw: np.ndarray, orientation: np.ndarray) -> np.ndarray:
    """Boxes drawn on the displayed picture, moved to the pixels as they are stored.

    A viewer that honours EXIF shows the stored pixels mirrored or rotated; this is the way back. Formulas: EXIF 2.32,
    tag 0x0112.

    Args:
        boxes_xyxy: float [N, 4] in pixels of the displayed picture.
        rotated_hw: int [N, 2] or [2]; height and width as displayed.
        orientation: int [N] or scalar, 1..8.

    Returns:
        float [N, 4], dtype of the input, in stored pixels.
    """
    orientation = np.broadcast_to(orientation, len(boxes_xyxy))
    rotated_hw = np.broadcast_to(rotated_hw, (len(boxes_xyxy), 2)).astype(boxes_xyxy.dtype)
    swap = _SWAP[orientation][:, None]
    x = np.where(swap, boxes_xyxy[:, [1, 3]], boxes_xyxy[:, [0, 2]])
    y = np.where(swap, boxes_xyxy[:, [0, 2]], boxes_xyxy[:, [1, 3]])
    stored_hw = np.where(swap, rotated_hw[:, ::-1], rotated_hw)
    x = np.where(_MIRROR_X[orientation][:, None], stored_hw[:, 1:] - x[:, ::-1], x)
    y = np.where(_MIRROR_Y[orientation][:, None], stored_hw[:, :1] - y[:, ::-1], y)
    return np.stack([x[:, 0], y[:, 0], x[:, 1], y[:, 1]], axis=1)
