"""Everything that is on a picture."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

_DECIMALS = 3  # of a pixel: float32 tells them apart on pictures up to 16,384 pixels wide


@dataclass(frozen=True)
class Truth:
    """Everything that is on one picture.

    Attributes:
        file_name: the picture's name in its folder, with ``/``.
        image_hw: (height, width) in pixels; (0, 0) where nobody said.
        boxes_xyxy: float32 [N, 4]; pixels, NaN where an object's place is not known.
        class_names: N class names.
        areas: float32 [N]; pixels² as annotated, NaN where nobody said; None: those of the boxes.
        crowd: bool [N]; the box surrounds a group; None: none does.
    """

    file_name: str
    image_hw: tuple[int, int]
    boxes_xyxy: np.ndarray
    class_names: tuple[str, ...]
    areas: np.ndarray | None = None
    crowd: np.ndarray | None = None

    def rows_of(self, classes: Collection[str]) -> list[int]:
        """The objects of some classes, as indices."""
        return [row for row, name in enumerate(self.class_names) if name in classes]

    def of(self, classes: Collection[str]) -> list[tuple[str, list[float]]]:
        """(class, box) of the objects of some classes, boxes rounded to thousandths of a pixel."""
        boxes = np.round(self.boxes_xyxy.astype(float), _DECIMALS).tolist()
        return [(self.class_names[row], boxes[row]) for row in self.rows_of(classes)]
