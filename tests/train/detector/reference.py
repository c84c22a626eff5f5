"""What cells should learn, in plain loops and float64: slow, and easy to hold against the words of `targets.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.train.detector.batches import CELLS, Arrays


@dataclass(frozen=True)
class CellTargets:
    """Of B pictures: `heatmap` and its weights [B, h, w, C], `boxes` [B, h, w, 4] and their weights [B, h, w]."""

    heatmap: np.ndarray
    heatmap_weights: np.ndarray
    boxes: np.ndarray
    box_weights: np.ndarray


def cell_targets(batch: Arrays, num_classes: int, exclusive: Sequence[Sequence[int]] = ()) -> CellTargets:
    """The targets of a batch, one picture after another."""
    pictures = [{key: batch[key][row] for key in batch} for row in range(len(batch["boxes"]))]
    columns = zip(*(_of_picture(each, num_classes, exclusive) for each in pictures))
    return CellTargets(*map(np.stack, columns))


def _of_picture(picture: Arrays, num_classes: int, exclusive: Sequence[Sequence[int]]) -> tuple[np.ndarray, ...]:
    heatmap, certainty = np.zeros((2, *CELLS, num_classes))
    ignored = np.zeros((*CELLS, num_classes), bool)
    boxes, box_weights, highest = np.zeros((*CELLS, 4)), np.zeros(CELLS), np.zeros(CELLS)
    sides = picture["boxes"][:, 2:] - picture["boxes"][:, :2]
    real = np.flatnonzero(picture["classes"])
    for n in real[np.argsort(sides[real].prod(axis=1), kind="stable")]:  # the smallest first
        box, column = picture["boxes"][n].astype(np.float64), picture["classes"][n] - 1
        if picture["is_crowd"][n] or picture["weights"][n] == 0:
            ignored[..., column] |= _covered(box)
            ignored[(*_bell(box)[1], column)] = True
            continue
        bell, centre = _bell(box)
        heatmap[..., column] = np.maximum(heatmap[..., column], bell)
        certainty[(*centre, column)] = max(certainty[(*centre, column)], picture["weights"][n])
        if picture["box_weights"][n] == 0:
            continue
        mine = (bell > 0.1) & (bell > highest)
        boxes[mine] = box
        box_weights[mine] = picture["box_weights"][n] * bell[mine] / bell[bell > 0.1].sum()
        highest = np.where(bell > 0.1, np.maximum(highest, bell), highest)
    weights = np.where(ignored, 0.0, picture["absence_weights"].astype(np.float64))
    for group in exclusive:
        proven = (certainty[..., list(group)] == 1).any(axis=-1)
        weights[..., list(group)] = np.where(proven[..., None], 1.0, weights[..., list(group)])
    return heatmap, np.where(heatmap == 1, certainty, weights), boxes, box_weights


def _bell(box: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """float64 [h, w], and the cell of its peak."""
    sides, middle = (box[2:] - box[:2]) * CELLS, (box[2:] + box[:2]) / 2 * CELLS
    centre = tuple(min(int(place), cells - 1) for place, cells in zip(middle, CELLS))
    y, x = (np.arange(cells) - at for cells, at in zip(CELLS, centre))
    spread_y, spread_x = (max(0.09 * side, 0.4) for side in sides)
    return np.exp(-((y / spread_y) ** 2)[:, None] / 2 - (x / spread_x) ** 2 / 2), centre


def _covered(box: np.ndarray) -> np.ndarray:
    """bool [h, w]: the middle of the cell lies in the box."""
    inside = np.zeros(CELLS, bool)
    for i, j in np.ndindex(*CELLS):
        y, x = (i + 0.5) / CELLS[0], (j + 0.5) / CELLS[1]
        inside[i, j] = box[0] <= y <= box[2] and box[1] <= x <= box[3]
    return inside
