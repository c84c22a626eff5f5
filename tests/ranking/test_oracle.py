"""The same numbers as scikit-activeml, where both define them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ranking.boxes import make_boxes, make_facts
from unify.core.predictions import ScoreKind
from unify.ranking import formulas
from unify.ranking.committee import find_objects, mean_divergence, vote_entropy
from unify.ranking.diversity import FarthestFirst

pool = pytest.importorskip("skactiveml.pool", reason="needs scikit-activeml")

BOX = (0, 0, 10, 10)
CLASSES = 4


def distributions(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(CLASSES), count)


def listed(rows: np.ndarray) -> np.ndarray:
    return -np.sort(-rows, axis=1).astype(np.float32)


def test_margin_and_least_confidence_and_entropy():
    rows = distributions(50)
    scores = {name: pool.uncertainty_scores(rows, method=name) for name in ("margin_sampling", "least_confident")}
    np.testing.assert_allclose(formulas.margin(listed(rows), ScoreKind.SOFTMAX), scores["margin_sampling"], atol=1e-5)
    scale = CLASSES / (CLASSES - 1)
    found = formulas.softmax_least_confidence(listed(rows), CLASSES)
    np.testing.assert_allclose(found, scores["least_confident"] * scale, atol=1e-5)
    expected = pool.uncertainty_scores(rows, method="entropy") / np.log(CLASSES)
    np.testing.assert_allclose(formulas.entropy(listed(rows), CLASSES), expected, atol=1e-4)


def as_members(probabilities: np.ndarray) -> list:
    """[G, M, C] -> M members with a box on each of G pictures."""
    facts = make_facts(classes=range(1, CLASSES + 1), kind=ScoreKind.SOFTMAX, reject=0.0)
    members = []
    for member in range(probabilities.shape[1]):
        pictures = []
        for row in probabilities[:, member]:
            order = np.argsort(-row)
            pictures.append([(BOX, {int(at) + 1: float(row[at]) for at in order})])
        members.append(make_boxes(pictures, facts))
    return members


def test_mean_divergence():
    probabilities = distributions(60).reshape(20, 3, CLASSES)
    expected = pool.average_kl_divergence(probabilities.transpose(1, 0, 2))
    np.testing.assert_allclose(mean_divergence(find_objects(as_members(probabilities))), expected, atol=1e-4)


def test_vote_entropy():
    probabilities = distributions(60, seed=1).reshape(20, 3, CLASSES)
    votes = probabilities.argmax(axis=2)
    expected = pool.vote_entropy(votes, classes=list(range(CLASSES))) / np.log(3)
    np.testing.assert_allclose(vote_entropy(find_objects(as_members(probabilities))), expected, atol=1e-5)


def test_farthest_first():
    rows = np.random.default_rng(2).normal(size=(40, 5)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    selected = np.zeros(40)
    selected[:3] = 1
    selected[3:] = np.nan
    expected, _ = pool.k_greedy_center(rows, selected, batch_size=6)
    walker, allowed = FarthestFirst(rows, np.ones(40), rows[:3]), np.arange(40) >= 3
    found = []
    for _ in range(6):
        found.append(walker.pick(allowed))
        allowed[found[-1]] = False
    assert found == expected.tolist()
