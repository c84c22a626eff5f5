"""What is chosen is unlike what was chosen before, and nothing is asked twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ranking.pair_lists import make_pairs, pair_lists
from unify.ranking.diversity import unit_rows
from unify.ranking.selection import Diversity, select
from unify.ranking.spending import Budget


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


@given(pair_lists, st.floats(0.5, 30), st.integers(0, 5))
@settings(max_examples=50)
def test_spreading_out_costs_no_more_than_the_budget(rows: list, total: float, seed: int):
    pairs = make_pairs(*rows)
    embeddings = np.random.default_rng(seed).normal(size=(len(pairs), 3))
    chosen = select(pairs, Budget(total, ceilings={1: 2.0}), make_diversity(embeddings)).pairs
    assert pairs.cost[chosen].sum() <= total + 1e-6
    assert pairs.cost[chosen][pairs.task[chosen] == 1].sum() <= 2 + 1e-6
    assert len(np.unique(chosen)) == len(chosen)


def test_without_embeddings_the_best_are_taken():
    pairs = make_pairs((0, 1, 1), (0, 4, 1), (1, 3, 1))
    found = select(pairs, Budget(2), make_diversity())
    assert sorted(found.pairs.tolist()) == [1, 2]
    assert np.isnan(found.distance).all() and found.near_duplicates == 0


def test_a_picture_unlike_the_chosen_ones_beats_one_just_like_them():
    pairs = make_pairs((0, 1.0, 1), (0, 0.99, 1), (0, 0.9, 1), (0, 0.1, 1))
    embeddings = np.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [-1.0, 0.0]])
    found = select(pairs, Budget(2), make_diversity(embeddings))
    assert found.pairs.tolist() == [0, 2]
    np.testing.assert_allclose(found.distance, [np.nan, np.sqrt(2)], atol=1e-6)


def test_a_shortlist_of_one_keeps_the_best():
    pairs = make_pairs((0, 1.0, 1), (0, 0.99, 1), (0, 0.9, 1))
    embeddings = np.array([[1.0, 0.0], [1.0, 0.2], [0.0, 1.0]])
    assert select(pairs, Budget(2), make_diversity(embeddings, shortlist=1)).pairs.tolist() == [0, 1]


def test_near_duplicates_are_asked_once():
    pairs = make_pairs(*[(0, 1.0 - number / 10, 1) for number in range(4)])
    embeddings = np.array([[1.0, 0.0], [2.0, 0.0], [1.0, 0.001], [0.0, 1.0]])
    found = select(pairs, Budget(4), make_diversity(embeddings))
    assert sorted(found.pairs.tolist()) == [0, 3]
    assert found.near_duplicates == 2


def test_density_prefers_what_is_like_many_others():
    rng = np.random.default_rng(0)
    crowd = np.array([1.0, 0.0, 0.0]) + rng.normal(0, 0.1, (11, 3))
    embeddings = np.concatenate([[[0.0, 0.0, 1.0]], crowd])
    pairs = make_pairs((0, 1.0, 1), *[(0, 0.9, 1)] * 11)
    odd_first = select(pairs, Budget(3), make_diversity(embeddings, shortlist=4))
    usual_first = select(pairs, Budget(3), make_diversity(embeddings, shortlist=4, density=2.0))
    assert odd_first.pairs[0] == 0
    assert usual_first.pairs[0] != 0


def test_the_same_pairs_give_the_same_choice():
    rng = np.random.default_rng(3)
    pairs = make_pairs(*zip(rng.integers(0, 2, 200), rng.random(200), 1 + rng.random(200)))
    embeddings = rng.normal(size=(200, 8))
    first, second = (select(pairs, Budget(30), make_diversity(embeddings)) for _ in range(2))
    assert first.pairs.tolist() == second.pairs.tolist()


def test_a_picture_that_another_task_takes_is_preferred_among_those_unlike_each_other():
    pairs = replace(make_pairs((0, 9, 1), (1, 1.0, 1), (1, 1.5, 1)), picture=np.array([7, 7, 8]))
    diversity = make_diversity(np.eye(3))
    assert select(pairs, Budget(2, together=2.0), diversity).pairs.tolist() == [0, 1]
    assert select(pairs, Budget(2), diversity).pairs.tolist() == [0, 2]
