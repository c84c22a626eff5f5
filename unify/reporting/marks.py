"""What is said of each class on each picture, as one number: equal labels, equal marks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unify.core.digest import content_ids
from unify.reporting.columns import DatasetNames, Knowledge, PictureColumns
from unify.reporting.knowledge import who_knows


@dataclass(frozen=True)
class LabelMarks:
    """The labels of P pictures in short, ascending by id.

    Attributes:
        ids: int64 [P]; content ids.
        marks: uint64 [P, C]; 0 where a class is unknown and has no box.
        place: int64 [P, 2]; see `PictureColumns`.
    """

    ids: np.ndarray
    marks: np.ndarray
    place: np.ndarray


def mark_labels(columns: PictureColumns, names: DatasetNames) -> LabelMarks:
    """Marks of some pictures: who knows what, how surely, and every box with its place, source and weights.

    The order of the boxes does not matter. Sums of hashes: two labels differ unseen with a chance of 2**-64.
    """
    sources = np.array([_name_hash(source) for source in names.sources], np.uint64)
    of_box = sources[columns.source] + columns.crowd
    for column in (*columns.boxes_xyxy.T, columns.weight, columns.box_weight):
        of_box = _mixed(of_box ^ _bits(column))
    known = who_knows(columns, names)
    of_state = _mixed(_mixed(known.astype(np.uint64) + np.uint64(1)) ^ _bits(columns.absence_weight))
    marks = np.where(known == Knowledge.UNKNOWN, np.uint64(0), of_state)
    np.add.at(marks, (columns.box_picture, columns.box_class), of_box)
    return LabelMarks(content_ids(columns.sha256), marks, columns.place)


def join_marks(parts: Sequence[LabelMarks], num_classes: int) -> LabelMarks:
    """The marks of several parts, sorted by id."""
    nothing = LabelMarks(np.zeros(0, np.int64), np.zeros((0, num_classes), np.uint64), np.zeros((0, 2), np.int64))
    ids, marks, place = (
        np.concatenate([getattr(part, name) for part in (nothing, *parts)]) for name in ("ids", "marks", "place")
    )
    order = np.argsort(ids, kind="stable")
    return LabelMarks(ids[order], marks[order], place[order])


def _name_hash(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")


def _bits(values: np.ndarray) -> np.ndarray:
    return (np.ascontiguousarray(values, np.float32) + np.float32(0)).view(np.uint32).astype(np.uint64)  # -0 is 0


def _mixed(x: np.ndarray) -> np.ndarray:
    """The finalizer of splitmix64 (Steele et al., 2014)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
