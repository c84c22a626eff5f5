"""Worker processes on this machine, or no process at all for one worker."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import wait as wait_for_any
from typing import Any

from unify.executors.base import MAX_ATTEMPTS, Tick, Work, worker_lost

POLL_SECONDS = 0.1


@dataclass(frozen=True)
class LocalExecutor:
    """``workers`` processes; with one worker the work runs in the calling process."""

    workers: int = 1

    def run(self, work: Work, jobs: Iterable, progress: Tick) -> Iterator:
        if self.workers == 1:
            return (work(job, progress) for job in jobs)
        return _run_in_processes(self.workers, work, jobs, progress)


def _run_in_processes(workers: int, work: Work, jobs: Iterable, progress: Tick) -> Iterator:
    context = multiprocessing.get_context(_start_method())
    done, stop = context.Value("q", 0), context.Value("b", 0)
    waiting = ((job, 1) for job in jobs)
    pool, pending = None, {}
    seen = 0
    try:
        while True:
            pool = pool or ProcessPoolExecutor(workers, context, _start_worker, (done, stop))
            for job, attempt in islice(waiting, workers + 1 - len(pending)):
                pending[pool.submit(_work, work, job)] = (job, attempt)
            if not pending:
                return
            finished, _ = wait(pending, POLL_SECONDS, FIRST_COMPLETED)
            progress(done.value - seen)
            seen = done.value
            if any(isinstance(future.exception(), BrokenProcessPool) for future in finished):
                pool.shutdown()
                pool, waiting, pending = None, _again(pending, waiting), {}
                continue
            for future in finished:
                del pending[future]
                yield future.result()
    finally:
        stop.value = 1
        if pool:
            pool.shutdown(cancel_futures=True)


def _again(pending: dict[Future, tuple[Any, int]], waiting: Iterator) -> Iterator:
    """The unfinished jobs of a broken pool, then the ones that were waiting."""
    for future, (job, attempt) in pending.items():
        if attempt == MAX_ATTEMPTS and isinstance(future.exception(0), BrokenProcessPool):
            raise worker_lost(job)
        yield job, attempt + 1
    yield from waiting


def _start_method() -> str:
    """``fork`` where nothing in this process can be hurt by it: it starts in milliseconds and shares the imports.

    TensorFlow and Ray hang in forked children, and so may any lock that another thread holds while forking.
    """
    quiet = threading.active_count() == 1 and not {"tensorflow", "ray"} & set(sys.modules)
    return "fork" if sys.platform == "linux" and quiet else "spawn"


_done: Any = None
_stop: Any = None


def _start_worker(done: Any, stop: Any) -> None:
    global _done, _stop
    _done, _stop = done, stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent says when to stop
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    # A killed parent leaves its pool waiting for work for ever; its end closes this pipe.
    wait_for_any([multiprocessing.parent_process().sentinel])
    os._exit(1)


def _work(work: Work, job: Any) -> Any:
    return work(job, _tick)


def _tick(count: int) -> None:
    with _done.get_lock():
        _done.value += count
    if _stop.value:
        raise KeyboardInterrupt
