"""Executors: one function over many jobs, in this machine's processes or on a Ray cluster.

A job and its result are plain picklable values; pixels never travel, paths do. Results come as they are finished, so
nothing may depend on their order. A dead worker costs a retry, not the run.

``base.py`` says what an executor promises, ``ledger.py`` keeps count of jobs and attempts, ``local.py`` and ``ray.py``
are the two executors, ``actor.py`` is what lives on a Ray cluster. ``cores.py`` and ``quiet.py`` are for work that runs
numerical libraries: they share the cores out, and keep what those libraries say out of sight.
"""

from __future__ import annotations

from unify.errors import Problem, UnifyError
from unify.executors.base import Executor
from unify.executors.local import LocalExecutor
from unify.executors.ray import RayExecutor

EXECUTORS = ("local", "ray")


def make_executor(
    name: str,
    workers: int | None = None,
    *,
    ray_address: str | None = None,
    gpus_per_worker: float | None = None,
) -> Executor:
    """The executor called ``name``. Nothing is started before its first run.

    Args:
        name: ``local`` or ``ray``.
        workers: how many; by default one, or what the Ray cluster has room for.
        ray_address: of the cluster, see `RayExecutor`.
        gpus_per_worker: see `RayExecutor`.

    Raises:
        UnifyError: no such executor, fewer than one worker, or what only Ray takes is asked of another.
    """
    if name not in EXECUTORS:
        raise UnifyError(Problem("--executor", "unknown executor", repr(name), f"one of {', '.join(EXECUTORS)}"))
    if workers is not None and workers < 1:
        raise UnifyError(Problem("--workers", "too few workers", str(workers), "1 or more"))
    if name == "ray":
        return RayExecutor(workers, ray_address, gpus_per_worker)
    for option, value in {"--ray-address": ray_address, "--gpus-per-worker": gpus_per_worker}.items():
        if value is not None:
            raise UnifyError(Problem(option, f"means nothing to executor {name}", str(value), fix="add --executor ray"))
    return LocalExecutor(workers or 1)
