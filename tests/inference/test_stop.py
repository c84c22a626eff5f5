"""SIGTERM in the middle of a model's work."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from unify.inference.stop import exit_when_told


def leave(signal_number: int, frame: object) -> None:
    """What executors do in their workers."""
    sys.exit(128 + signal_number)


@pytest.fixture
def handler() -> Iterator[Callable]:
    before = signal.signal(signal.SIGTERM, leave)
    yield leave
    signal.signal(signal.SIGTERM, before)


def look_at_a_picture() -> str:
    """An auto-labeler: whatever its model does, exits among it, is a failure of the picture."""
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
    except (Exception, SystemExit):
        return "failed"
    return "answered"


def test_being_stopped_is_no_failure_of_the_picture(handler: Callable):
    assert look_at_a_picture() == "failed"  # as it would be without
    with pytest.raises(SystemExit) as caught, exit_when_told():
        look_at_a_picture()
    assert caught.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is handler
