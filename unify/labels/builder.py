"""Collects pictures and boxes one by one into columns, for formats with a file a picture."""

from __future__ import annotations

import numpy as np

from unify.core.types import SourceLabels


class LabelBuilder:
    """Rows in, `SourceLabels` out. Boxes belong to the picture added last."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._sizes: list[tuple[int, int]] = []
        self._offsets = [0]
        self._boxes: list[tuple[float, ...]] = []
        self._categories: list[int] = []
        self._difficult: list[bool] = []

    def add_picture(self, name: str, image_hw: tuple[int, int] = (0, 0)) -> None:
        self._names.append(name)
        self._sizes.append(image_hw)
        self._offsets.append(self._offsets[-1])

    def add_box(self, box_xyxy: tuple[float, ...], category: int, difficult: bool = False) -> None:
        self._offsets[-1] += 1
        self._boxes.append(box_xyxy)
        self._categories.append(category)
        self._difficult.append(difficult)

    def build(self, categories: tuple[str, ...], *, normalized: bool = False) -> SourceLabels:
        num_boxes = len(self._boxes)
        return SourceLabels(
            categories=categories,
            file_names=self._names,
            image_hw=np.array(self._sizes, np.int32).reshape(-1, 2),
            box_offsets=np.array(self._offsets, np.int64),
            boxes_xyxy=np.array(self._boxes, np.float32).reshape(-1, 4),
            box_category=np.array(self._categories, np.int32),
            box_area=np.full(num_boxes, np.nan, np.float32),
            box_crowd=np.zeros(num_boxes, np.bool_),
            box_difficult=np.array(self._difficult, np.bool_),
            normalized=normalized,
        )
