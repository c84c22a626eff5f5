"""What libraries write past everything goes into a file, and nothing else does."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from unify.executors.quiet import stderr_in


def note(text: str) -> None:
    """As a native library does."""
    os.write(2, text.encode())


def test_standard_error_goes_into_the_file_and_what_progress_writes_does_not(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    note("before\n")
    with stderr_in(tmp_path / "log.txt", lambda items: note(f"{items} items\n")) as tell:
        note("native\n")
        tell(2)
        print("from Python", file=sys.__stderr__, flush=True)
        tell(1)
    note("after\n")
    assert capfd.readouterr().err == "before\n2 items\n1 items\nafter\n"
    assert (tmp_path / "log.txt").read_text() == "native\nfrom Python\n"


def test_a_log_that_was_there_is_replaced(tmp_path: Path):
    (tmp_path / "log.txt").write_text("of an earlier attempt\n")
    with stderr_in(tmp_path / "log.txt", lambda items: None):
        note("now\n")
    assert (tmp_path / "log.txt").read_text() == "now\n"


@pytest.mark.parametrize("place", ["work", "progress"])
def test_after_an_error_all_is_as_it_was(place: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    def fail(items: int) -> None:
        raise KeyboardInterrupt

    descriptors = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc") else 0
    with pytest.raises(KeyboardInterrupt), stderr_in(tmp_path / "log.txt", fail) as tell:
        (tell if place == "progress" else fail)(1)
    note("after\n")
    assert capfd.readouterr().err == "after\n"
    assert not descriptors or len(os.listdir("/proc/self/fd")) == descriptors


def test_a_place_that_cannot_be_written_changes_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    with pytest.raises(OSError), stderr_in(tmp_path / "no/log.txt", lambda items: None):
        pass
    note("after\n")
    assert capfd.readouterr().err == "after\n"
