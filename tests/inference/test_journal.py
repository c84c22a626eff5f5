"""Who is blamed when a worker dies."""

from __future__ import annotations

import faulthandler
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from unify.inference.journal import Journal, Suspicion

NOBODY = Suspicion(frozenset(), frozenset())
MODEL, OTHER = "a" * 64, "b" * 64


Die = Callable[..., None]


@pytest.fixture
def die() -> Iterator[Die]:
    """What is left when the process ends while a model looks at pictures."""
    never_left = []  # a context that nobody holds any more ends

    def die(journal: Journal, *pictures: str) -> None:
        never_left.append(journal.looking(MODEL, pictures, 60))
        never_left[-1].__enter__()

    yield die
    faulthandler.cancel_dump_traceback_later()  # it would end the tests


def hang(folder: Path, pictures: list[str], statement: str) -> int:
    """Look at pictures for longer than allowed, in a process of its own; returns how that ends."""
    code = (
        "import ctypes, time; from pathlib import Path; from unify.inference.journal import Journal\n"
        f"with Journal(Path({str(folder)!r})).looking({MODEL!r}, {pictures!r}, 0.1): {statement}\n"
    )
    return subprocess.run([sys.executable, "-c", code], timeout=60).returncode


def test_nothing_is_left_of_a_batch_that_was_looked_at(tmp_path: Path):
    journal = Journal(tmp_path)
    with journal.looking(MODEL, ["p", "q"], 60):
        assert journal.suspicion(MODEL).suspects == {"p", "q"}
    assert journal.suspicion(MODEL) == NOBODY


def test_an_exception_is_no_death(tmp_path: Path):
    journal = Journal(tmp_path)
    with pytest.raises(ValueError), journal.looking(MODEL, ["p"], 60):
        raise ValueError
    assert journal.suspicion(MODEL) == NOBODY


def test_after_one_death_the_batch_is_suspect_and_none_is_blamed(tmp_path: Path, die: Die):
    journal = Journal(tmp_path)
    die(journal, "p", "q")
    assert journal.suspicion(MODEL) == Suspicion(frozenset({"p", "q"}), frozenset())
    assert journal.suspicion(OTHER) == NOBODY


def test_a_death_alone_is_not_enough_for_it_may_have_come_from_outside(tmp_path: Path, die: Die):
    journal = Journal(tmp_path)
    die(journal, "p")
    assert journal.suspicion(MODEL) == Suspicion(frozenset({"p"}), frozenset())


def test_who_died_in_a_batch_and_then_alone_is_blamed_and_the_others_are_not(tmp_path: Path, die: Die):
    journal = Journal(tmp_path)
    die(journal, "p", "q", "r")
    die(journal, "q")
    assert journal.suspicion(MODEL) == Suspicion(frozenset({"p", "r"}), frozenset({"q"}))


@pytest.mark.parametrize("statement", ["time.sleep(60)", "ctypes.PyDLL(None).usleep(60_000_000)"])
def test_a_process_that_looks_too_long_ends_even_if_it_holds_the_lock_of_python(tmp_path: Path, statement: str):
    journal = Journal(tmp_path)
    assert hang(tmp_path, ["p", "q"], statement) == 1
    assert journal.suspicion(MODEL) == Suspicion(frozenset({"p", "q"}), frozenset())
    assert journal.timed_out(MODEL) and not journal.timed_out(OTHER)


def test_who_takes_too_long_alone_is_blamed_for_that(tmp_path: Path, die: Die):
    journal = Journal(tmp_path)
    die(journal, "p", "q")
    assert not journal.timed_out(MODEL)
    hang(tmp_path, ["q"], "time.sleep(60)")
    assert journal.suspicion(MODEL) == Suspicion(frozenset({"p"}), frozenset({"q"}), frozenset({"q"}))


def test_a_model_that_does_not_finish_loading_blames_no_picture(tmp_path: Path):
    hang(tmp_path, [], "time.sleep(60)")
    assert Journal(tmp_path).timed_out(MODEL) and Journal(tmp_path).suspicion(MODEL) == NOBODY
