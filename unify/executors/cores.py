"""So that workers share the machine's cores instead of fighting for them."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_STEP = 5  # of niceness: a quarter of the time where both want the same core
_THREADS = ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS")


@contextmanager
def shared_cores(workers: int) -> Iterator[None]:
    """Numerical libraries in processes started meanwhile take their share of the cores, unless the user said how many.

    Left alone, each of them starts a thread for every core: two trainings on two cores then lose a third of their time
    waiting for each other. Ray does the same by the CPUs of a task.

    Args:
        workers: processes that will work at a time, 1 or more.
    """
    share = str(max(1, (os.cpu_count() or 1) // workers))
    ours = [name for name in _THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(ours, share))
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)


def stand_back() -> None:
    """The calling thread gives way to others: called in threads that work ahead of a model.

    Two of them beside a model on two cores take turns with it otherwise, and it loses a tenth of its time. They give
    way to other processes, too, so only a step. Where threads have no priority of their own, which is everywhere but
    on Linux, or it may not be changed, nothing happens.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + _STEP)  # 19 at most
