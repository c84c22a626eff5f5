"""Annotations as columns, taken from typed rows a piece at a time so that the rows need not be kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from unify.labels.coco_json import Annotation, CocoFile, Id, decode_whole, without_garbage_collection
from unify.labels.coco_stream import CocoStream, NotSplittable

_NO_BOX = (np.nan,) * 4


class AnnotationColumns(NamedTuple):
    """N annotations in the file's order.

    Attributes:
        ids: N annotation ids.
        image_ids: N image ids.
        category_ids: N category ids.
        boxes_xyxy: float32 [N, 4]; NaN where there is no box.
        area: float32 [N]; NaN where the file does not say.
        crowd: bool [N].
        malformed: annotations whose ``bbox`` is not four numbers; their boxes are NaN.
    """

    ids: list[Id]
    image_ids: list[Id]
    category_ids: list[Id]
    boxes_xyxy: np.ndarray
    area: np.ndarray
    crowd: np.ndarray
    malformed: list[Annotation]


def parse_coco(path: Path) -> tuple[CocoFile, AnnotationColumns]:
    """A file's images and categories, and its annotations as columns.

    Raises:
        LabelError: the file is not JSON (with line and column), or a value has the wrong type.
        OSError: the file cannot be read.
    """
    with without_garbage_collection():
        stream = CocoStream(path)
        try:
            columns = collect(stream.pieces())
            return stream.rest(), columns
        except NotSplittable:
            file = decode_whole(path)
            return file, collect([file.annotations or []])


def collect(pieces: Iterable[Sequence[Annotation]]) -> AnnotationColumns:
    """Columns of all pieces, one after the other."""
    ids: list[Id] = []
    image_ids: list[Id] = []
    category_ids: list[Id] = []
    malformed: list[Annotation] = []
    boxes, areas, crowds = [np.empty((0, 4), np.float32)], [np.empty(0, np.float32)], [np.empty(0, np.bool_)]
    for rows in pieces:
        ids += map(attrgetter("id"), rows)
        image_ids += map(attrgetter("image_id"), rows)
        category_ids += map(attrgetter("category_id"), rows)
        malformed += [row for row in rows if row.bbox and len(row.bbox) != 4]
        boxes.append(_to_xyxy([row.bbox or _NO_BOX for row in rows]))
        areas.append(np.array(list(map(attrgetter("area"), rows)), np.float64).astype(np.float32))  # None becomes NaN
        crowds.append(np.array(list(map(attrgetter("iscrowd"), rows)), np.bool_))  # None becomes False
    columns = np.concatenate(boxes), np.concatenate(areas), np.concatenate(crowds)
    return AnnotationColumns(ids, image_ids, category_ids, *columns, malformed)


def _to_xyxy(bboxes: Sequence[Sequence[float]]) -> np.ndarray:
    """float32 [N, 4]; sums are taken in float64, so that x + width rounds once."""
    if set(map(len, bboxes)) != {4}:
        bboxes = [bbox if len(bbox) == 4 else _NO_BOX for bbox in bboxes]
    xyxy = np.fromiter(chain.from_iterable(bboxes), np.float64, 4 * len(bboxes)).reshape(-1, 4)
    xyxy[:, 2:] += xyxy[:, :2]
    with np.errstate(over="ignore"):  # becomes infinite, which is found and counted later
        return xyxy.astype(np.float32)
