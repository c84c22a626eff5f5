"""Some of the pictures, with what belongs to them; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from unify.core.types import CategoryLists, PictureTable, SourceLabels
from unify.errors import LabelError, Problem, shorten
from unify.labels.names import stem_of


def take_pictures(labels: SourceLabels, rows: np.ndarray) -> SourceLabels:
    """The pictures of some rows and their boxes, in the order of the rows.

    Args:
        labels: P pictures.
        rows: int64 [R]; rows in 0..P-1.
    """
    offsets, boxes = _take_ranges(labels.box_offsets, rows)
    return replace(
        labels,
        file_names=[labels.file_names[row] for row in rows.tolist()],
        image_hw=labels.image_hw[rows],
        box_offsets=offsets,
        boxes_xyxy=labels.boxes_xyxy[boxes],
        box_category=labels.box_category[boxes],
        box_area=labels.box_area[boxes],
        box_crowd=labels.box_crowd[boxes],
        box_difficult=labels.box_difficult[boxes],
        verified_absent=_take_lists(labels.verified_absent, rows),
        not_exhaustive=_take_lists(labels.not_exhaustive, rows),
    )


def take_rows(pictures: PictureTable, rows: np.ndarray) -> PictureTable:
    """Some rows of a picture table, in the order given."""
    return replace(
        pictures,
        names=[pictures.names[row] for row in rows.tolist()],
        sha256=pictures.sha256[rows],
        image_hw=pictures.image_hw[rows],
        num_bytes=pictures.num_bytes[rows],
        mtime_ns=pictures.mtime_ns[rows],
        format=pictures.format[rows],
        orientation=pictures.orientation[rows],
    )


def rows_in_image_set(file_names: Sequence[str], text: str, where: str) -> np.ndarray:
    """Rows of the pictures that an image set names, in the order of the annotations.

    Args:
        file_names: all P names.
        text: one name, with or without its extension, a line; blank lines and lines that start with # do not count.
        where: the image set's path, for messages.

    Returns:
        int64 [R], ascending.

    Raises:
        LabelError: lines that name no picture, or several; or nothing is named.
    """
    rows_of: defaultdict[str, set[int]] = defaultdict(set)
    for row, name in enumerate(file_names):
        rows_of[name].add(row)
        rows_of[stem_of(name)].add(row)
    lines = [line.strip() for line in text.splitlines()]
    wanted = [line for line in lines if line and not line.startswith("#")]
    unknown = [name for name in wanted if name not in rows_of]
    several = [name for name in wanted if len(rows_of.get(name, ())) > 1]
    problems = [
        Problem(where, f"{what}: {len(names):,}", got=shorten(names))
        for what, names in (("names without a picture", unknown), ("names of more than one picture", several))
        if names
    ]
    if not wanted:
        problems.append(Problem(where, "names no pictures"))
    if problems:
        raise LabelError(problems)
    return np.array(sorted({row for name in wanted for row in rows_of[name]}), np.int64)


def _take_lists(lists: CategoryLists | None, rows: np.ndarray) -> CategoryLists | None:
    if lists is None:
        return None
    offsets, values = _take_ranges(lists.offsets, rows)
    return CategoryLists(offsets, lists.values[values])


def _take_ranges(offsets: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """New offsets, and the positions of everything that the rows own."""
    lengths = (offsets[1:] - offsets[:-1])[rows]
    taken = np.append(0, np.cumsum(lengths))
    shift = np.repeat(offsets[:-1][rows] - taken[:-1], lengths)
    return taken, shift + np.arange(taken[-1])
