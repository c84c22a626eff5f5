"""Worker processes on this machine, or no process at all where one worker is enough.

Every worker has a pipe of its own and one job at a time, so a worker that dies costs exactly the job it held, and no
lock is shared that it could take with it.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from unify.executors.base import STOP_SECONDS, Tick, Work
from unify.executors.ledger import Task, Tasks

_TICK, _DONE, _FAILED = "tick", "done", "failed"


@dataclass(frozen=True)
class LocalExecutor:
    """``workers`` processes; one worker is the calling process, unless the work runs models."""

    workers: int = 1

    def run(self, work: Work, jobs: Iterable, progress: Tick, *, runs_models: bool = False) -> Iterator:
        if self.workers == 1 and not runs_models:
            return (work(job, progress) for job in jobs)
        return _run_in_processes(self.workers, work, jobs, progress)

    def close(self) -> None:
        pass  # workers end with their run


def _run_in_processes(num_workers: int, work: Work, jobs: Iterable, progress: Tick) -> Iterator:
    context = multiprocessing.get_context(_start_method())
    tasks, workers = Tasks(jobs), []
    try:
        while True:
            _give_out(tasks, workers, num_workers, context, work)
            busy = {worker.pipe: worker for worker in workers if worker.busy}
            if not busy:
                return
            tasks.draw(1)
            for pipe in wait(list(busy)):
                yield from _listen(busy[pipe], tasks, workers, progress)
    finally:
        _stop(workers)


def _give_out(tasks: Tasks, workers: list[_Worker], most: int, context: Any, work: Work) -> None:
    """A task for everyone who is idle, and new workers while there are fewer than ``most``."""
    given = tasks.take(most - sum(worker.busy for worker in workers))
    idle = [worker for worker in workers if not worker.busy]
    # All start before the first is given its job: sending one waits until that process has come up.
    new = [_Worker(context, work) for _ in given[len(idle) :]]
    workers += new
    for worker, task in zip(idle + new, given):
        worker.give(task)


def _listen(worker: _Worker, tasks: Tasks, workers: list[_Worker], progress: Tick) -> Iterator:
    """One message of a worker; yields the result if it is one."""
    try:
        kind, value = worker.pipe.recv()
    except (EOFError, OSError):
        workers.remove(worker)
        tasks.again(worker.lost())
        return
    if kind == _FAILED:
        raise value
    if kind == _TICK:
        worker.done += value
        progress(worker.task.news(worker.done))
    else:
        worker.task = None
        yield value


class _Worker:
    """One process, seen from the parent."""

    def __init__(self, context: Any, work: Work) -> None:
        self.task: Task | None = None
        self.done = 0  # items of the task
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, work), daemon=True)
        self.process.start()
        theirs.close()  # from now on the end of the process is the end of the pipe

    @property
    def busy(self) -> bool:
        return self.task is not None

    def give(self, task: Task) -> None:
        self.task, self.done = task, 0
        with suppress(ConnectionError):  # it died while idle: its pipe has ended, as the next wait finds
            self.pipe.send(task.job)

    def lost(self) -> Task:
        """Bury the process; returns the task it held."""
        self.pipe.close()
        self.process.join()
        return self.task


def _stop(workers: Sequence[_Worker]) -> None:
    for worker in workers:
        worker.process.terminate()
    for worker in workers:
        worker.process.join(STOP_SECONDS)
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()


def _start_method() -> str:
    """``fork`` where nothing in this process can be hurt by it: it starts in milliseconds and shares the imports.

    These libraries hang in forked children, and so may any lock that another thread holds while forking.
    """
    quiet = threading.active_count() == 1 and not {"tensorflow", "jax", "torch", "ray"} & set(sys.modules)
    return "fork" if sys.platform == "linux" and quiet else "spawn"


def _serve(pipe: Connection, work: Work) -> None:
    """The life of a worker process: jobs in, ticks and results out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent says when to stop
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    with suppress(EOFError, ConnectionError):  # the parent is gone: nobody is left to tell
        while True:
            job = pipe.recv()
            try:
                message = pickle.dumps((_DONE, work(job, lambda count: pipe.send((_TICK, count)))))
            except Exception as error:
                message = pickle.dumps((_FAILED, _portable(error)))
            pipe.send_bytes(message)


def _leave(signal_number: int, frame: Any) -> None:
    sys.exit(128 + signal_number)  # an exception, so that the work removes its temporary files


def _die_with_parent() -> None:
    # Siblings forked later hold a copy of this worker's pipe, so its end alone does not tell; the newest worker sees
    # the parent's end first, and the others follow as it closes its copies.
    wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


def _portable(error: Exception) -> Exception:
    """The error itself where it survives the way to the parent, else its traceback as text."""
    text = "".join(traceback.format_exception(error))
    try:
        error.add_note(f"in a worker process:\n{text}")
        pickle.loads(pickle.dumps(error))
        return error
    except Exception:
        return RuntimeError(text)
