"""Spend a budget on pairs of picture and task: the most gain for its cost, no task starved, nothing asked twice.

First a greedy pass by gain ÷ cost says how much of the budget each task is worth. Then each task spends its part on a
shortlist several times as large, taking whoever is both worth it and unlike what was taken before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from unify.ranking.diversity import FarthestFirst, density


@dataclass(frozen=True)
class Pairs:
    """Q pairs of picture and task.

    Attributes:
        task: int64 [Q]; index of the task.
        gain: float64 [Q]; 0 or more.
        cost: float64 [Q]; over 0.
        labels: float64 [Q]; what the pair adds to its task's ``labeled``, where a budget knows it: the square root of
            the boxes expected.
    """

    task: np.ndarray
    gain: np.ndarray
    cost: np.ndarray
    labels: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def __len__(self) -> int:
        return len(self.task)

    def best_first(self) -> np.ndarray:
        """int64 [Q]; by falling gain ÷ cost, ties in the order of the pairs."""
        return np.argsort(-self.gain / self.cost, kind="stable")


@dataclass(frozen=True)
class Budget:
    """How much may be spent.

    Attributes:
        total: on everything.
        floors: index of a task -> at least so much, where it has pairs for it.
        ceilings: index of a task -> at most so much.
        labeled: index of a task -> what people labeled so far, see `labels_that_count`. A task's gain falls as it gets
            more, by what it had to what it has; without any task, gains stay.
    """

    total: float
    floors: Mapping[int, float]
    ceilings: Mapping[int, float]
    labeled: Mapping[int, float] = field(default_factory=dict)


def spend(pairs: Pairs, budget: Budget) -> np.ndarray:
    """Take pairs by gain ÷ cost until nothing more fits.

    Floors come first, as far as the budget reaches. A pair that does not fit is passed over for cheaper ones.

    Returns:
        int64; pairs in the order they were taken.
    """
    order, till = pairs.best_first(), _Till(budget)
    for task, floor in sorted(budget.floors.items()):
        for pair in order[pairs.task[order] == task].tolist():
            if till.spent_on(task) >= floor:
                break
            till.take(pair, task, float(pairs.cost[pair]))
    cheapest = float(pairs.cost.min()) if len(pairs) else 0.0
    turns = _in_turn(pairs, order, budget.labeled, till.taken) if budget.labeled else order.tolist()
    tasks, costs = pairs.task.tolist(), pairs.cost.tolist()
    for pair in turns:
        if not till.affords(cheapest):
            break
        till.take(pair, tasks[pair], costs[pair])
    return np.array(list(till.taken), np.int64)


def _in_turn(pairs: Pairs, order: np.ndarray, labeled: Mapping[int, float], taken: Mapping[int, None]) -> Iterator[int]:
    """The pairs that are not ``taken``, which grows meanwhile: always one of the task whose next is worth most now."""
    worth, task_of = pairs.gain / pairs.cost, pairs.task.tolist()
    waiting: dict[int, deque[int]] = {}
    for pair in order.tolist():
        if pair not in taken:
            waiting.setdefault(task_of[pair], deque()).append(pair)
    had = {task: 1 + labeled.get(task, 0.0) for task in {*task_of}}
    has = dict(had)
    for pair in taken:
        has[task_of[pair]] += float(pairs.labels[pair])
    while waiting:
        task = max(waiting, key=lambda each: worth[waiting[each][0]] * had[each] / has[each])
        pair = waiting[task].popleft()
        yield pair
        if pair in taken:
            has[task] += float(pairs.labels[pair])
        if not waiting[task]:
            del waiting[task]


class _Till:
    """What is left of a budget, to the cent: costs are rounded, so that a hundred times 0.01 is 1."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._left = round(budget.total, 9)
        self._spent: dict[int, float] = {}
        self.taken: dict[int, None] = {}

    def spent_on(self, task: int) -> float:
        return self._spent.get(task, 0.0)

    def affords(self, cost: float) -> bool:
        return cost <= self._left + 1e-9

    def take(self, pair: int, task: int, cost: float) -> bool:
        """Take a pair where it was not taken, fits into the rest of the budget, and under the task's ceiling."""
        ceiling = self._budget.ceilings.get(task, np.inf)
        if pair in self.taken or not self.affords(cost) or self.spent_on(task) + cost > ceiling + 1e-9:
            return False
        self.taken[pair] = None
        self._left = round(self._left - cost, 9)
        self._spent[task] = self.spent_on(task) + cost
        return True


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
    chosen: list[np.ndarray] = []
    distances: list[np.ndarray] = []
    dropped = 0
    for task in np.unique(pairs.task[greedy]).tolist():
        mine = greedy[pairs.task[greedy] == task]
        part = float(pairs.cost[mine].sum())
        short = _shortlist(pairs, task, part * diversity.shortlist)
        embeddings = diversity.embeddings(task, short)
        if embeddings is None:
            chosen.append(mine)
            distances.append(np.full(len(mine), np.nan))
            continue
        picked, far, same = _spread(pairs, short, embeddings, part, diversity, diversity.labeled(task))
        chosen.append(picked)
        distances.append(far)
        dropped += same
    none = np.zeros(0, np.int64)
    return Selection(np.concatenate([none, *chosen]), np.concatenate([none, *distances]).astype(float), dropped)


def _shortlist(pairs: Pairs, task: int, cost: float) -> np.ndarray:
    """The best pairs of a task until their cost is reached."""
    order = pairs.best_first()
    mine = order[pairs.task[order] == task]
    enough = np.searchsorted(np.cumsum(pairs.cost[mine]), cost * (1 - 1e-12)) + 1
    return mine[:enough]


def _spread(
    pairs: Pairs,
    short: np.ndarray,
    embeddings: np.ndarray,
    part: float,
    diversity: Diversity,
    labeled: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray, int]:
    """Spend a part of the budget on a shortlist: picks, their distances, and how many were near-duplicates."""
    worth = np.maximum(pairs.gain[short] / pairs.cost[short], 1e-12)
    if diversity.density:
        worth = worth * np.maximum(density(embeddings), 1e-6) ** diversity.density
    walk = FarthestFirst(embeddings, worth, labeled)
    cost, left = pairs.cost[short], part
    open_to = np.ones(len(short), bool)
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
    return short[np.array(picks, np.int64)], np.array(far), same
