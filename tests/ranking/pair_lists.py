"""Pairs of picture and task for tests."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from unify.ranking.spending import Pairs

pair_lists = st.lists(st.tuples(st.integers(0, 2), st.floats(0, 10), st.floats(0.1, 5)), min_size=0, max_size=40)


def make_pairs(*rows: tuple[int, float, float]) -> Pairs:
    """(task, gain, cost) each, of pictures of their own that bring no boxes."""
    task, gain, cost = zip(*rows) if rows else ((), (), ())
    count = len(rows)
    return Pairs(
        task=np.array(task, np.int64),
        picture=np.arange(count),
        gain=np.array(gain, float),
        cost=np.array(cost, float),
        labels=np.zeros(count),
        opened=np.zeros(count, bool),
    )
