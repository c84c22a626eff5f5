"""Which raw boxes are right: detections held against human boxes as COCO does, class by class.

Judged are pictures on which people searched for the class, and no others. Where a class is incomplete, a box without a
partner is neither right nor wrong; to keep those with one would count hits and never misses, and every probability
fitted on that would be too high.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np

from unify.core.boxes import box_areas, iou_matrix
from unify.core.prediction_table import PredictionTable
from unify.core.types import State

RIGHT_IOU = 0.5
TIGHT_IOU = 0.75
_ANY_IOU = float(np.nextafter(0, 1))


class HumanLabels(Protocol):
    """What is read of people's work: columns of `BatchLabels` and of `ExampleTable`; see there."""

    state: np.ndarray
    box_offsets: np.ndarray
    boxes_xyxy: np.ndarray
    box_class: np.ndarray
    box_crowd: np.ndarray
    box_difficult: np.ndarray


@dataclass(frozen=True)
class Matches:
    """D judged detections of K classes on P pictures.

    Attributes:
        class_index: int32 [D]; index into the auto-labeler's declared classes.
        picture: int64 [D]; 0..P-1.
        scores: float64 [D]; raw.
        iou: float64 [D]; with the box it is matched to where any overlap will do, 0 without one.
        right: bool [D]; matched at an IoU of 0.5.
        tight: bool [D]; matched at an IoU of 0.75.
        boxes: int64 [K]; human boxes there are to be found.
        pictures: int64 [K]; pictures that were searched for the class and that the auto-labeler answered.
        num_pictures: P, whether judged or not.
        failed: pictures the auto-labeler could not process.
    """

    class_index: np.ndarray
    picture: np.ndarray
    scores: np.ndarray
    iou: np.ndarray
    right: np.ndarray
    tight: np.ndarray
    boxes: np.ndarray
    pictures: np.ndarray
    num_pictures: int
    failed: int

    def take(self, index: np.ndarray) -> Matches:
        """Some of the detections; all else stays."""
        rows = (getattr(self, each.name)[index] for each in fields(self)[:_NUM_COLUMNS])
        return Matches(*rows, self.boxes, self.pictures, self.num_pictures, self.failed)


_NUM_COLUMNS = 6  # of Matches with a row a detection


def join_matches(parts: Sequence[Matches]) -> Matches:
    """Matches of several batches, one or more, as if they were one."""
    starts = np.cumsum([0, *(part.num_pictures for part in parts)])
    moved = [part.picture + start for part, start in zip(parts, starts)]
    joined = [np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Matches)[:_NUM_COLUMNS]]
    joined[1] = np.concatenate(moved)
    return Matches(
        *joined, *(sum(getattr(part, each.name) for part in parts) for each in fields(Matches)[_NUM_COLUMNS:])
    )


def match_predictions(humans: HumanLabels, predictions: PredictionTable, class_ids: Sequence[int]) -> Matches:
    """Judge an auto-labeler's boxes by people's.

    Per picture and class, detections by falling score each take the free human box they overlap most, at least by the
    IoU asked for. One without a box is wrong, unless it lies on a crowd or a difficult box: then it does not count.

    Args:
        humans: what people know of P pictures.
        predictions: of the same pictures.
        class_ids: unified ids of the auto-labeler's declared classes, in their order.
    """
    columns = np.asarray(class_ids) - 1
    class_index = np.full(humans.state.shape[1] + 1, -1)  # of a unified id
    class_index[columns + 1] = np.arange(len(columns))
    judged = (humans.state[:, columns] == State.LABELED) & predictions.seen[:, None]
    box_picture = np.repeat(np.arange(len(judged)), np.diff(humans.box_offsets))
    boxes = _group(box_picture, class_index[humans.box_class], np.zeros(len(box_picture)), judged)
    found = _group(predictions.picture, class_index[predictions.class_ids], predictions.scores, judged)
    region = (humans.box_crowd | humans.box_difficult)[boxes.index]
    iou, counts = _judge(humans, predictions, found, boxes, region)
    matches = Matches(
        class_index=(found.keys % len(columns)).astype(np.int32),
        picture=found.keys // len(columns),
        scores=predictions.scores[found.index].astype(np.float64),
        iou=iou[0],
        right=iou[1] > 0,
        tight=iou[2] > 0,
        boxes=np.bincount(boxes.keys[~region] % len(columns), minlength=len(columns)),
        pictures=judged.sum(axis=0),
        num_pictures=len(judged),
        failed=int(predictions.failed.sum()),
    )
    return matches.take(counts)


@dataclass(frozen=True)
class _Grouped:
    keys: np.ndarray  # int64 [N], ascending: picture * K + class index
    index: np.ndarray  # int64 [N]; row of the box in its table


def _group(picture: np.ndarray, class_index: np.ndarray, scores: np.ndarray, judged: np.ndarray) -> _Grouped:
    """Boxes of judged pairs of picture and class (bool [P, K]), pair by pair, within one by falling score."""
    index = np.flatnonzero((class_index >= 0) & judged[picture, class_index])
    keys = picture[index] * judged.shape[1] + class_index[index]
    order = np.lexsort((-scores[index], keys))
    return _Grouped(keys[order], index[order])


def _judge(
    humans: HumanLabels, predictions: PredictionTable, found: _Grouped, boxes: _Grouped, region: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """float64 [3, D] IoU with the box each detection takes at any overlap, at 0.5 and at 0.75; bool [D] it counts."""
    iou, counts = np.zeros((3, len(found.index))), np.ones(len(found.index), bool)
    for mine, theirs in _pairs(found.keys, boxes.keys):
        detected = predictions.boxes_xyxy[found.index[mine]]
        objects, regions = boxes.index[theirs][~region[theirs]], boxes.index[theirs][region[theirs]]
        overlaps = iou_matrix(detected, humans.boxes_xyxy[objects])
        iou[:, mine] = [_greedy(overlaps, least) for least in (_ANY_IOU, RIGHT_IOU, TIGHT_IOU)]
        on_region = _lies_on(detected, humans.boxes_xyxy[regions], humans.box_crowd[regions])
        counts[mine] = (iou[1, mine] > 0) | ~on_region
    return iou, counts


def _pairs(found: np.ndarray, boxes: np.ndarray) -> Iterator[tuple[slice, slice]]:
    """Where the keys of both lists are equal: the rows of each. All other detections need no matching."""
    keys = np.intersect1d(found, boxes)
    spans = [np.searchsorted(rows, keys, side) for rows in (found, boxes) for side in ("left", "right")]
    for mine, my_end, theirs, their_end in zip(*(each.tolist() for each in spans)):
        yield slice(mine, my_end), slice(theirs, their_end)


def _greedy(overlaps: np.ndarray, least: float) -> np.ndarray:
    """float64 [D]; IoU of each detection with the box it takes, 0 for none. ``overlaps`` [D, M] is by falling score."""
    free = overlaps.copy()
    taken = np.zeros(len(overlaps))
    for row in range(len(overlaps) if overlaps.shape[1] else 0):
        best = free.shape[1] - 1 - int(free[row, ::-1].argmax())  # the last of equals, as pycocotools takes it
        if free[row, best] >= least:
            taken[row] = free[row, best]
            free[:, best] = -1
    return taken


def _lies_on(detected: np.ndarray, regions: np.ndarray, is_crowd: np.ndarray) -> np.ndarray:
    """bool [D]; half of the detection lies in a crowd, or it overlaps a difficult box at an IoU of 0.5."""
    inside = np.concatenate(
        [
            np.maximum(detected[:, None, :2], regions[None, :, :2]),
            np.minimum(detected[:, None, 2:], regions[None, :, 2:]),
        ],
        axis=2,
    ).reshape(-1, 4)
    areas = box_areas(detected.astype(np.float64))[:, None]
    intersection = box_areas(inside.astype(np.float64)).reshape(len(detected), len(regions))
    covered = np.divide(intersection, areas, out=np.zeros_like(intersection), where=areas > 0)
    return (np.where(is_crowd, covered, iou_matrix(detected, regions)) >= RIGHT_IOU).any(axis=1)
