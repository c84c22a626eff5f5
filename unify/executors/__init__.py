"""Executors: one function over many jobs, in this machine's processes or on a Ray cluster.

A job and its result are plain picklable values; pixels never travel, paths do. Results come as they are finished, so
nothing may depend on their order. A dead worker costs a retry, not the run.
"""

from __future__ import annotations

from unify.errors import Problem, UnifyError
from unify.executors.base import Executor
from unify.executors.local import LocalExecutor
from unify.executors.ray import RayExecutor

EXECUTORS = {"local": LocalExecutor, "ray": RayExecutor}


def make_executor(name: str, workers: int) -> Executor:
    """The executor called ``name`` with that many workers.

    Raises:
        UnifyError: no such executor, or fewer than one worker.
    """
    if name not in EXECUTORS:
        raise UnifyError(Problem("--executor", "unknown executor", repr(name), f"one of {', '.join(EXECUTORS)}"))
    if workers < 1:
        raise UnifyError(Problem("--workers", "too few workers", str(workers), "1 or more"))
    return EXECUTORS[name](workers)
