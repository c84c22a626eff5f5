"""What lives on a Ray cluster: a process that does one job after another and keeps what the work has loaded."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from unify.executors.base import Work


class Actor:
    """One worker. It answers two calls at once: `work`, and beside it one that watches.

    All work is done in one thread, for libraries that keep settings by thread.

    Args:
        hide_gpus: keep this process off the GPUs of its machine, which Ray leaves in sight of workers that asked for
            none.
    """

    def __init__(self, hide_gpus: bool) -> None:
        if hide_gpus:  # before the work imports anything that looks for them
            os.environ["CUDA_VISIBLE_DEVICES"] = ""
        self._serial, self._done, self._stopped = 0, 0, False
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="work")

    def ready(self) -> None:
        """Answers as soon as the process is there."""

    def work(self, serial: int, work: Work, job: Any) -> tuple[Any, int]:
        """Do a job; returns its result, and how many items it did."""
        self._serial, self._done = serial, 0
        return self._hand.submit(work, job, self._tick).result(), self._done

    def seen(self) -> tuple[int, int]:
        """Which job is in work, and how many of its items are done."""
        return self._serial, self._done

    def stop(self) -> None:
        """End the job in work when it next reports: Ray cannot interrupt it."""
        self._stopped = True

    def _tick(self, count: int) -> None:
        self._done += count
        if self._stopped:
            raise KeyboardInterrupt
