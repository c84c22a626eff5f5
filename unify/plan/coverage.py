"""What is known of every class on every example: the union over its rows.

For each (example, class) the row with the strongest state speaks; among equals the later row in the config's order. All
boxes of that class on that example come from that row, so two people's boxes of one object never add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unify.core.boxes import count_disagreements
from unify.core.types import BatchLabels, State
from unify.plan.identity import ExampleRows

NO_ROW = -1


@dataclass(frozen=True)
class Coverage:
    """Per (example, class) state, and which row's boxes count.

    Attributes:
        state: uint8 [E, C]; `State`.
        shared: int32 [E]; index into ``owner`` for an example with several rows, -1 where one row says everything.
        owner: int64 [S, C]; for S shared examples the row whose boxes of that class count, -1 where no row knows.
        disagreements: int64 [C]; (picture, class) pairs that two batches both searched and boxed differently.
    """

    state: np.ndarray
    shared: np.ndarray
    owner: np.ndarray
    disagreements: np.ndarray

    def keeps(self, examples: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """bool [N]: whether boxes of class columns ``columns`` in ``rows`` of ``examples`` belong to the example."""
        slot = self.shared[examples]
        if not len(self.owner):
            return np.ones(len(slot), bool)
        return (slot < 0) | (self.owner[slot, columns] == rows)


def unite(batches: Sequence[BatchLabels], examples: ExampleRows, num_columns: int) -> Coverage:
    """Unite the states of all rows of every example. C = ``num_columns``."""
    rows_each = np.diff(examples.example_start)
    several = np.flatnonzero(rows_each > 1)
    shared = np.full(len(examples), -1, np.int32)
    shared[several] = np.arange(len(several), dtype=np.int32)

    state = np.zeros((len(examples), num_columns), np.uint8)
    owner = np.full((len(several), num_columns), NO_ROW, np.int64)
    overruled: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []  # (losing row, winning row, column)
    for number, batch in enumerate(batches):
        first, last = examples.row_start[number], examples.row_start[number + 1]
        for rows in _passes(np.arange(first, last), examples.example_of_row[first:last]):
            of = examples.example_of_row[rows]
            new = batch.state[rows - first]
            current = state[of]
            stronger = (new >= current) & (new > State.UNKNOWN)
            state[of] = np.where(stronger, new, current)
            slot = shared[of]
            at = np.flatnonzero(slot >= 0)
            if len(at):
                losing = owner[slot[at]]
                both = (current[at] == State.LABELED) & (new[at] == State.LABELED)
                where, columns = np.nonzero(both)
                overruled.append((losing[where, columns], rows[at[where]], columns))
                owner[slot[at]] = np.where(stronger[at], rows[at, None], losing)
    return Coverage(state, shared, owner, _count_disagreements(batches, examples, overruled, num_columns))


def _passes(rows: np.ndarray, examples: np.ndarray) -> list[np.ndarray]:
    """Rows of one batch in passes that meet every example at most once (a batch may hold a picture twice)."""
    passes = []
    while len(rows):
        first = np.zeros(len(rows), bool)
        first[np.unique(examples, return_index=True)[1]] = True
        passes.append(rows[first])
        rows, examples = rows[~first], examples[~first]
    return passes


def _count_disagreements(
    batches: Sequence[BatchLabels],
    examples: ExampleRows,
    overruled: list[tuple[np.ndarray, np.ndarray, np.ndarray]],
    num_columns: int,
) -> np.ndarray:
    counts = np.zeros(num_columns, np.int64)
    for losing, winning, columns in overruled:
        for old, new, column in zip(losing.tolist(), winning.tolist(), columns.tolist()):
            boxes_old, boxes_new = (_boxes_of(batches, examples, row, column) for row in (old, new))
            counts[column] += count_disagreements(boxes_old, boxes_new) > 0
    return counts


def _boxes_of(batches: Sequence[BatchLabels], examples: ExampleRows, row: int, column: int) -> np.ndarray:
    number, picture = examples.place_of(row)
    batch = batches[number]
    span = slice(batch.box_offsets[picture], batch.box_offsets[picture + 1])
    return batch.boxes_xyxy[span][batch.box_class[span] == column + 1]
