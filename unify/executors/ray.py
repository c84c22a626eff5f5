"""Ray tasks: the same work on a cluster. The only file that imports Ray."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from unify.errors import Problem, UnifyError
from unify.executors.base import MAX_ATTEMPTS, STOP_SECONDS, Tick, Work, worker_lost


@dataclass(frozen=True)
class RayExecutor:
    """At most ``workers`` tasks at once, on the cluster of ``RAY_ADDRESS`` or on one started here.

    Workers must see the pictures and the output folder under the same paths, and have unify installed. Progress comes
    a whole job at a time.
    """

    workers: int = 1

    def run(self, work: Work, jobs: Iterable, progress: Tick) -> Iterator:
        ray = _connect(self.workers)
        task = ray.remote(num_cpus=1, max_retries=MAX_ATTEMPTS - 1)(_work)
        waiting, pending = iter(jobs), {}
        try:
            while True:
                for job in islice(waiting, self.workers + 1 - len(pending)):
                    pending[task.remote(work, job)] = job
                if not pending:
                    return
                finished, _ = ray.wait(list(pending), num_returns=1)
                for reference in finished:
                    result, count = _result(ray, reference, pending.pop(reference))
                    progress(count)
                    yield result
        finally:
            for reference in pending:
                ray.cancel(reference)
            if pending:  # let the work tidy up
                ray.wait(list(pending), num_returns=len(pending), timeout=STOP_SECONDS)


def _connect(workers: int) -> Any:
    # `uv run` workers would each re-resolve the environment (ray#50961); usage reports are not ours to send.
    os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise UnifyError(
            Problem("--executor ray", "Ray is not installed", fix="pip install 'unify-detection[ray]'")
        ) from None
    if not ray.is_initialized():
        address = os.environ.get("RAY_ADDRESS", "local")
        own = {"num_cpus": workers, "include_dashboard": False} if address == "local" else {}
        ray.init(address=address, log_to_driver=False, **own)
    return ray


def _work(work: Work, job: Any) -> tuple[Any, int]:
    counts: list[int] = []
    return work(job, counts.append), sum(counts)


def _result(ray: Any, reference: Any, job: Any) -> tuple[Any, int]:
    try:
        return ray.get(reference)
    except (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError):
        raise worker_lost(job) from None
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None
