"""Who labels what; pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unify.errors import Problem, UnifyError

_STREAM = 3  # of random numbers: pictures are drawn from others


def assign_pictures(
    num_pictures: int, tasks: Sequence[str], fully_labeled: float, seed: int
) -> dict[str, frozenset[int]]:
    """The training pictures that each task labeled.

    In a random order, the first ``fully_labeled`` share goes to every task; the rest in parts whose sizes differ by
    one at most, each part to one task.

    Args:
        num_pictures: training pictures, numbered from 0.
        tasks: task names.
        fully_labeled: 0 to 1; the share is rounded to whole pictures.
        seed: decides the order, >= 0.

    Raises:
        UnifyError: there are too few pictures for every task to get one.
    """
    order = np.random.default_rng([seed, _STREAM]).permutation(num_pictures).tolist()
    of_all = round(fully_labeled * num_pictures)
    parts = np.array_split(np.array(order[of_all:], np.int64), len(tasks))
    labeled = {task: frozenset([*order[:of_all], *part.tolist()]) for task, part in zip(tasks, parts)}
    if without := [task for task, pictures in labeled.items() if not pictures]:
        raise UnifyError(_too_few(num_pictures, len(tasks), without))
    return labeled


def _too_few(num_pictures: int, num_tasks: int, without: Sequence[str]) -> Problem:
    return Problem(
        "scenario",
        f"no training picture is left for {', '.join(without)}",
        got=f"{num_pictures} training pictures for {num_tasks} tasks",
        expected="one or more for each task",
        fix="take more training pictures, or fewer tasks",
    )
