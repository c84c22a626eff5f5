"""The same bytes are the same picture: rows of all batches grouped into examples.

A *row* is one picture of one batch; rows are numbered through all batches in the config's order. R rows, E examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unify.core.digest import content_ids
from unify.core.types import BatchLabels
from unify.errors import PlanError, Problem

MOST_SHOWN = 20


@dataclass(frozen=True)
class ExampleRows:
    """Which rows make up which example.

    Attributes:
        row_start: int64 [B + 1]; batch b owns rows ``row_start[b]:row_start[b + 1]``.
        example_of_row: int32 [R].
        rows: int64 [R]; row numbers ordered by example, config order within one example.
        example_start: int64 [E + 1]; example e owns ``rows[example_start[e]:example_start[e + 1]]``.
    """

    row_start: np.ndarray
    example_of_row: np.ndarray
    rows: np.ndarray
    example_start: np.ndarray

    def __len__(self) -> int:
        return len(self.example_start) - 1

    @property
    def first_row(self) -> np.ndarray:
        """int64 [E]; the first row of every example in config order."""
        return self.rows[self.example_start[:-1]]

    def batch_of(self, rows: np.ndarray) -> np.ndarray:
        """int64, shaped like ``rows``: the batch of each row."""
        return np.searchsorted(self.row_start, rows, side="right") - 1

    def place_of(self, row: int) -> tuple[int, int]:
        """(batch, picture within the batch) of one row."""
        batch = int(self.batch_of(np.asarray(row)))
        return batch, int(row - self.row_start[batch])


def group_rows(batches: Sequence[BatchLabels]) -> ExampleRows:
    """Make one example of every distinct picture.

    Raises:
        PlanError: two different pictures share their 63-bit content id (never seen; 1 in 10**7 at a million pictures).
    """
    row_start = np.concatenate([[0], np.cumsum([len(batch.pictures) for batch in batches], dtype=np.int64)])
    digests = np.concatenate([batch.pictures.sha256 for batch in batches] or [np.zeros((0, 32), np.uint8)])
    ids = content_ids(digests)
    rows = np.argsort(ids, kind="stable")
    new = np.ones(len(ids), bool)
    new[1:] = ids[rows[1:]] != ids[rows[:-1]]
    _refuse_collisions(batches, row_start, digests, rows, new)
    example_of_row = np.empty(len(ids), np.int32)
    example_of_row[rows] = np.cumsum(new) - 1
    starts = np.append(np.flatnonzero(new), len(ids)).astype(np.int64)
    return ExampleRows(row_start, example_of_row, rows, starts)


def _refuse_collisions(
    batches: Sequence[BatchLabels], row_start: np.ndarray, digests: np.ndarray, rows: np.ndarray, new: np.ndarray
) -> None:
    joined = np.flatnonzero(~new)
    differs = (digests[rows[joined]] != digests[rows[joined - 1]]).any(axis=1)
    for at in joined[differs][:1]:
        names = []
        for row in rows[at - 1 : at + 1]:
            batch = int(np.searchsorted(row_start, row, side="right") - 1)
            names.append(f"{batches[batch].ref}/{batches[batch].pictures.names[row - row_start[batch]]}")
        raise PlanError(
            Problem(
                where=names[0],
                what=f"shares its 63-bit content id with another picture, {names[1]}",
                fix="re-save one of the two pictures so that its bytes change",
            )
        )


def example_splits(batches: Sequence[BatchLabels], examples: ExampleRows) -> tuple[tuple[str, ...], np.ndarray]:
    """The split of every example.

    Returns:
        (split names in order of first appearance, int16 [E] index into them).

    Raises:
        PlanError: a picture stands in two splits; lists the pictures.
    """
    names = tuple(dict.fromkeys(batch.split for batch in batches))
    split_of_batch = np.array([names.index(batch.split) for batch in batches], np.int16)
    split_of_row = np.repeat(split_of_batch, np.diff(examples.row_start))
    of_example = split_of_row[examples.first_row] if len(examples) else np.zeros(0, np.int16)
    clashing = np.unique(examples.example_of_row[split_of_row != of_example[examples.example_of_row]])
    if len(clashing):
        as_listed = np.argsort(examples.first_row[clashing])
        raise _overlap(batches, examples, clashing[as_listed])
    return names, of_example


def _overlap(batches: Sequence[BatchLabels], examples: ExampleRows, clashing: np.ndarray) -> PlanError:
    lines = []
    for example in clashing[:MOST_SHOWN]:
        rows = examples.rows[examples.example_start[example] : examples.example_start[example + 1]]
        places = [examples.place_of(int(row)) for row in rows]
        lines.append(
            " = ".join(f"{batches[b].ref}/{batches[b].pictures.names[i]} ({batches[b].split})" for b, i in places)
        )
    if len(clashing) > MOST_SHOWN:
        lines.append(f"and {len(clashing) - MOST_SHOWN:,} more")
    rows = np.flatnonzero(np.isin(examples.example_of_row, clashing))
    splits = sorted({batches[b].split for b in np.unique(examples.batch_of(rows))})
    return PlanError(
        Problem(
            where=f"{len(clashing):,} {'picture' if len(clashing) == 1 else 'pictures'}",
            what=f"the same picture stands in more than one split ({', '.join(splits)})",
            got="\n            ".join(lines),
            expected="every picture in one split: measured on pictures it was trained on, a model looks too good",
            fix="take these pictures out of one of the batches, or register both batches with the same split",
        )
    )
