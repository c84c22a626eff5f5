"""Being told to stop, in code that takes an exit for a failure of its own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _ToldToStop(BaseException):
    """SIGTERM arrived."""


@contextmanager
def exit_when_told() -> Iterator[None]:
    """Let SIGTERM end this process where its handler would exit.

    Executors stop a worker by an exit, and auto-labelers whose code exits have failed on the picture. Without this the
    picture that a model looks at when it is stopped would be recorded as failed.
    """
    handler = signal.getsignal(signal.SIGTERM)
    if not callable(handler) or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    except _ToldToStop:
        raise SystemExit(128 + signal.SIGTERM) from None
    finally:
        signal.signal(signal.SIGTERM, handler)


def _stop(signal_number: int, frame: Any) -> None:
    raise _ToldToStop
