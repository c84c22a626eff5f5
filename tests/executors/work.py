"""Jobs for worker processes: top-level functions that import by name in any process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from unify.errors import PictureError, Problem

Tick = Callable[[int], None]
PROBLEMS = (Problem("a.jpg", "is broken", got="0 bytes"), Problem("b.jpg", "is missing"))


def square(job: int, progress: Tick) -> int:
    progress(1)
    return job * job


def count_up(job: int, progress: Tick) -> int:
    for _ in range(job):
        progress(1)
    return job


def refuse(job: int, progress: Tick) -> int:
    raise PictureError(PROBLEMS, summary="2 pictures")


def divide(job: int, progress: Tick) -> float:
    return 1 / job


class Unportable(Exception):
    """Pickles, but does not come back: its constructor wants more than it keeps."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"{left} and {right}")


def raise_unportable(job: int, progress: Tick) -> None:
    raise Unportable("this", "that")


def return_unportable(job: int, progress: Tick) -> object:
    return lambda: job


def die_once(job: tuple[int, str], progress: Tick) -> int:
    """Kills its process the first time, after it reported half of its 10 items."""
    number, marker = job
    progress(5)
    if number == 3 and not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    progress(5)
    return number


def die_always(job: int, progress: Tick) -> int:
    if job == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.05)  # long enough to be at work when the other worker dies
    return job


def leave_traces(job: tuple[int, str], progress: Tick) -> int:
    """Job 0 is done at once; the others write their process id, then work for a minute, and tidy up when stopped."""
    number, folder = job
    if number == 0:
        return number
    trace = Path(folder, str(os.getpid()))
    try:
        trace.touch()
        for _ in range(600):
            time.sleep(0.1)
            progress(1)
    finally:
        trace.unlink(missing_ok=True)
    return number


def tell_process(job: int, progress: Tick) -> int:
    return os.getpid()


def tell_environment(job: str, progress: Tick) -> str | None:
    return os.environ.get(job)


def set_up_tensorflow(job: int, progress: Tick) -> str:
    """What an adapter does before TensorFlow is imported, with another library in its place."""
    from unify.autolabel.adapters.backend import import_backend

    import_backend("json", None)
    return os.environ["TF_FORCE_GPU_ALLOW_GROWTH"]


def tick_slowly(job: int, progress: Tick) -> int:
    for _ in range(job):
        time.sleep(0.25)
        progress(1)
    return job


def tell_machine(job: tuple[int, str], progress: Tick) -> int:
    """Notes which machine of a Ray cluster it is on, and is not done before another machine is at work too."""
    import ray

    number, folder = job
    Path(folder, f"{ray.get_runtime_context().get_node_id()}-{number}-{os.getpid()}").touch()
    progress(1)
    while len({trace.name.split("-")[0] for trace in Path(folder).iterdir()}) < 2:
        time.sleep(0.05)
    time.sleep(3.0)  # the driver hears of it once a second, and what it does about it takes a while
    progress(1)
    return number


class StillbornActor:
    """In the place of an actor, one that dies as it starts."""

    def __init__(self, hide_gpus: bool) -> None:
        pass

    def ready(self) -> None:
        os._exit(1)
