"""Where two people searched the same picture for the same class and drew different boxes.

Most pairs are settled by counting, or by one overlap each, in NumPy; only pairs with the same number of boxes, two or
more, are matched one by one. A million pairs take a second instead of minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unify.core.boxes import count_disagreements, paired_iou
from unify.core.types import BatchLabels
from unify.planning.identity import ExampleRows

SAME_OBJECT_IOU = 0.5


@dataclass(frozen=True)
class Overruled:
    """D times a later row took a class over from an earlier row that had searched for it too.

    Attributes:
        losing: int64 [D]; the earlier row.
        winning: int64 [D]; the later row of the same example.
        columns: int64 [D]; the class column.
    """

    losing: np.ndarray
    winning: np.ndarray
    columns: np.ndarray


def disagreeing_pictures(
    batches: Sequence[BatchLabels], examples: ExampleRows, overruled: Overruled, num_columns: int
) -> np.ndarray:
    """int64 [C]; pictures on which two rows that searched for the class boxed it differently, each counted once.

    Boxes differ where they cannot be paired one to one at an IoU of 0.5.
    """
    searched = np.zeros(len(examples.rows), bool)
    searched[overruled.losing] = searched[overruled.winning] = True
    index = _index_boxes(batches, examples, searched, num_columns)
    old = index.spans(overruled.losing * num_columns + overruled.columns)
    new = index.spans(overruled.winning * num_columns + overruled.columns)
    num_old, num_new = np.diff(old)[:, 0], np.diff(new)[:, 0]
    differ = num_old != num_new
    single = np.flatnonzero((num_old == 1) & (num_new == 1))
    differ[single] = paired_iou(index.boxes_xyxy[old[single, 0]], index.boxes_xyxy[new[single, 0]]) < SAME_OBJECT_IOU
    for pair in np.flatnonzero((num_old == num_new) & (num_old > 1)):
        sides = (index.boxes_xyxy[slice(*span[pair])] for span in (old, new))
        differ[pair] = count_disagreements(*sides, SAME_OBJECT_IOU) > 0
    pictures = np.zeros((len(examples), num_columns), bool)
    pictures[examples.example_of_row[overruled.winning[differ]], overruled.columns[differ]] = True
    return pictures.sum(axis=0)


@dataclass(frozen=True)
class _BoxIndex:
    keys: np.ndarray  # int64 [N], ascending: row * C + class column
    boxes_xyxy: np.ndarray

    def spans(self, keys: np.ndarray) -> np.ndarray:
        """int64 [D, 2]; first box and end of the boxes of each key."""
        return np.stack([np.searchsorted(self.keys, keys, side) for side in ("left", "right")], axis=1)


def _index_boxes(
    batches: Sequence[BatchLabels], examples: ExampleRows, wanted: np.ndarray, num_columns: int
) -> _BoxIndex:
    """The boxes of the rows that are ``wanted`` (bool [R]), sorted by row and class."""
    keys, boxes = [np.zeros(0, np.int64)], [np.zeros((0, 4), np.float32)]
    for first, last, batch in zip(examples.row_start[:-1], examples.row_start[1:], batches):
        mine, counts = wanted[first:last], np.diff(batch.box_offsets)
        of_wanted = np.repeat(mine, counts)
        rows = np.repeat(first + np.flatnonzero(mine), counts[mine])
        keys.append(rows * num_columns + batch.box_class[of_wanted] - 1)
        boxes.append(batch.boxes_xyxy[of_wanted])
    all_keys = np.concatenate(keys)
    order = np.argsort(all_keys, kind="stable")
    return _BoxIndex(all_keys[order], np.concatenate(boxes)[order])
