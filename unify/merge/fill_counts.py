"""What filling did, in numbers that add up over shards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np


@dataclass(frozen=True, eq=False)
class FillCounts:
    """Counts of some examples. C class columns.

    Attributes:
        human_boxes: int64 [C].
        machine_boxes: int64 [C]; machine boxes that a trainer learns from.
        ignored: int64 [C]; machine boxes of weight 0, which only keep a region from counting as background.
        conflicts: int64 [C]; machine boxes dropped for lying on a hand box of an exclusive class.
        expected_right: float64 [C]; sum of P(IoU >= 0.5) over ``machine_boxes``.
        failed: pictures on which a class stays unknown because an auto-labeler failed.
    """

    human_boxes: np.ndarray
    machine_boxes: np.ndarray
    ignored: np.ndarray
    conflicts: np.ndarray
    expected_right: np.ndarray
    failed: int

    @property
    def auto_label_ratio(self) -> np.ndarray:
        """float64 [C]; machine boxes / all boxes, 0 where there is none."""
        return _share(self.machine_boxes, self.machine_boxes + self.human_boxes)

    @property
    def expected_precision(self) -> np.ndarray:
        """float64 [C]; share of the machine boxes that are right, by their own probabilities; 0 where there is none."""
        return _share(self.expected_right, self.machine_boxes)


def sum_fill_counts(parts: Iterable[FillCounts], num_columns: int) -> FillCounts:
    """The counts of several shards together. C = ``num_columns``."""
    nothing = FillCounts(*np.zeros((4, num_columns), np.int64), np.zeros(num_columns), 0)
    every = [nothing, *parts]
    return FillCounts(*(sum(getattr(part, each.name) for part in every) for each in fields(FillCounts)))


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
