"""What is known of every class on every example: the union over its rows.

For each (example, class) the row with the strongest state speaks; among equals the later row in the config's order. All
boxes of that class on that example come from that row, so two people's boxes of one object never add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from unify.core.types import BatchLabels, State
from unify.planning.disagreements import Overruled, disagreeing_pictures
from unify.planning.identity import ExampleRows

NO_ROW = -1


@dataclass(frozen=True)
class Coverage:
    """Per (example, class) state, and which row's boxes count.

    Attributes:
        state: uint8 [E, C]; `State`.
        shared: int32 [E]; index into ``owner`` for an example with several rows, -1 where one row says everything.
        owner: int32 [S, C]; for S shared examples the row whose boxes of that class count, -1 where no row knows.
        disagreements: int64 [C]; examples on which two rows searched for the class and boxed it differently.
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
    owner = np.full((len(several), num_columns), NO_ROW, np.int32)
    overruled = [Overruled(*np.zeros((3, 0), np.int64))]
    for number, batch in enumerate(batches):
        first, last = examples.row_start[number], examples.row_start[number + 1]
        for rows in _passes(np.arange(first, last), examples.example_of_row[first:last]):
            of = examples.example_of_row[rows]
            new, current = batch.state[rows - first], state[of]
            wins = (new >= current) & (new > State.UNKNOWN)
            state[of] = np.where(wins, new, current)
            at = np.flatnonzero(shared[of] >= 0)
            slots = shared[of[at]]
            overruled.append(_overruled(owner[slots], rows[at], (current[at] == State.LABELED) & wins[at]))
            owner[slots] = np.where(wins[at], rows[at, None], owner[slots])
    everything = Overruled(*(np.concatenate([getattr(o, f.name) for o in overruled]) for f in fields(Overruled)))
    return Coverage(state, shared, owner, disagreeing_pictures(batches, examples, everything, num_columns))


def _overruled(owners: np.ndarray, rows: np.ndarray, searched_twice: np.ndarray) -> Overruled:
    """The owners [n, C] that ``rows`` [n] replace where both had searched for the class."""
    where, columns = np.nonzero(searched_twice)
    return Overruled(owners[where, columns].astype(np.int64), rows[where], columns)


def _passes(rows: np.ndarray, examples: np.ndarray) -> list[np.ndarray]:
    """Rows of one batch in passes that meet every example at most once (a batch may hold a picture twice)."""
    passes = []
    while len(rows):
        first = np.zeros(len(rows), bool)
        first[np.unique(examples, return_index=True)[1]] = True
        passes.append(rows[first])
        rows, examples = rows[~first], examples[~first]
    return passes
