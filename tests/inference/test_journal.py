"""Who is blamed when a worker dies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from unify.inference.journal import Journal, Suspicion

NOBODY = Suspicion(frozenset(), frozenset())
MODEL, OTHER = "a" * 64, "b" * 64


Die = Callable[..., None]


@pytest.fixture
def die() -> Die:
    """What is left when the process ends while a model looks at pictures."""
    never_left = []  # a context that nobody holds any more ends

    def die(journal: Journal, *pictures: str) -> None:
        never_left.append(journal.looking(MODEL, pictures))
        never_left[-1].__enter__()

    return die


def test_nothing_is_left_of_a_batch_that_was_looked_at(tmp_path: Path):
    journal = Journal(tmp_path)
    with journal.looking(MODEL, ["p", "q"]):
        assert journal.suspicion(MODEL).suspects == {"p", "q"}
    assert journal.suspicion(MODEL) == NOBODY


def test_an_exception_is_no_death(tmp_path: Path):
    journal = Journal(tmp_path)
    with pytest.raises(ValueError), journal.looking(MODEL, ["p"]):
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
