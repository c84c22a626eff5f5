"""Everything a report counts, of some pictures; counts of parts add up to the counts of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import numpy as np

from unify.core.calibrator import Calibrator
from unify.reporting.columns import DatasetNames, Knowledge, PictureColumns
from unify.reporting.histograms import ASPECTS, SIZES, WEIGHTS, Bins, aspects, sizes_px
from unify.reporting.knowledge import who_knows

HUMAN_SIDE, MACHINE_SIDE = 0, 1

Calibrators = Mapping[tuple[int, int], Calibrator]
"""(source, class column) -> from a raw score to P(IoU >= 0.5), where the boxes' own weights do not say it."""


@dataclass(frozen=True)
class Groups:
    """The groups of pictures that a report counts: all, every split, every task, every batch; G of them.

    Attributes:
        names: of the dataset.
    """

    names: DatasetNames

    @property
    def labels(self) -> list[tuple[str, str]]:
        """G pairs (``all``, ``split``, ``task`` or ``batch``; its name)."""
        names = self.names
        return [
            ("all", "all pictures"),
            *(("split", split) for split in names.splits),
            *(("task", task) for task in names.tasks),
            *(("batch", batch) for batch in names.batches),
        ]

    def members(self, columns: PictureColumns) -> np.ndarray:
        """bool [P, G]: which groups each picture belongs to; a task's pictures are those of its batches."""
        names, count = self.names, len(columns)
        of_split = columns.split[:, None] == np.arange(len(names.splits))
        task_of_batch = np.array([batch.partition(":")[0] for batch in names.batches], object)
        of_task = [columns.in_batch[:, task_of_batch == task].any(axis=1) for task in names.tasks]
        tasks = np.stack(of_task, axis=1) if of_task else np.zeros((count, 0), bool)
        return np.concatenate([np.ones((count, 1), bool), of_split, tasks, columns.in_batch], axis=1)


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts of some pictures. G groups, C class columns, Q sources, S splits, B batches.

    Attributes:
        pictures: int64 [G].
        coverage: int64 [G, C, 5]; pictures by `Knowledge`.
        boxes: int64 [Q, C].
        ignored: int64 [Q, C]; boxes of weight 0 among them.
        right: float64 [Q, C]; sum of P(IoU >= 0.5) over machine boxes of a weight over 0: of the weights themselves, or
            of the calibrated scores where there is a calibrator. Means nothing for human boxes.
        weight: float64 [Q, C]; sum of the weights.
        sizes: int64 [2, C, bins]; human boxes, machine boxes.
        aspects: int64 [2, C, bins].
        weights: int64 [C, bins]; machine boxes of a weight over 0.
        split_boxes: int64 [S].
        batch_boxes: int64 [B, 2]; human and machine boxes on a batch's pictures, those of two batches in both.
        drawn: int64 [B]; human boxes, each counted for one batch: see `_drawn_by`.
    """

    pictures: np.ndarray
    coverage: np.ndarray
    boxes: np.ndarray
    ignored: np.ndarray
    right: np.ndarray
    weight: np.ndarray
    sizes: np.ndarray
    aspects: np.ndarray
    weights: np.ndarray
    split_boxes: np.ndarray
    batch_boxes: np.ndarray
    drawn: np.ndarray

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


def count_columns(columns: PictureColumns, names: DatasetNames, calibrators: Calibrators) -> Counts:
    """The counts of some pictures.

    Args:
        columns: P pictures, N boxes.
        names: of the dataset.
        calibrators: for sources and classes whose weights are no probabilities (``hard``).
    """
    groups = Groups(names).members(columns)
    num_sources, num_classes = len(names.sources), len(names.classes)
    cell = columns.source * num_classes + columns.box_class
    side = columns.machine.astype(np.int64)
    learned = columns.weight > 0

    def per_cell(weights: np.ndarray) -> np.ndarray:
        return np.bincount(cell, weights, num_sources * num_classes).reshape(num_sources, num_classes)

    labels = columns.machine & learned
    right = np.where(labels, probabilities(columns, calibrators), 0.0)
    weight_bins = np.zeros((num_classes, len(WEIGHTS.labels)), np.int64)
    np.add.at(weight_bins, (columns.box_class[labels], WEIGHTS.place(columns.weight[labels])), 1)
    return Counts(
        pictures=groups.sum(axis=0),
        coverage=_coverage(groups, who_knows(columns, names)),
        boxes=per_cell(np.ones(len(cell))).astype(np.int64),
        ignored=per_cell(~learned).astype(np.int64),
        right=per_cell(right),
        weight=per_cell(columns.weight.astype(np.float64)),
        sizes=_by_side(side, columns.box_class, SIZES, sizes_px(columns.boxes_xyxy), num_classes),
        aspects=_by_side(side, columns.box_class, ASPECTS, aspects(columns.boxes_xyxy), num_classes),
        weights=weight_bins,
        split_boxes=np.bincount(columns.split[columns.box_picture], minlength=len(names.splits)),
        batch_boxes=_batch_boxes(columns),
        drawn=np.bincount(_drawn_by(columns, names), minlength=len(names.batches)),
    )


def no_counts(names: DatasetNames) -> Counts:
    """The counts of no picture."""
    return count_columns(no_pictures(names), names, {})


def sum_counts(parts: Iterable[Counts], names: DatasetNames) -> Counts:
    """The counts of several parts together."""
    total = no_counts(names)
    for part in parts:
        total = total + part
    return total


def no_pictures(names: DatasetNames) -> PictureColumns:
    """Columns of no picture."""
    num_classes, num_batches = len(names.classes), len(names.batches)
    index, number = np.zeros(0, np.int64), np.zeros(0, np.float32)
    return PictureColumns(
        sha256=np.zeros((0, 32), np.uint8),
        place=np.zeros((0, 2), np.int64),
        split=index,
        in_batch=np.zeros((0, num_batches), bool),
        state=np.zeros((0, num_classes), np.uint8),
        absence_weight=np.zeros((0, num_classes), np.float32),
        box_picture=index,
        box_class=index,
        boxes_xyxy=np.zeros((0, 4), np.float32),
        weight=number,
        box_weight=number,
        score=number,
        source=index,
        crowd=np.zeros(0, bool),
    )


def probabilities(columns: PictureColumns, calibrators: Calibrators) -> np.ndarray:
    """float64 [N]: the weights, and the calibrated scores of boxes for which there is a calibrator."""
    known = columns.weight.astype(np.float64)
    for (source, column), calibrator in calibrators.items():
        mine = (columns.source == source) & (columns.box_class == column)
        known[mine] = calibrator.apply(columns.score[mine])
    return known


def _coverage(groups: np.ndarray, known: np.ndarray) -> np.ndarray:
    members = groups.astype(np.int64).T
    return np.stack([members @ (known == each).astype(np.int64) for each in Knowledge], axis=2)


def _by_side(side: np.ndarray, box_class: np.ndarray, bins: Bins, values: np.ndarray, num_classes: int) -> np.ndarray:
    table = np.zeros((2, num_classes, len(bins.labels)), np.int64)
    np.add.at(table, (side, box_class, bins.place(values)), 1)
    return table


def _batch_boxes(columns: PictureColumns) -> np.ndarray:
    of_picture = [
        np.bincount(columns.box_picture[mine], minlength=len(columns)) for mine in (~columns.machine, columns.machine)
    ]
    return columns.in_batch.astype(np.int64).T @ np.stack(of_picture, axis=1)


def _drawn_by(columns: PictureColumns, names: DatasetNames) -> np.ndarray:
    """int64 [human boxes]: the batch each human box is counted for.

    That is the last batch of its picture, in the order of the config, whose people searched for its class, as the merge
    has it; where none did, the last batch of its picture.
    """
    picture, box_class = (each[~columns.machine] for each in (columns.box_picture, columns.box_class))
    mine = columns.in_batch[picture]
    searched = mine & names.labeled_by_batch[:, box_class].T
    candidates = np.where(searched.any(axis=1, keepdims=True), searched, mine)
    return candidates.shape[1] - 1 - np.argmax(candidates[:, ::-1], axis=1)
