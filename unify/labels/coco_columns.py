"""Annotations as columns, taken from typed rows a piece at a time so that the rows need not be kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import NamedTuple

import numpy as np

from unify.labels.coco_json import (
    Annotation,
    CocoFile,
    Id,
    PlainAnnotation,
    decode_whole,
    without_garbage_collection,
)
from unify.labels.coco_stream import CocoStream, NotSplittable

_NO_BOX = (np.nan,) * 4


class AnnotationColumns(NamedTuple):
    """N annotations in the file's order.

    Attributes:
        ids: int64 [N]; annotation ids. Object where one is missing, larger than 64 bits, or no whole number.
        image_ids: int64 or object [N].
        category_ids: int64 or object [N].
        boxes_xyxy: float32 [N, 4]; NaN where there is no box.
        area: float32 [N]; NaN where the file does not say.
        crowd: bool [N].
        malformed: annotations whose ``bbox`` is not four numbers; their boxes are NaN.
    """

    ids: np.ndarray
    image_ids: np.ndarray
    category_ids: np.ndarray
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
            columns = join_columns(map(plain_columns, stream.pieces()))
            return stream.rest(), columns
        except NotSplittable:
            file = decode_whole(path)
            return file, odd_columns(file.annotations or [])


def plain_columns(rows: Sequence[PlainAnnotation]) -> AnnotationColumns:
    """Columns of rows of which every field has its one type."""
    num_rows = len(rows)
    try:
        return AnnotationColumns(
            ids=np.fromiter([row.id for row in rows], np.int64, num_rows),
            image_ids=np.fromiter([row.image_id for row in rows], np.int64, num_rows),
            category_ids=np.fromiter([row.category_id for row in rows], np.int64, num_rows),
            boxes_xyxy=_to_xyxy([row.bbox for row in rows]),
            area=np.fromiter([row.area for row in rows], np.float32, num_rows),
            crowd=np.fromiter([row.iscrowd for row in rows], np.bool_, num_rows),
            malformed=[],
        )
    except OverflowError:  # an id of more than 64 bits
        raise NotSplittable from None


def odd_columns(rows: Sequence[Annotation]) -> AnnotationColumns:
    """Columns of rows of which any field may be missing, or be of another type."""
    return AnnotationColumns(
        ids=id_column([row.id for row in rows]),
        image_ids=id_column([row.image_id for row in rows]),
        category_ids=id_column([row.category_id for row in rows]),
        boxes_xyxy=_to_xyxy([row.bbox if row.bbox and len(row.bbox) == 4 else _NO_BOX for row in rows]),
        area=np.array([row.area for row in rows], np.float32),  # None becomes NaN
        crowd=np.array([row.iscrowd for row in rows], np.bool_),  # None becomes False
        malformed=[row for row in rows if row.bbox and len(row.bbox) != 4],
    )


def join_columns(parts: Iterable[AnnotationColumns]) -> AnnotationColumns:
    """One after the other; at least one part."""
    *columns, malformed = zip(*parts)
    return AnnotationColumns(*map(np.concatenate, columns), list(chain.from_iterable(malformed)))


def id_column(ids: list[Id]) -> np.ndarray:
    """int64 [N], or object [N] where an id is missing, larger than 64 bits, or no whole number."""
    column = np.array(ids)
    return column if column.dtype == np.int64 else np.array(ids, object)


def find_rows(references: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Where each reference stands among known ids.

    Args:
        references: int64 or object [N].
        known: int64 or object [K].

    Returns:
        int64 [N]; row of ``known``, -1 where it is not there.
    """
    if references.dtype == object or known.dtype == object or not _is_dense(known):
        row_of = {key: row for row, key in enumerate(known.tolist())}
        return np.fromiter(map(row_of.get, references.tolist(), repeat(-1)), np.int64, len(references))
    # A table is several times faster than the dict; one more cell at its end catches everything out of range.
    first, last = known.min(), known.max()
    row_of_id = np.full(last - first + 2, -1)
    row_of_id[known - first] = np.arange(len(known))
    return row_of_id[np.where((references < first) | (references > last), last + 1, references) - first]


def _is_dense(ids: np.ndarray) -> bool:
    """Whether a table over the range of the ids is small; Python integers, because the range may not fit in 64 bits."""
    return len(ids) > 0 and int(ids.max()) - int(ids.min()) < 16 * len(ids) and int(ids.max()) < 2**62


def _to_xyxy(bboxes: Sequence[Sequence[float]]) -> np.ndarray:
    """float32 [N, 4]; sums are taken in float64, so that x + width rounds once."""
    xyxy = np.fromiter(chain.from_iterable(bboxes), np.float64, 4 * len(bboxes)).reshape(-1, 4)
    xyxy[:, 2:] += xyxy[:, :2]
    with np.errstate(over="ignore"):  # becomes infinite, which is found and counted later
        return xyxy.astype(np.float32)
