"""What an executor promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from unify.errors import Problem, UnifyError

Job = TypeVar("Job")
Result = TypeVar("Result")
Tick = Callable[[int], None]  # called with the number of items done since the last call

MAX_ATTEMPTS = 3
STOP_SECONDS = 10.0  # for work that is told to stop, to tidy up after itself


class WorkerLostError(UnifyError):
    """A job killed its worker too often."""


class Work(Protocol[Job, Result]):
    """A top-level function that does one job and reports progress.

    Told to stop, it sees an exception that is no `Exception`, wherever it is or when it next reports.
    """

    def __call__(self, job: Job, progress: Tick) -> Result: ...


class Executor(Protocol):
    """Runs one function over many jobs."""

    def run(self, work: Work, jobs: Iterable, progress: Tick, *, runs_models: bool = False) -> Iterator:
        """Do every job once, yielding results as they are finished, in no promised order.

        Jobs are drawn lazily, one ahead of the workers, so that a million jobs need no more memory than ten. Closing
        the iterator stops the work. ``progress`` is called with the items done since its last call; an attempt that
        was lost is not counted twice. A job's ``str`` names it in messages.

        Args:
            work: what to do with a job.
            jobs: plain picklable values.
            progress: told of items.
            runs_models: the work runs code of others, which may kill its process: it is given one that is not the
                caller's, and GPUs where the executor has any to give.

        Raises:
            WorkerLostError: a job killed its worker `MAX_ATTEMPTS` times.
            UnifyError: workers cannot be started.
            Exception: whatever ``work`` raised, unchanged; the remaining jobs are not started.
        """
        ...

    def close(self) -> None:
        """Let go of what the executor started for all its runs. It may be used again."""
        ...


def worker_lost(job: object) -> WorkerLostError:
    """The error for a job that keeps killing its worker."""
    return WorkerLostError(
        Problem(
            where=str(job),
            what=f"the worker process died {MAX_ATTEMPTS} times on this job",
            got="a process ended by the system, most often because the machine ran out of memory",
            fix="use fewer --workers, or free memory; the same command resumes",
        )
    )
