"""Fitted probabilities: as scikit-learn fits them, near a known truth, and never sure on thin evidence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.autolabel.calibration.cases import draw_matches, make_matches
from unify.autolabel.calibration.calibrators import (
    fit_calibrator,
    fit_class_calibrators,
    fit_isotonic,
    fit_platt,
)
from unify.core.calibrator import RAW_SCORES, Isotonic, Platt, logit

verdicts = st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=1, max_size=40)


def columns(rows: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([score / 50 for score, _ in rows]), np.array([right for _, right in rows])


def test_isotonic_worked_by_hand():
    # Pooled where the truth falls: (0.2 wrong, 0.3 right, 0.4 wrong) -> 0 | 1/2; then 1.
    fitted = fit_isotonic(np.array([0.2, 0.3, 0.4, 0.8]), np.array([False, True, False, True]))
    assert fitted.scores == pytest.approx((0.2, 0.35, 0.8))
    assert fitted.probabilities == pytest.approx((0.0, 0.5, 1.0))


@given(verdicts)
def test_at_the_centre_of_a_step_it_has_the_value_scikit_learn_gives_the_step(rows):
    from sklearn.isotonic import IsotonicRegression

    scores, right = columns(rows)
    steps = IsotonicRegression().fit(scores, right).predict(scores)
    fitted = fit_isotonic(scores, right)
    for value in np.unique(steps.round(12)):
        members = scores[steps.round(12) == value]
        assert fitted.apply(members.mean()) == pytest.approx(value, abs=1e-9)


@given(verdicts)
def test_isotonic_never_falls_and_keeps_the_mean(rows):
    scores, right = columns(rows)
    fitted = fit_isotonic(scores, right)
    assert (np.diff(fitted.apply(np.linspace(0, 1, 101))) >= -1e-12).all()
    assert fitted.probabilities[0] <= right.mean() <= fitted.probabilities[-1]


@settings(max_examples=25)
@given(verdicts)
def test_platt_fits_the_soft_targets(rows):
    # At the optimum of a logistic regression residuals sum to 0, and so do residuals times the input.
    scores, right = columns(rows)
    num_right = int(right.sum())
    targets = np.where(right, (num_right + 1) / (num_right + 2), 1 / (len(right) - num_right + 2))
    fitted = fit_platt(scores, right)
    residuals = targets - fitted.apply(scores)
    assert residuals.sum() == pytest.approx(0, abs=1e-3)
    if fitted.slope > 0:
        assert (residuals * logit(scores)).sum() == pytest.approx(0, abs=1e-2)


def test_platt_finds_the_curve_the_data_came_from():
    truth = Platt(1.5, -0.7)
    matches = draw_matches({"car": truth.apply}, detections=20_000)
    fitted = fit_platt(matches.scores, matches.right)
    assert (fitted.slope, fitted.intercept) == pytest.approx((1.5, -0.7), abs=0.08)


def test_perfectly_parted_data_leave_doubt():
    fitted = fit_platt(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True]))
    assert 0.02 < fitted.apply(np.array(0.1)) < 0.4
    assert 0.6 < fitted.apply(np.array(0.9)) < 0.98


def test_scores_that_say_the_opposite_say_nothing():
    # Targets 2/3 for the right one, 1/3 for the wrong one: their mean for every score.
    assert fit_platt(np.array([0.1, 0.9]), np.array([True, False])) == Platt(0.0, 0.0)


@pytest.mark.parametrize(("right", "probability"), [(True, 4 / 5), (False, 1 / 5)])
def test_all_of_one_kind_is_not_certain(right: bool, probability: float):
    fitted = fit_platt(np.array([0.5, 0.5, 0.5]), np.full(3, right))
    assert fitted.apply(np.array(0.5)) == pytest.approx(probability, abs=1e-4)


@pytest.mark.parametrize(
    ("detections", "right", "kind"),
    [(200, 30, Isotonic), (199, 30, Platt), (200, 29, Platt), (1, 1, Platt)],
)
def test_the_kind_follows_the_data(detections: int, right: int, kind: type):
    verdicts = np.arange(detections) >= detections - right
    assert type(fit_calibrator(np.linspace(0.02, 1, detections), verdicts)) is kind


def test_of_nothing_scores_stay_raw():
    assert fit_calibrator(np.zeros(0), np.zeros(0, bool)) == RAW_SCORES


def test_a_class_with_few_right_boxes_borrows_from_all():
    many = [(n / 300, "right" if n % 3 else "wrong") for n in range(300)]
    few = [(0.9, "right")] * 9 + [(0.1, "wrong")] * 20
    matches = make_matches([[(0.99, "tight"), *many], few])
    plenty, scarce = fit_class_calibrators(matches)
    assert scarce.weight == fit_calibrator(matches.scores, matches.right)
    assert plenty.weight == fit_calibrator(matches.scores[:301], matches.right[:301])
    assert scarce.box_weight == fit_calibrator(matches.scores, matches.tight)
    assert (plenty.pooled, scarce.pooled) == (False, True)
    assert (plenty.box_pooled, scarce.box_pooled) == (True, True)  # a single box is tight


def test_boxes_that_sit_tight_are_fitted_on_their_own():
    rows = [(0.5 + n / 200, "tight" if n % 2 else "right") for n in range(60)] + [(0.1, "wrong")] * 10
    (fitted,) = fit_class_calibrators(make_matches([rows]))
    at = np.array(0.7)
    assert fitted.box_weight.apply(at) < fitted.weight.apply(at)
