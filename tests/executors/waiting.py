"""Waiting for something that another process does."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 60.0  # a busy machine is slow to start a process


def wait_until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Return as soon as the condition holds; fail if it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)
