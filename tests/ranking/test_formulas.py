"""How uncertain one box is: numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from unify.core.predictions import ScoreKind
from unify.ranking import formulas

SIGMOID, SOFTMAX, BACKGROUND = ScoreKind.SIGMOID, ScoreKind.SOFTMAX, ScoreKind.SOFTMAX_BACKGROUND
score_rows = hnp.arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=st.floats(0, 1, width=32))


def column(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_least_confidence_is_nearness_to_the_threshold_so_junk_is_not_uncertain():
    found = formulas.least_confidence(column(0.06, 0.5, 0.95), column(0.5, 0.5, 0.5))
    np.testing.assert_allclose(found, [0.12, 1.0, 0.1], atol=1e-6)


def test_least_confidence_reaches_0_only_at_the_far_end_from_the_threshold():
    found = formulas.least_confidence(column(0.8, 0.0, 1.0), column(0.8, 0.8, 0.8))
    np.testing.assert_allclose(found, [1.0, 0.0, 0.75], atol=1e-6)


def test_a_class_that_is_never_accepted_is_the_more_uncertain_the_surer_it_is():
    np.testing.assert_allclose(formulas.least_confidence(column(0.9), column(np.inf)), [0.9], atol=1e-6)


def test_softmax_least_confidence_counts_background_as_an_outcome():
    listed = np.array([[0.5, 0.25], [0.1, 0.1]], np.float32)  # the rest: 0.25 and 0.8
    np.testing.assert_allclose(formulas.softmax_least_confidence(listed, 3), [0.75, 0.3], atol=1e-6)


def test_margin_of_one_class_is_its_distance_to_nothing():
    np.testing.assert_allclose(formulas.margin(column(0.1, 0.5, 0.9)[:, None], SIGMOID), [0.2, 1.0, 0.2], atol=1e-6)


def test_margin_of_independent_scores_sees_two_classes_and_nothing():
    # p = (.6, .5): nothing has .4 * .5 = .2, all together 1.3; the two likeliest differ by .1 / 1.3
    np.testing.assert_allclose(formulas.margin(np.array([[0.6, 0.5]], np.float32), SIGMOID), [1 - 0.1 / 1.3], atol=1e-6)
    # p = (.06, .05): nothing has .893 of 1.003; junk is not uncertain
    found = formulas.margin(np.array([[0.06, 0.05]], np.float32), SIGMOID)
    np.testing.assert_allclose(found, [1 - (0.893 - 0.06) / 1.003], atol=1e-6)


def test_margin_of_exclusive_scores_is_the_usual_one():
    listed = np.array([[0.7, 0.2], [0.4, 0.1]], np.float32)
    np.testing.assert_allclose(formulas.margin(listed, BACKGROUND), [0.5, 0.9], atol=1e-6)


def test_entropy_of_two_even_outcomes_is_1():
    np.testing.assert_allclose(formulas.binary_entropy(column(0.5, 0.25)), [1.0, 0.811278], atol=1e-5)
    np.testing.assert_allclose(formulas.entropy(column(0.5)[:, None], 2), [1.0], atol=1e-6)


def test_entropy_of_exclusive_scores_counts_what_is_not_listed_as_one_outcome():
    listed = np.array([[0.5, 0.25], [1.0, 0.0]], np.float32)
    expected = (0.5 * np.log(2) + 2 * 0.25 * np.log(4)) / np.log(3)
    np.testing.assert_allclose(formulas.entropy(listed, 3), [expected, 0.0], atol=1e-6)


def test_certain_scores_are_finite():
    assert np.isfinite(formulas.binary_entropy(column(0.0, 1.0))).all()
    assert np.isfinite(formulas.entropy(np.array([[1.0], [0.0]], np.float32), 2)).all()


def test_evidence_makes_sure():
    np.testing.assert_allclose(formulas.evidential(column(0, 3, 27), 3), [1.0, 0.5, 0.1], atol=1e-6)


def test_expected_gradient_of_independent_scores():
    listed = np.array([[0.5, 0.1]], np.float32)
    np.testing.assert_allclose(formulas.expected_gradient(listed, SIGMOID), [0.68], atol=1e-6)
    features = np.array([[3.0, 4.0]], np.float32)
    np.testing.assert_allclose(formulas.expected_gradient(listed, SIGMOID, features), [3.4], atol=1e-5)


def test_expected_gradient_of_exclusive_scores():
    # q = (.5, .5): to either corner it is sqrt(.5)
    found = formulas.expected_gradient(np.array([[0.5]], np.float32), BACKGROUND)
    np.testing.assert_allclose(found, [np.sqrt(0.5)], atol=1e-6)


def test_a_sure_box_far_from_its_proposal_is_doubtful():
    boxes = np.array([[0, 0, 10, 10]] * 3, np.float32)
    proposals = np.array([[0, 0, 10, 10], [0, 0, 10, 5], [20, 20, 30, 30]], np.float32)
    # T = 1, .5, 0; with p = 1, .5, 1: T + p - 1 = 1, 0, 0
    found = formulas.tightness_doubt(column(1.0, 0.5, 1.0), boxes, proposals)
    np.testing.assert_allclose(found, [0.0, 1.0, 1.0], atol=1e-6)


def test_divergence_of_opposites_is_1_bit():
    first, second = np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([[0.0, 1.0], [0.5, 0.5]])
    np.testing.assert_allclose(formulas.jensen_shannon(first, second), [1.0, 0.0], atol=1e-9)


@given(score_rows)
def test_outcomes_are_a_distribution(listed: np.ndarray):
    for kind in (SIGMOID, BACKGROUND):
        q = formulas.outcomes(listed, kind)
        assert (q >= 0).all()
        np.testing.assert_allclose(q.sum(axis=1), 1, atol=1e-5)


@given(score_rows)
def test_margin_is_that_of_the_outcomes(listed: np.ndarray):
    listed = -np.sort(-listed, axis=1)
    for kind in (SIGMOID, BACKGROUND):
        top = np.sort(formulas.outcomes(listed, kind), axis=1)
        np.testing.assert_allclose(formulas.margin(listed, kind), 1 - (top[:, -1] - top[:, -2]), atol=1e-5)


@pytest.mark.parametrize("take", [formulas.margin, formulas.expected_gradient])
def test_no_box_is_no_work(take):
    assert len(take(np.zeros((0, 3), np.float32), SIGMOID)) == 0
