"""Which jobs are still to do, and how often each was tried."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from unify.executors.base import MAX_ATTEMPTS, worker_lost


@dataclass
class Task:
    """A job and its attempts.

    Attributes:
        job: what to do.
        attempts: how often it was given to a worker.
        reported: items that progress was told of, by whichever attempt came so far first.
    """

    job: Any
    attempts: int = 0
    reported: int = 0

    def news(self, done: int) -> int:
        """Items to report, now that the attempt in hand has done ``done`` of them."""
        new = max(0, done - self.reported)
        self.reported += new
        return new


class Tasks:
    """Tasks to give out; lost ones come first."""

    def __init__(self, jobs: Iterable) -> None:
        self._fresh = (Task(job) for job in jobs)
        self._ready: deque[Task] = deque()

    def take(self, most: int) -> list[Task]:
        """Up to ``most`` tasks, each of which is given to a worker now."""
        taken = [self._ready.popleft() for _ in range(self.draw(most))]
        for task in taken:
            task.attempts += 1
        return taken

    def draw(self, most: int) -> int:
        """Have up to ``most`` tasks at hand, so that no worker waits for one to be made; says how many there are."""
        self._ready.extend(islice(self._fresh, max(0, most - len(self._ready))))
        return min(most, len(self._ready))

    def again(self, task: Task) -> None:
        """Take back a task whose worker died.

        Raises:
            WorkerLostError: it killed enough of them.
        """
        if task.attempts == MAX_ATTEMPTS:
            raise worker_lost(task.job)
        self._ready.appendleft(task)
