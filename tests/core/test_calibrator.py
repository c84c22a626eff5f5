"""Calibrators: never falling, inside 0..1, and worked by hand."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unify.core.calibrator import RAW_SCORES, Calibrator, Isotonic, Platt, logit

fractions = st.floats(0, 1)


@st.composite
def isotonics(draw) -> Isotonic:
    scores = sorted(draw(st.sets(fractions, min_size=1, max_size=8)))
    probabilities = sorted(draw(st.lists(fractions, min_size=len(scores), max_size=len(scores))))
    return Isotonic(tuple(scores), tuple(probabilities))


platts = st.builds(Platt, st.floats(0, 100), st.floats(-100, 100))


@given(st.one_of(isotonics(), platts), st.lists(fractions, min_size=2))
def test_a_surer_score_is_never_less_probable(calibrator: Calibrator, scores: list[float]):
    probabilities = calibrator.apply(np.sort(scores))
    assert (np.diff(probabilities) >= -1e-12).all()  # a rounding of the last bit is no fall
    assert (probabilities >= 0).all() and (probabilities <= 1 + 1e-15).all()


def test_isotonic_is_straight_between_knots_and_constant_outside():
    calibrator = Isotonic((0.2, 0.6), (0.1, 0.5))
    assert calibrator.apply(np.array([0.0, 0.2, 0.3, 0.6, 1.0])) == pytest.approx([0.1, 0.1, 0.2, 0.5, 0.5])


def test_one_knot_is_a_constant():
    assert Isotonic((0.4,), (0.7,)).apply(np.array([0.0, 0.4, 1.0])).tolist() == [0.7, 0.7, 0.7]


def test_platt_is_a_line_on_the_logit():
    # logit(0.8) = log 4; sigmoid(2 log 4 - log 2) = 8 / 9
    assert Platt(2.0, -np.log(2)).apply(np.array([0.8, 0.5])) == pytest.approx([8 / 9, 1 / 3])


def test_platt_takes_the_surest_scores_without_overflow():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Platt(1000.0, 0.0).apply(np.array([0.0, 1.0])).tolist() == [0.0, 1.0]


def test_the_logit_of_certainty_is_finite():
    assert logit(np.array([0.0, 0.5, 1.0])) == pytest.approx([-13.815510, 0.0, 13.815510])


@given(st.lists(st.floats(0, 1, width=32)))
def test_raw_scores_stay_as_they_are_to_the_last_bit(scores: list[float]):
    assert RAW_SCORES.apply(np.array(scores, np.float32)).tolist() == scores


@pytest.mark.parametrize(
    ("scores", "probabilities", "message"),
    [
        ((), (), "0 scores for 0 probabilities"),
        ((0.1, 0.2), (0.5,), "2 scores for 1 probabilities"),
        ((0.2, 0.2), (0.1, 0.5), "the scores do not ascend within 0..1"),
        ((0.2, 1.2), (0.1, 0.5), "the scores do not ascend within 0..1"),
        ((0.2, 0.4), (0.5, 0.1), "the probabilities fall, or leave 0..1"),
        ((0.2, 0.4), (0.5, float("nan")), "the probabilities fall, or leave 0..1"),
    ],
)
def test_knots_that_are_none_are_refused(scores, probabilities, message: str):
    with pytest.raises(ValueError) as raised:
        Isotonic(scores, probabilities)
    assert str(raised.value) == message


@pytest.mark.parametrize("parameters", [(-0.1, 0.0), (float("inf"), 0.0), (1.0, float("nan"))])
def test_a_sigmoid_that_falls_or_ends_nowhere_is_refused(parameters):
    with pytest.raises(ValueError, match="expected finite, the slope 0 or more"):
        Platt(*parameters)
