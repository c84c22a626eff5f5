"""Spend a budget on pairs of picture and task: always the one that is worth most by now for what it costs."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True)
class Pairs:
    """Q pairs of picture and task.

    Attributes:
        task: int64 [Q]; index of the task.
        picture: int64 [Q]; number of the picture.
        gain: float64 [Q]; 0 or more.
        cost: float64 [Q]; over 0.
        labels: float64 [Q]; what the pair adds to its task's ``labeled``, where a budget knows it: `of_a_picture`
            with the boxes expected.
        opened: bool [Q]; people labeled the picture for anything else, or will.
    """

    task: np.ndarray
    picture: np.ndarray
    gain: np.ndarray
    cost: np.ndarray
    labels: np.ndarray
    opened: np.ndarray

    def __len__(self) -> int:
        return len(self.task)

    def worth(self, together: float) -> np.ndarray:
        """float64 [Q]; gain ÷ cost, ``together`` times as much on an opened picture."""
        return self.gain / self.cost * np.where(self.opened, together, 1.0)

    def opened_by(self, taken: np.ndarray) -> Pairs:
        """The same, with the pictures opened for which pairs, int64, were taken: each for its other pairs."""
        mine = np.zeros(len(self), np.int64)
        mine[taken] = 1
        _, number = np.unique(self.picture, return_inverse=True)
        others = np.bincount(number, mine)[number] - mine
        return replace(self, opened=self.opened | (others > 0))


@dataclass(frozen=True)
class Budget:
    """How much may be spent.

    Attributes:
        total: on everything.
        floors: index of a task -> at least so much, where it has pairs for it.
        ceilings: index of a task -> at most so much.
        labeled: index of a task -> what people labeled so far, see `labels_that_count`. A task's gain falls as it gets
            more, by what it had to what it has; without any task, gains stay.
        together: how many times as much a pair is worth on an opened picture; 1 or more.
    """

    total: float
    floors: Mapping[int, float] = field(default_factory=dict)
    ceilings: Mapping[int, float] = field(default_factory=dict)
    labeled: Mapping[int, float] = field(default_factory=dict)
    together: float = 1.0


def spend(pairs: Pairs, budget: Budget) -> np.ndarray:
    """Take pairs by worth until nothing more fits; ties go to the first task, and there to the first pair.

    Floors come first, as far as the budget reaches. A pair that does not fit is passed over for cheaper ones.

    Returns:
        int64; pairs in the order they were taken.
    """
    till, queues = _Till(budget), _Queues(pairs, budget.together)
    costs, labels = pairs.cost.tolist(), pairs.labels.tolist()
    had = {task: 1 + budget.labeled.get(task, 0.0) for task in queues.tasks}
    has = dict(had)

    def take_next(task: int) -> None:
        pair = queues.pop(task)
        if till.take(pair, task, costs[pair]):
            queues.open_others(pair)
            if budget.labeled:
                has[task] += labels[pair]

    for task, floor in sorted(budget.floors.items()):
        while task in queues.tasks and till.spent_on(task) < floor:
            take_next(task)
    cheapest = min(costs, default=0.0)
    while queues.tasks and till.affords(cheapest):
        take_next(max(queues.tasks, key=lambda task: queues.worth_of_next(task) * (had[task] / has[task])))
    return np.array(till.taken, np.int64)


class _Queues:
    """The pairs that wait, by task, the best first. Those of a picture that was opened meanwhile move up."""

    def __init__(self, pairs: Pairs, together: float) -> None:
        worth = pairs.worth(together)
        order = np.argsort(-worth, kind="stable")
        tasks = pairs.task[order]
        self._worth, self._together = worth.tolist(), together
        self._task, self._opened = pairs.task.tolist(), pairs.opened.tolist()
        self._gone: set[int] = set()
        self._waiting = {task: deque(order[tasks == task].tolist()) for task in np.unique(tasks).tolist()}
        self._raised: dict[int, list[tuple[float, int]]] = {task: [] for task in self._waiting}
        self._by_picture = np.argsort(pairs.picture, kind="stable")
        self._pictures = pairs.picture[self._by_picture]
        self._picture = pairs.picture.tolist()

    @property
    def tasks(self) -> list[int]:
        """Those for which any pair waits, ascending."""
        return list(self._waiting)

    def worth_of_next(self, task: int) -> float:
        return self._worth[self._next(task)]

    def pop(self, task: int) -> int:
        """The best pair of a task; it waits no more."""
        pair = self._next(task)
        self._gone.add(pair)
        self._forget_gone(task)
        return pair

    def open_others(self, pair: int) -> None:
        """The other pairs of a pair's picture that wait are worth more from now on, once."""
        picture = self._picture[pair]
        start, stop = np.searchsorted(self._pictures, [picture, picture + 1])
        for other in self._by_picture[start:stop].tolist():
            if other not in self._gone and not self._opened[other]:
                self._opened[other] = True
                self._worth[other] *= self._together
                heapq.heappush(self._raised[self._task[other]], (-self._worth[other], other))

    def _next(self, task: int) -> int:
        """A raised pair still stands in its old place as well; there it is never better than where it was raised to."""
        first = self._waiting[task][0]
        raised = self._raised[task]
        return min((-self._worth[first], first), raised[0])[1] if raised else first

    def _forget_gone(self, task: int) -> None:
        waiting, raised = self._waiting[task], self._raised[task]
        while raised and raised[0][1] in self._gone:
            heapq.heappop(raised)
        while waiting and waiting[0] in self._gone:
            waiting.popleft()
        if not waiting:  # nor can there be any raised one, which would stand there as well
            del self._waiting[task]


class _Till:
    """What is left of a budget, to the cent: costs are rounded, so that a hundred times 0.01 is 1."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._left = round(budget.total, 9)
        self._spent: dict[int, float] = {}
        self.taken: list[int] = []

    def spent_on(self, task: int) -> float:
        return self._spent.get(task, 0.0)

    def affords(self, cost: float) -> bool:
        return cost <= self._left + 1e-9

    def take(self, pair: int, task: int, cost: float) -> bool:
        """Take a pair where it fits into the rest of the budget, and under the task's ceiling."""
        ceiling = self._budget.ceilings.get(task, np.inf)
        if not self.affords(cost) or self.spent_on(task) + cost > ceiling + 1e-9:
            return False
        self.taken.append(pair)
        self._left = round(self._left - cost, 9)
        self._spent[task] = self.spent_on(task) + cost
        return True
