"""What people drew, gathered for a set of examples: every class from the row that the plan lets speak for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unify.core.types import BatchLabels, ExampleTable
from unify.merge.methods import apply_methods
from unify.planning.build import CompilePlan


def merge_examples(plan: CompilePlan, examples: np.ndarray) -> ExampleTable:
    """Everything the records of ``examples`` say, in that order.

    Args:
        plan: the plan the examples are numbered in.
        examples: int64 [E]; example numbers.
    """
    rows, position = _rows_of(plan, examples)
    first = rows[np.searchsorted(position, np.arange(len(examples)))]
    places = [plan.rows.place_of(int(row)) for row in first]
    boxes = _gather_boxes(plan, rows, position)
    state, absence_weight = apply_methods(plan.coverage.state[examples], plan.config.methods, plan.taxonomy)
    num_boxes = len(boxes.box_class)
    return ExampleTable(
        sha256=_column(plan, places, "sha256"),
        paths=[f"{plan.batches[b].pictures.folder}/{plan.batches[b].pictures.names[i]}" for b, i in places],
        filenames=[plan.batches[b].pictures.names[i] for b, i in places],
        batches=_batch_names(plan, rows, position, len(examples)),
        image_hw=_column(plan, places, "image_hw"),
        num_bytes=_column(plan, places, "num_bytes"),
        mtime_ns=_column(plan, places, "mtime_ns"),
        format=_column(plan, places, "format"),
        state=state,
        absence_weight=absence_weight,
        box_offsets=np.searchsorted(boxes.position, np.arange(len(examples) + 1)),
        boxes_xyxy=boxes.boxes_xyxy,
        box_class=boxes.box_class,
        box_area=boxes.box_area,
        box_crowd=boxes.box_crowd,
        box_difficult=boxes.box_difficult,
        box_weight=np.ones(num_boxes, np.float32),
        box_regression_weight=np.ones(num_boxes, np.float32),
        box_score=np.ones(num_boxes, np.float32),
        box_source=np.zeros(num_boxes, np.int32),
    )


@dataclass(frozen=True)
class _Boxes:
    position: np.ndarray  # int64 [N]; place of the box's example in the shard
    boxes_xyxy: np.ndarray
    box_class: np.ndarray
    box_area: np.ndarray
    box_crowd: np.ndarray
    box_difficult: np.ndarray

    def take(self, index: np.ndarray) -> _Boxes:
        return _Boxes(*(getattr(self, name)[index] for name in self.__dataclass_fields__))


def _rows_of(plan: CompilePlan, examples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All rows of the examples, config order within one, and for each row the place of its example."""
    starts = plan.rows.example_start[examples]
    counts = plan.rows.example_start[examples + 1] - starts
    return plan.rows.rows[_ranges(starts, counts)], np.repeat(np.arange(len(examples)), counts)


def _ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """``concatenate([arange(s, s + n) for s, n in zip(starts, counts)])`` without the loop."""
    before = np.cumsum(counts) - counts
    return np.arange(counts.sum()) + np.repeat(starts - before, counts)


def _gather_boxes(plan: CompilePlan, rows: np.ndarray, position: np.ndarray) -> _Boxes:
    parts = []
    batch_of_row = plan.rows.batch_of(rows)
    for number in np.unique(batch_of_row):
        mine = np.flatnonzero(batch_of_row == number)
        parts.append(_boxes_of_batch(plan, int(number), rows[mine], position[mine]))
    if not parts:
        return _boxes_of_batch(plan, 0, rows, position)
    joined = _Boxes(*(np.concatenate([getattr(p, name) for p in parts]) for name in _Boxes.__dataclass_fields__))
    return joined.take(np.argsort(joined.position, kind="stable"))


def _boxes_of_batch(plan: CompilePlan, number: int, rows: np.ndarray, position: np.ndarray) -> _Boxes:
    batch: BatchLabels = plan.batches[number]
    pictures = rows - plan.rows.row_start[number]
    counts = batch.box_offsets[pictures + 1] - batch.box_offsets[pictures]
    index = _ranges(batch.box_offsets[pictures], counts)
    box_rows = np.repeat(rows, counts)
    kept = plan.coverage.keeps(plan.rows.example_of_row[box_rows], box_rows, batch.box_class[index] - 1)
    index = index[kept]
    return _Boxes(
        position=np.repeat(position, counts)[kept],
        boxes_xyxy=batch.boxes_xyxy[index],
        box_class=batch.box_class[index],
        box_area=batch.box_area[index],
        box_crowd=batch.box_crowd[index],
        box_difficult=batch.box_difficult[index],
    )


def _column(plan: CompilePlan, places: list[tuple[int, int]], name: str) -> np.ndarray:
    columns = [getattr(batch.pictures, name) for batch in plan.batches]
    return np.stack([columns[b][i] for b, i in places])


def _batch_names(plan: CompilePlan, rows: np.ndarray, position: np.ndarray, count: int) -> list[tuple[str, ...]]:
    names: list[dict[str, None]] = [{} for _ in range(count)]  # a dict keeps order and drops repeats
    refs = [str(batch.ref) for batch in plan.batches]
    for at, number in zip(position.tolist(), plan.rows.batch_of(rows).tolist()):
        names[at][refs[number]] = None
    return [tuple(each) for each in names]
