"""Spend a budget on pairs of picture and task: the most gain for its cost, no task starved, nothing asked twice.

First a greedy pass by gain ÷ cost says how much of the budget each task is worth. Then each task spends its part on a
shortlist several times as large, taking whoever is both worth it and unlike what was taken before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unify.ranking.diversity import FarthestFirst, density
from unify.ranking.spending import Budget, Pairs, spend


@dataclass(frozen=True)
class Diversity:
    """How unlike each other the pictures of a task are to be.

    Attributes:
        shortlist: a task's part of the budget is spent on a list this many times as large; 1 keeps the best.
        near_duplicate: pictures at this distance of embeddings, 0..2, or nearer are one; never asked twice.
        density: power of a picture's likeness to its neighbours, so that oddities are not preferred; 0 for none.
        embeddings: task index, pairs int64 [n] -> their embeddings, float32 [n, E], unit rows; None where there are
            none.
        labeled: task index -> embeddings of pictures that people labeled for it, or None.
    """

    shortlist: float
    near_duplicate: float
    density: float
    embeddings: Callable[[int, np.ndarray], np.ndarray | None]
    labeled: Callable[[int], np.ndarray | None]


@dataclass(frozen=True)
class Selection:
    """What is to be asked.

    Attributes:
        pairs: int64 [S]; in the order they were taken.
        distance: float64 [S]; to the nearest picture labeled or taken before, NaN where nothing is known of it.
        near_duplicates: pairs of the shortlists that were passed over for being almost the same.
    """

    pairs: np.ndarray
    distance: np.ndarray
    near_duplicates: int


def select(pairs: Pairs, budget: Budget, diversity: Diversity) -> Selection:
    """Choose pairs under a budget; see the module. Deterministic."""
    greedy = spend(pairs, budget)
    taken = {task: greedy[pairs.task[greedy] == task] for task in np.unique(pairs.task[greedy]).tolist()}
    distances = {}
    dropped = 0
    for task, mine in taken.items():
        distances[task] = np.full(len(mine), np.nan)
        worth = pairs.opened_by(np.concatenate([*taken.values()])).worth(budget.together)
        part = float(pairs.cost[mine].sum())
        short = _shortlist(pairs, worth, task, part * diversity.shortlist)
        embeddings = diversity.embeddings(task, short)
        if embeddings is None:
            continue
        labeled = diversity.labeled(task)
        picks, distances[task], same = _spread(worth[short], pairs.cost[short], embeddings, part, diversity, labeled)
        taken[task] = short[picks]  # the tasks after it go by these
        dropped += same
    none = np.zeros(0, np.int64)
    return Selection(
        np.concatenate([none, *taken.values()]), np.concatenate([none, *distances.values()]).astype(float), dropped
    )


def _shortlist(pairs: Pairs, worth: np.ndarray, task: int, cost: float) -> np.ndarray:
    """The best pairs of a task until their cost is reached."""
    mine = np.flatnonzero(pairs.task == task)
    mine = mine[np.argsort(-worth[mine], kind="stable")]
    enough = np.searchsorted(np.cumsum(pairs.cost[mine]), cost * (1 - 1e-12)) + 1
    return mine[:enough]


def _spread(
    worth: np.ndarray,
    cost: np.ndarray,
    embeddings: np.ndarray,
    part: float,
    diversity: Diversity,
    labeled: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray, int]:
    """Spend a part of the budget on a shortlist: picks of it, their distances, and how many were near-duplicates."""
    worth = np.maximum(worth, 1e-12)
    if diversity.density:
        worth = worth * np.maximum(density(embeddings), 1e-6) ** diversity.density
    walk = FarthestFirst(embeddings, worth, labeled)
    left = part
    open_to = np.ones(len(cost), bool)
    picks: list[int] = []
    far: list[float] = []
    while True:
        distances = walk.distances
        pick = walk.pick(open_to & (cost <= left + 1e-9) & (distances > diversity.near_duplicate))
        if pick is None:
            break
        picks.append(pick)
        far.append(float(distances[pick]) if picks[1:] or labeled is not None else np.nan)
        open_to[pick] = False
        left = round(left - cost[pick], 9)
    same = int((open_to & (walk.distances <= diversity.near_duplicate)).sum())
    return np.array(picks, np.int64), np.array(far), same
