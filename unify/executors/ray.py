"""Actors of a Ray cluster: the same work on many machines. The only file that imports Ray.

Actors are not restarted by Ray and no call is repeated by it: both are done here, with the ledger that worker
processes have, so that a job that kills its workers is found out and nothing is done twice unseen. An actor has one
job at a time; a job takes seconds, giving it out a millisecond.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from unify.errors import Problem, UnifyError
from unify.executors.actor import Actor
from unify.executors.base import MAX_ATTEMPTS, STOP_SECONDS, Tick, Work
from unify.executors.ledger import Task, Tasks

LOCAL = "local"
POLL_SECONDS = 1.0  # between two looks at how far the jobs are
START_SECONDS = 300.0  # without any worker: a cluster may have to start a machine first

_CALLS_AT_ONCE = 2  # of an actor: the work, and a look at it


@dataclass
class RayExecutor:
    """Actors, each with one processor and, where the work runs models, a share of the GPUs.

    Workers must see the workspace, the pictures, the prediction cache and the output folder under the same paths, and
    have unify installed. A Ray that this process is connected to already is used as it is, and left as it is.

    Attributes:
        workers: most actors; by default as many as the cluster has processors, or GPUs for work that runs models.
        address: ``host:port``, ``ray://host:10001``, or ``auto`` for the cluster of this machine; by default
            ``RAY_ADDRESS``, and where that is not set a Ray of our own on this machine.
        gpus_per_worker: for work that runs models: 0 hides GPUs, a fraction shares one; by default the GPUs of the
            cluster are shared out evenly, at most one each.
    """

    workers: int | None = None
    address: str | None = None
    gpus_per_worker: float | None = None
    _connected: bool = field(default=False, init=False, repr=False, compare=False)

    def run(self, work: Work, jobs: Iterable, progress: Tick, *, runs_models: bool = False) -> Iterator:
        ray = self._connect()
        workers, gpus = self._size(ray.cluster_resources(), runs_models)
        _check_room(ray, gpus)
        options = {"num_cpus": 1, "num_gpus": gpus, "max_restarts": 0, "max_concurrency": _CALLS_AT_ONCE}
        crew = _Crew(ray, ray.remote(**options)(Actor), workers, hide_gpus=runs_models and not gpus)
        tasks = Tasks(jobs)
        try:
            while crew.give_out(tasks, work):
                tasks.draw(1)
                yield from crew.wait(tasks, progress)
        finally:
            crew.stop()

    def close(self) -> None:
        if self._connected:
            _import_ray().shutdown()
            self._connected = False

    def _connect(self) -> Any:
        ray = _import_ray()
        if ray.is_initialized():
            return ray
        address = self.address or os.environ.get("RAY_ADDRESS") or LOCAL
        own = {"num_cpus": self.workers, "include_dashboard": False} if address == LOCAL else {}
        try:
            ray.init(address=address, log_to_driver=False, **own)
        except Exception as error:  # of many kinds, plain ones among them
            what, fix = "the Ray cluster cannot be used", "check the address; the cluster needs the same Ray and Python"
            raise UnifyError(Problem(f"Ray at {address}", what, got=_first_line(error), fix=fix)) from error
        self._connected = True
        return ray

    def _size(self, cluster: dict[str, float], runs_models: bool) -> tuple[int, float]:
        """Workers, and the GPUs of each."""
        processors, gpus = int(cluster.get("CPU", 0)), cluster.get("GPU", 0)
        if not runs_models or not gpus or self.gpus_per_worker == 0:
            return self.workers or max(1, processors), (runs_models and self.gpus_per_worker) or 0
        workers = self.workers or max(1, int(gpus / (self.gpus_per_worker or 1)))
        # Whole workers to a GPU: two GPUs for three workers are halves, of which one is left over.
        return workers, self.gpus_per_worker or 1 / math.ceil(workers / gpus)


class _Hand:
    """One actor, seen from here: it starts, has a task, or is idle."""

    def __init__(self, actor: Any) -> None:
        self.actor = actor
        self.answer: Any = actor.ready.remote()
        self.task: Task | None = None
        self.serial = 0
        self.look: Any = None

    @property
    def starting(self) -> bool:
        return self.answer is not None and self.task is None

    @property
    def idle(self) -> bool:
        return self.answer is None

    def give(self, work: Work, task: Task) -> None:
        self.task, self.serial = task, self.serial + 1
        self.answer = self.actor.work.remote(self.serial, work, task.job)


class _Crew:
    """The actors of one run."""

    def __init__(self, ray: Any, actor: Any, most: int, hide_gpus: bool) -> None:
        self._ray, self._actor, self._most, self._hide_gpus = ray, actor, most, hide_gpus
        self._hands: list[_Hand] = []
        self._failed_starts = 0
        self._worked = self._looked = time.monotonic()

    def give_out(self, tasks: Tasks, work: Work) -> bool:
        """A task for every actor that is idle, and new actors while tasks are left; whether anything is to be done."""
        for hand in [hand for hand in self._hands if hand.idle]:
            for task in tasks.take(1):
                hand.give(work, task)
        busy = sum(hand.task is not None for hand in self._hands)
        left = tasks.draw(self._most - busy)
        for _ in range(busy + left - len(self._hands)):
            self._hands.append(_Hand(self._actor.remote(self._hide_gpus)))
        return busy + left > 0

    def wait(self, tasks: Tasks, progress: Tick) -> Iterator:
        """Until something happens, or for a moment; yields the results that are there."""
        answers = {hand.answer: hand for hand in self._hands if not hand.idle}
        finished, _ = self._ray.wait(list(answers), num_returns=1, timeout=POLL_SECONDS)
        for reference in finished:
            yield from self._settle(answers[reference], tasks, progress)
        if time.monotonic() - self._looked >= POLL_SECONDS:
            self._look(progress)

    def _settle(self, hand: _Hand, tasks: Tasks, progress: Tick) -> Iterator:
        """What became of a start or a task; yields the result if it is one."""
        exceptions = self._ray.exceptions
        try:
            value = self._ray.get(hand.answer)
        except exceptions.RayTaskError as error:
            raise (error.cause or error) from None
        except exceptions.RayError as error:  # the actor, its machine or the way there is gone
            self._bury(hand, error, tasks)
            return
        task, hand.task, hand.answer = hand.task, None, None
        self._failed_starts = 0
        if task:
            result, count = value
            progress(task.news(count))
            yield result

    def _bury(self, hand: _Hand, error: Exception, tasks: Tasks) -> None:
        self._hands.remove(hand)
        self._kill(hand)
        if hand.task:
            tasks.again(hand.task)
            return
        self._failed_starts += 1
        if self._failed_starts == MAX_ATTEMPTS:
            fix = "install unify on every machine of the cluster, in the version that is used here"
            raise UnifyError(Problem("Ray", "workers die as they start", got=_first_line(error), fix=fix)) from error

    def _look(self, progress: Tick) -> None:
        """How far the tasks are; and whether anyone is there at all."""
        self._looked = time.monotonic()
        for hand in [hand for hand in self._hands if hand.task]:
            if hand.look and self._ray.wait([hand.look], timeout=0)[0]:
                with suppress(self._ray.exceptions.RayError):  # dead: its answer will say so
                    serial, count = self._ray.get(hand.look)
                    progress(hand.task.news(count) if serial == hand.serial else 0)
                hand.look = None
            hand.look = hand.look or hand.actor.seen.remote()
        if not all(hand.starting for hand in self._hands):
            self._worked = self._looked
        elif self._looked - self._worked > START_SECONDS:
            what, fix = f"no worker has come up for {START_SECONDS:.0f} s", "free the cluster's processors or GPUs"
            raise UnifyError(Problem("Ray", what, fix=fix))

    def stop(self) -> None:
        """End all actors, after those at work had a moment to tidy up."""
        busy = [hand for hand in self._hands if hand.task]
        for hand in busy:
            hand.actor.stop.remote()
        if busy:
            self._ray.wait([hand.answer for hand in busy], num_returns=len(busy), timeout=STOP_SECONDS)
        for hand in self._hands:
            self._kill(hand)

    def _kill(self, hand: _Hand) -> None:
        with suppress(Exception):  # gone already, and with it perhaps the cluster
            self._ray.kill(hand.actor)


def _import_ray() -> Any:
    # `uv run` workers would each re-resolve the environment (ray#50961); usage reports are not ours to send.
    os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        fix = "pip install 'unify-detection[ray]'"
        raise UnifyError(Problem("--executor ray", "Ray is not installed", fix=fix)) from None
    return ray


def _check_room(ray: Any, gpus: float) -> None:
    """Raises UnifyError where no machine of the cluster could ever hold a worker."""
    sizes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    if any(size.get("CPU", 0) >= 1 and size.get("GPU", 0) >= gpus for size in sizes):
        return
    has = [f"{size.get('CPU', 0):g} processors and {size.get('GPU', 0):g} GPUs" for size in sizes]
    needs = f"1 processor and {gpus:g} GPUs on one machine"
    what, fix = "no machine of the cluster has room for a worker", "lower --gpus-per-worker"
    raise UnifyError(Problem("Ray", what, "; ".join(dict.fromkeys(has)), needs, fix))


def _first_line(error: Exception) -> str:
    first, *others = str(error).strip().splitlines() or [type(error).__name__]
    return f"{first} {others[-1].strip()}" if others and first.endswith(":") else first  # what a traceback ends with
