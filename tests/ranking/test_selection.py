"""A budget is kept, no task starves, and nothing is asked twice."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from unify.ranking.diversity import unit_rows
from unify.ranking.selection import Budget, Diversity, Pairs, select, spend

pair_lists = st.lists(st.tuples(st.integers(0, 2), st.floats(0, 10), st.floats(0.1, 5)), min_size=0, max_size=40)


def make_pairs(*rows: tuple[int, float, float]) -> Pairs:
    """(task, gain, cost) each."""
    task, gain, cost = zip(*rows) if rows else ((), (), ())
    return Pairs(np.array(task, np.int64), np.array(gain, float), np.array(cost, float))


def make_diversity(embeddings: np.ndarray | None = None, **knobs: float) -> Diversity:
    """Of the same embeddings, float [Q, E], for all tasks; none by default."""
    rows = None if embeddings is None else unit_rows(embeddings)
    return Diversity(
        shortlist=knobs.get("shortlist", 4.0),
        near_duplicate=knobs.get("near_duplicate", 0.05),
        density=knobs.get("density", 0.0),
        embeddings=lambda task, pairs: None if rows is None else rows[pairs],
        labeled=lambda task: None,
    )


def test_the_most_gain_for_its_cost_comes_first():
    pairs = make_pairs((0, 1, 1), (0, 4, 2), (0, 9, 3), (0, 1, 2))
    assert spend(pairs, Budget(5, {}, {})).tolist() == [2, 1]


def test_what_does_not_fit_makes_room_for_what_does():
    pairs = make_pairs((0, 9, 3), (0, 8, 3), (0, 1, 1))
    assert spend(pairs, Budget(4, {}, {})).tolist() == [0, 2]


def test_a_floor_feeds_a_task_that_nobody_would_have_asked_about():
    pairs = make_pairs((0, 9, 1), (0, 8, 1), (0, 7, 1), (1, 1, 1), (1, 2, 1))
    assert spend(pairs, Budget(3, {1: 1.0}, {})).tolist() == [4, 0, 1]


def test_a_ceiling_stops_a_task():
    pairs = make_pairs((0, 9, 1), (0, 8, 1), (0, 7, 1), (1, 1, 1))
    assert spend(pairs, Budget(3, {}, {0: 2.0})).tolist() == [0, 1, 3]


def test_a_task_that_learns_is_worth_less_with_every_box_it_gets():
    """Task 0 has one box and is worth 8, 4, 8/3, ... as it gets its own; task 1 has many, and stays at 3."""
    pairs = Pairs(np.array([0] * 6 + [1] * 3), np.array([8.0] * 6 + [3.0] * 3), np.ones(9), np.ones(9))
    turns = spend(pairs, Budget(4, {}, {}, {0: 0, 1: 10**6}))
    assert turns.tolist() == [0, 1, 6, 7]
    assert spend(pairs, Budget(4, {}, {})).tolist() == [0, 1, 2, 3]


@given(pair_lists, st.floats(0.5, 30))
def test_as_long_as_no_boxes_come_a_learning_task_is_like_any_other(rows: list[tuple[int, float, float]], total: float):
    pairs = make_pairs(*rows)
    learning = Pairs(pairs.task, pairs.gain, pairs.cost, np.zeros(len(pairs)))
    plain, limits = spend(pairs, Budget(total, {0: 1.0}, {1: 3.0})), {0: 4, 1: 0, 2: 9}
    turns = spend(learning, Budget(total, {0: 1.0}, {1: 3.0}, limits))
    worth = pairs.gain / pairs.cost
    assert sorted(worth[turns].tolist()) == sorted(worth[plain].tolist())


def test_costs_add_up_to_the_cent():
    pairs = make_pairs(*[(0, 1.0, 0.1)] * 20)
    assert len(spend(pairs, Budget(1.0, {}, {}))) == 10


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


@given(pair_lists, st.floats(0.5, 30), st.integers(0, 5))
@settings(max_examples=50)
def test_spreading_out_costs_no_more_than_the_budget(rows: list, total: float, seed: int):
    pairs = make_pairs(*rows)
    embeddings = np.random.default_rng(seed).normal(size=(len(pairs), 3))
    chosen = select(pairs, Budget(total, {}, {1: 2.0}), make_diversity(embeddings)).pairs
    assert pairs.cost[chosen].sum() <= total + 1e-6
    assert pairs.cost[chosen][pairs.task[chosen] == 1].sum() <= 2 + 1e-6
    assert len(np.unique(chosen)) == len(chosen)


def test_without_embeddings_the_best_are_taken():
    pairs = make_pairs((0, 1, 1), (0, 4, 1), (1, 3, 1))
    found = select(pairs, Budget(2, {}, {}), make_diversity())
    assert sorted(found.pairs.tolist()) == [1, 2]
    assert np.isnan(found.distance).all() and found.near_duplicates == 0


def test_a_picture_unlike_the_chosen_ones_beats_one_just_like_them():
    pairs = make_pairs((0, 1.0, 1), (0, 0.99, 1), (0, 0.9, 1), (0, 0.1, 1))
    embeddings = np.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [-1.0, 0.0]])
    found = select(pairs, Budget(2, {}, {}), make_diversity(embeddings))
    assert found.pairs.tolist() == [0, 2]
    np.testing.assert_allclose(found.distance, [np.nan, np.sqrt(2)], atol=1e-6)


def test_a_shortlist_of_one_keeps_the_best():
    pairs = make_pairs((0, 1.0, 1), (0, 0.99, 1), (0, 0.9, 1))
    embeddings = np.array([[1.0, 0.0], [1.0, 0.2], [0.0, 1.0]])
    assert select(pairs, Budget(2, {}, {}), make_diversity(embeddings, shortlist=1)).pairs.tolist() == [0, 1]


def test_near_duplicates_are_asked_once():
    pairs = make_pairs(*[(0, 1.0 - number / 10, 1) for number in range(4)])
    embeddings = np.array([[1.0, 0.0], [2.0, 0.0], [1.0, 0.001], [0.0, 1.0]])
    found = select(pairs, Budget(4, {}, {}), make_diversity(embeddings))
    assert sorted(found.pairs.tolist()) == [0, 3]
    assert found.near_duplicates == 2


def test_density_prefers_what_is_like_many_others():
    rng = np.random.default_rng(0)
    crowd = np.array([1.0, 0.0, 0.0]) + rng.normal(0, 0.1, (11, 3))
    embeddings = np.concatenate([[[0.0, 0.0, 1.0]], crowd])
    pairs = make_pairs((0, 1.0, 1), *[(0, 0.9, 1)] * 11)
    odd_first = select(pairs, Budget(3, {}, {}), make_diversity(embeddings, shortlist=4))
    usual_first = select(pairs, Budget(3, {}, {}), make_diversity(embeddings, shortlist=4, density=2.0))
    assert odd_first.pairs[0] == 0
    assert usual_first.pairs[0] != 0


def test_the_same_pairs_give_the_same_choice():
    rng = np.random.default_rng(3)
    pairs = Pairs(rng.integers(0, 2, 200), rng.random(200), 1 + rng.random(200))
    embeddings = rng.normal(size=(200, 8))
    first, second = (select(pairs, Budget(30, {}, {}), make_diversity(embeddings)) for _ in range(2))
    assert first.pairs.tolist() == second.pairs.tolist()
