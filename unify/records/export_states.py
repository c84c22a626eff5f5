"""What an example says of its classes, as sets of ids: the words both export formats are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from unify.core.types import JsonObject
from unify.records.counts import HUMAN
from unify.records.decode import DecodedExample


@dataclass(frozen=True)
class ExportedStates:
    """The classes of one example, by what is known of them.

    Attributes:
        example: the example.
    """

    example: DecodedExample

    @cached_property
    def is_region(self) -> np.ndarray:
        """bool [N]: a crowd or a box of weight 0: objects are there that nobody told apart."""
        return self.example.crowd | (self.example.weight == 0)

    @cached_property
    def with_boxes(self) -> set[int]:
        """Classes with a box around one object."""
        return set(self.example.class_ids[~self.is_region].tolist())

    @cached_property
    def with_regions(self) -> set[int]:
        """Classes with a region of `is_region`."""
        return set(self.example.class_ids[self.is_region].tolist())

    @cached_property
    def labeled(self) -> set[int]:
        """Classes whose absence may be trusted, fully or in part."""
        return set(self.example.labeled_ids.tolist())

    @cached_property
    def partly_trusted(self) -> set[int]:
        """Labeled classes whose absence is trusted less than fully: a machine looked, and may have missed some."""
        return set(self.example.labeled_ids[self.example.labeled_weight < 1].tolist())

    @cached_property
    def incomplete(self) -> set[int]:
        """Classes whose boxes are real while others may be missing."""
        return set(self.example.incomplete_ids.tolist())

    @cached_property
    def absent(self) -> set[int]:
        """Labeled classes of which nothing is on the picture."""
        return self.labeled - self.with_boxes - self.with_regions


def box_fields(example: DecodedExample, index: int) -> JsonObject:
    """``category_id``, ``bbox`` and ``area``, in pixels to three decimals, and where a machine's box comes from."""
    ymin, xmin, ymax, xmax = example.boxes_yxyx_frac[index].tolist()
    height, width = example.image_hw
    left, top = round(xmin * width, 3), round(ymin * height, 3)
    right, bottom = round(xmax * width, 3), round(ymax * height, 3)
    fields = {
        "category_id": int(example.class_ids[index]),
        "bbox": [left, top, round(right - left, 3), round(bottom - top, 3)],
        "area": round(float(example.area[index]), 3),
    }
    if example.source[index] != HUMAN:
        fields |= {
            "score": float(example.score[index]),
            "weight": float(example.weight[index]),
            "source": example.source[index],
        }
    return fields
