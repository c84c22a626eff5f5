"""Pictures that are unlike each other."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from unify.errors import UnifyError
from unify.ranking import diversity
from unify.ranking.diversity import FarthestFirst, density, unit_rows


def walk(embeddings: np.ndarray, count: int, weights: np.ndarray | None = None, taken: np.ndarray | None = None):
    rows = unit_rows(embeddings)
    walker = FarthestFirst(rows, np.ones(len(rows)) if weights is None else weights, taken)
    allowed, picks = np.ones(len(rows), bool), []
    for _ in range(count):
        picks.append(walker.pick(allowed))
        allowed[picks[-1]] = False
    return picks, walker


def test_the_farthest_comes_next():
    angles = np.radians([0, 10, 90, 180])
    picks, _ = walk(np.stack([np.cos(angles), np.sin(angles)], axis=1), 4)
    assert picks == [0, 3, 2, 1]


def test_it_keeps_away_from_what_is_labeled():
    angles = np.radians([0, 90, 170])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    picks, _ = walk(rows, 1, taken=unit_rows(rows[:1]))
    assert picks == [2]


def test_worth_counts_beside_distance():
    angles = np.radians([0, 90, 180])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    picks, _ = walk(rows, 2, weights=np.array([1.0, 0.9, 0.1]))
    assert picks == [0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_no_picture_is_more_than_twice_as_far_as_with_the_best_choice(seed: int):
    rows = unit_rows(np.random.default_rng(seed).normal(size=(12, 3)))
    _, walker = walk(rows, 3)
    distances = np.sqrt(np.maximum(2 - 2 * rows @ rows.T, 0))
    best = min(distances[list(some)].min(axis=0).max() for some in combinations(range(12), 3))
    assert walker.distances.max() <= 2 * best + 1e-4


def test_nothing_allowed_is_no_pick():
    walker = FarthestFirst(unit_rows(np.eye(2)), np.ones(2))
    assert walker.pick(np.zeros(2, bool)) is None
    assert FarthestFirst(np.zeros((0, 2), np.float32), np.zeros(0)).pick(np.zeros(0, bool)) is None


def test_a_picture_like_no_other_has_low_density():
    rows = unit_rows(np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    np.testing.assert_allclose(density(rows), [2 / 3, 2 / 3, 2 / 3, 0], atol=1e-6)
    np.testing.assert_allclose(density(rows[:1]), [1.0])


def test_of_many_pictures_faiss_finds_nearly_the_same_neighbours(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("faiss", reason="faiss is not installed")
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(20, 16))
    rows = unit_rows(np.repeat(centres, 30, axis=0) + 0.2 * rng.normal(size=(600, 16)))
    exact = density(rows)
    monkeypatch.setattr(diversity, "LARGE", 500)
    np.testing.assert_allclose(density(rows), exact, atol=0.02)
    twins = unit_rows(np.repeat(np.eye(16), 40, axis=0))
    np.testing.assert_allclose(density(twins), 1.0, atol=1e-5)


def test_of_many_pictures_without_faiss_people_hear_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(diversity, "LARGE", 3)
    monkeypatch.setattr(diversity, "find_spec", lambda name: None)
    with pytest.raises(UnifyError, match=r"pip install 'unify-detection\[ann\]'"):
        density(unit_rows(np.eye(4)))
