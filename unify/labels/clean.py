"""Boxes as annotated to boxes in stored pixels, each change counted by name; pure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from unify.core.boxes import box_areas, clip_boxes, to_stored_frame
from unify.core.types import PictureTable, SourceLabels

_TOLERANCE_PX = 0.5  # an overhang that rounding explains is cut off without being counted


class CleanBoxes(NamedTuple):
    """Boxes that have a place in their picture.

    Attributes:
        kept: bool [N]; which of the annotated boxes these are.
        lost: bool [N]; an object is there but its place is unknown: coordinates are not finite.
        boxes_xyxy: float32 [K, 4]; the kept ones, clipped to stored pixels.
        area: float32 [K]; as annotated, at most the clipped box's.
        counts: what was changed, by name.
    """

    kept: np.ndarray
    lost: np.ndarray
    boxes_xyxy: np.ndarray
    area: np.ndarray
    counts: dict[str, int]


def displayed_hw(pictures: PictureTable) -> np.ndarray:
    """int32 [P, 2]; height and width as a viewer that honours EXIF shows the pictures."""
    sideways = (pictures.orientation >= 5)[:, None]
    return np.where(sideways, pictures.image_hw[:, ::-1], pictures.image_hw)


def clean_boxes(
    labels: SourceLabels, pictures: PictureTable, relevant: np.ndarray, *, apply_orientation: bool
) -> CleanBoxes:
    """Bring boxes to stored pixels, clip them and drop those that have no place.

    Args:
        labels: P pictures with N boxes.
        pictures: the same P pictures as files.
        relevant: bool [N]; boxes to look at, the others are neither kept nor counted.
        apply_orientation: boxes were drawn on the displayed picture rather than on the stored pixels.
    """
    owner = np.repeat(np.arange(len(pictures)), np.diff(labels.box_offsets))
    boxes = _to_stored_pixels(labels, pictures, owner, apply_orientation)
    image_hw = pictures.image_hw[owner]
    sides = image_hw[:, ::-1]
    lost = relevant & ~np.isfinite(boxes).all(axis=1)
    with np.errstate(invalid="ignore"):  # lost boxes compare as neither
        empty = relevant & ~lost & (boxes[:, 2:] <= boxes[:, :2]).any(axis=1)
        outside = (boxes[:, 2:] <= 0).any(axis=1) | (boxes[:, :2] >= sides).any(axis=1)
        overhang = np.maximum(-boxes[:, :2], boxes[:, 2:] - sides).max(axis=1, initial=-np.inf)
    outside &= relevant & ~lost & ~empty
    kept = relevant & ~lost & ~empty & ~outside
    clipped = clip_boxes(boxes[kept], image_hw[kept]).astype(np.float32)
    box_area, annotated = box_areas(clipped), labels.box_area[kept]
    counts = {
        "clipped": np.count_nonzero(kept & (overhang > _TOLERANCE_PX)),
        "zero_area": np.count_nonzero(empty),
        "outside": np.count_nonzero(outside),
        "not_finite": np.count_nonzero(lost),
    }
    area = np.where(annotated > 0, np.minimum(annotated, box_area), box_area).astype(np.float32)
    return CleanBoxes(kept, lost, clipped, area, {name: int(count) for name, count in counts.items()})


def _to_stored_pixels(
    labels: SourceLabels, pictures: PictureTable, owner: np.ndarray, apply_orientation: bool
) -> np.ndarray:
    """float64 [N, 4], so that fractions of large pictures come out on the pixel they were made from."""
    boxes = labels.boxes_xyxy.astype(np.float64)
    frame_hw = (displayed_hw(pictures) if apply_orientation else pictures.image_hw)[owner]
    if labels.normalized:
        boxes *= frame_hw[:, [1, 0, 1, 0]]
    if apply_orientation:
        boxes = to_stored_frame(boxes, frame_hw, pictures.orientation[owner])
    return boxes
