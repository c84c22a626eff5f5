"""Every picture goes to exactly the tasks it should go to."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unify.errors import UnifyError
from unify.scenarios.assign import assign_pictures

TASKS = ["a", "b", "c"]


def tasks_of_pictures(labeled: dict[str, frozenset[int]]) -> Counter[int]:
    return Counter(picture for pictures in labeled.values() for picture in pictures)


@given(st.integers(30, 200), st.floats(0, 0.8), st.integers(0, 2**40))
def test_a_share_goes_to_every_task_and_each_other_picture_to_one(count: int, share: float, seed: int):
    labeled = assign_pictures(count, TASKS, share, seed)
    of_all = round(share * count)
    assert Counter(tasks_of_pictures(labeled).values()) == Counter({3: of_all, 1: count - of_all})
    sizes = [len(labeled[task]) for task in TASKS]
    assert max(sizes) - min(sizes) <= 1


def test_nothing_is_shared_by_default_and_everything_at_one():
    assert set(tasks_of_pictures(assign_pictures(9, TASKS, 0, 0)).values()) == {1}
    assert assign_pictures(9, TASKS, 1, 0) == dict.fromkeys(TASKS, frozenset(range(9)))


def test_a_single_task_labels_everything():
    assert assign_pictures(5, ["a"], 0, 0) == {"a": frozenset(range(5))}


def test_another_seed_assigns_other_pictures_and_the_same_seed_the_same():
    assert assign_pictures(60, TASKS, 0.2, 1) == assign_pictures(60, TASKS, 0.2, 1)
    assert assign_pictures(60, TASKS, 0.2, 1) != assign_pictures(60, TASKS, 0.2, 2)


def test_a_task_without_pictures_is_an_error():
    with pytest.raises(UnifyError) as error:
        assign_pictures(1, TASKS, 0, 0)
    assert str(error.value) == (
        "scenario: no training picture is left for b, c\n"
        "  got:      1 training pictures for 3 tasks\n"
        "  expected: one or more for each task\n"
        "  fix:      take more training pictures, or fewer tasks"
    )
