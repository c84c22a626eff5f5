"""A budget is kept, no task starves, and a picture that is opened for one task is worth more to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.ranking.pair_lists import make_pairs, pair_lists
from unify.ranking.spending import Budget, Pairs, spend


def test_the_most_gain_for_its_cost_comes_first():
    pairs = make_pairs((0, 1, 1), (0, 4, 2), (0, 9, 3), (0, 1, 2))
    assert spend(pairs, Budget(5)).tolist() == [2, 1]


def test_what_does_not_fit_makes_room_for_what_does():
    pairs = make_pairs((0, 9, 3), (0, 8, 3), (0, 1, 1))
    assert spend(pairs, Budget(4)).tolist() == [0, 2]


def test_a_floor_feeds_a_task_that_nobody_would_have_asked_about():
    pairs = make_pairs((0, 9, 1), (0, 8, 1), (0, 7, 1), (1, 1, 1), (1, 2, 1))
    assert spend(pairs, Budget(3, {1: 1.0})).tolist() == [4, 0, 1]


def test_a_ceiling_stops_a_task():
    pairs = make_pairs((0, 9, 1), (0, 8, 1), (0, 7, 1), (1, 1, 1))
    assert spend(pairs, Budget(3, ceilings={0: 2.0})).tolist() == [0, 1, 3]


def test_a_task_that_learns_is_worth_less_with_every_box_it_gets():
    """Task 0 has one box and is worth 8, 4, 8/3, ... as it gets its own; task 1 has many, and stays at 3."""
    pairs = replace(make_pairs(*[(0, 8, 1)] * 6, *[(1, 3, 1)] * 3), labels=np.ones(9))
    turns = spend(pairs, Budget(4, labeled={0: 0, 1: 10**6}))
    assert turns.tolist() == [0, 1, 6, 7]
    assert spend(pairs, Budget(4)).tolist() == [0, 1, 2, 3]


@given(pair_lists, st.floats(0.5, 30))
def test_as_long_as_no_boxes_come_a_learning_task_is_like_any_other(rows: list[tuple[int, float, float]], total: float):
    pairs = make_pairs(*rows)
    plain, limits = spend(pairs, Budget(total, {0: 1.0}, {1: 3.0})), {0: 4, 1: 0, 2: 9}
    turns = spend(pairs, Budget(total, {0: 1.0}, {1: 3.0}, limits))
    worth = pairs.gain / pairs.cost
    assert sorted(worth[turns].tolist()) == sorted(worth[plain].tolist())


def test_costs_add_up_to_the_cent():
    pairs = make_pairs(*[(0, 1.0, 0.1)] * 20)
    assert len(spend(pairs, Budget(1.0))) == 10


@given(pair_lists, st.floats(0.5, 30), st.floats(0, 5), st.floats(5, 10))
def test_a_budget_and_its_limits_are_kept(
    rows: list[tuple[int, float, float]], total: float, floor: float, ceiling: float
):
    pairs = make_pairs(*rows)
    taken = spend(pairs, Budget(total, {0: min(floor, total)}, {0: ceiling, 1: 3.0}))
    spent = np.bincount(pairs.task[taken], pairs.cost[taken], 3)
    assert spent.sum() <= total + 1e-6
    assert spent[0] <= ceiling + 1e-6 and spent[1] <= 3 + 1e-6
    assert len(np.unique(taken)) == len(taken)
    rest = np.setdiff1d(np.flatnonzero(pairs.task == 2), taken)
    assert (pairs.cost[rest] > total - spent.sum() - 1e-6).all()  # nothing that fits is left


def on_pictures(pairs: Pairs, pictures: list[int], opened: Sequence[int] = ()) -> Pairs:
    """The same pairs, on some pictures, of which some are opened."""
    return replace(pairs, picture=np.array(pictures, np.int64), opened=np.isin(pictures, opened))


def test_a_picture_taken_for_one_task_is_worth_more_to_the_others():
    pairs = on_pictures(make_pairs((0, 9, 1), (1, 2, 1), (1, 3, 1)), [5, 5, 6])
    assert spend(pairs, Budget(3)).tolist() == [0, 2, 1]
    assert spend(pairs, Budget(3, together=2.0)).tolist() == [0, 1, 2]
    assert spend(pairs, Budget(3, {1: 1.0}, together=2.0)).tolist() == [2, 0, 1]  # the floor came before


def test_so_is_one_that_was_labeled_before_but_never_twice():
    pairs = on_pictures(make_pairs((0, 9, 1), (1, 2, 1), (1, 5, 1)), [5, 5, 6], opened=[5])
    assert spend(pairs, Budget(2, together=2.0)).tolist() == [0, 2]
    assert spend(pairs, Budget(2, together=2.6)).tolist() == [0, 1]


def test_what_was_not_afforded_opens_no_picture():
    pairs = on_pictures(make_pairs((0, 90, 9), (1, 2, 1), (1, 3, 1)), [5, 5, 6])
    assert spend(pairs, Budget(2, together=9.0)).tolist() == [2, 1]


@given(pair_lists, st.lists(st.integers(0, 9), min_size=40, max_size=40), st.sets(st.integers(0, 9)), st.floats(1, 9))
def test_every_pair_taken_was_worth_most_of_all_that_were_left(
    rows: list[tuple[int, float, float]], pictures: list[int], opened: set[int], together: float
):
    pairs = on_pictures(make_pairs(*rows), pictures[: len(rows)], [*opened])
    taken = spend(pairs, Budget(1e9, together=together))
    assert sorted(taken.tolist()) == list(range(len(pairs)))
    for turn, pair in enumerate(taken.tolist()):
        worth = pairs.opened_by(taken[:turn]).worth(together)
        assert worth[pair] == worth[taken[turn:]].max()
