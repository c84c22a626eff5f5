"""Boxes between the pixels as they are stored, which unify counts in, and the picture as a browser turns it by EXIF."""

from __future__ import annotations

import numpy as np

from unify.core.boxes import to_stored_frame

_BACK = np.array([0, 1, 2, 3, 4, 5, 8, 7, 6])  # the orientation that undoes each; index 0 unused


def displayed_hw(image_hw: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Height and width as a viewer that honours EXIF shows the picture."""
    return image_hw[::-1] if orientation >= 5 else image_hw


def to_displayed(boxes_xyxy: np.ndarray, image_hw: tuple[int, int], orientation: int) -> np.ndarray:
    """Boxes in stored pixels, float [N, 4], as a viewer that honours EXIF shows them.

    Args:
        image_hw: stored height and width.
        orientation: EXIF orientation, 1..8.
    """
    return to_stored_frame(boxes_xyxy, np.array(image_hw), _BACK[orientation])


def from_displayed(boxes_xyxy: np.ndarray, image_hw: tuple[int, int], orientation: int) -> np.ndarray:
    """The way back, for a picture of stored height and width ``image_hw``."""
    return to_stored_frame(boxes_xyxy, np.array(displayed_hw(image_hw, orientation)), np.asarray(orientation))
