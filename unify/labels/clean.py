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
    image_hw = pictures.image_hw[owner]
    boxes = _to_stored_pixels(labels, pictures, owner, apply_orientation)
    clipped = clip_boxes(boxes, image_hw).astype(np.float32)
    box_area = box_areas(clipped)
    found = relevant & np.isfinite(boxes).all(axis=1)
    lost = relevant & ~found
    with np.errstate(invalid="ignore"):  # lost boxes compare as neither
        inverted = (boxes[:, 2:] <= boxes[:, :2]).any(axis=1)
        outside = found & ~inverted & _is_outside(boxes, image_hw)
        empty = found & ~outside & (inverted | (box_area <= 0))  # a sliver may vanish in float32
        overhang = np.maximum(-boxes[:, :2], boxes[:, 2:] - image_hw[:, ::-1]).max(axis=1, initial=-np.inf)
    kept = found & ~outside & ~empty
    counts = {"clipped": kept & (overhang > _TOLERANCE_PX), "zero_area": empty, "outside": outside, "not_finite": lost}
    area = np.where(labels.box_area > 0, np.minimum(labels.box_area, box_area), box_area)
    return CleanBoxes(
        kept, lost, clipped[kept], area[kept], {name: int(np.count_nonzero(mask)) for name, mask in counts.items()}
    )


def _is_outside(boxes: np.ndarray, image_hw: np.ndarray) -> np.ndarray:
    """bool [N]; nothing of the box lies in its picture."""
    return (boxes[:, 2:] <= 0).any(axis=1) | (boxes[:, :2] >= image_hw[:, ::-1]).any(axis=1)


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
