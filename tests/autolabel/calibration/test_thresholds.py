"""Thresholds worked by hand, and what holds for any data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unify.autolabel.calibration.settings import CalibrationSettings
from unify.autolabel.calibration.thresholds import (
    NO_DETECTIONS,
    Curve,
    Thresholds,
    choose_thresholds,
    make_curve,
    precision_bound,
)
from unify.core.calibrator import RAW_SCORES, Calibrator, Isotonic
from unify.errors import UnifyError

NO_FLOOR = CalibrationSettings(least_precision=0.0)
rows = st.lists(st.tuples(st.integers(1, 20), st.booleans()), min_size=1, max_size=60)


def curve_of(rows: list[tuple[float, bool]], num_boxes: int) -> Curve:
    return make_curve(np.array([score for score, _ in rows]), np.array([right for _, right in rows], bool), num_boxes)


def choose(
    rows: list[tuple[float, bool]], num_boxes: int, calibrator: Calibrator = RAW_SCORES, **knobs: float
) -> Thresholds:
    return choose_thresholds(curve_of(rows, num_boxes), calibrator, CalibrationSettings(**knobs))


def test_a_curve_takes_detections_of_one_score_together():
    curve = curve_of([(0.5, True), (0.9, True), (0.5, False), (0.2, False)], 4)
    assert curve.thresholds.tolist() == [0.9, 0.5, 0.2]
    assert (curve.right.tolist(), curve.taken.tolist()) == ([1, 2, 2], [1, 3, 4])
    assert curve.recall().tolist() == [1 / 4, 2 / 4, 2 / 4]


def test_f_beta_is_the_formula_of_precision_and_recall():
    curve = curve_of([(0.9, True), (0.8, False), (0.7, True)], 4)
    precision, recall = curve.precision(), curve.recall()
    for beta in (0.5, 1.0, 2.0):
        expected = (1 + beta**2) * precision * recall / (beta**2 * precision + recall)
        assert curve.f_beta(beta) == pytest.approx(expected)


def test_a_small_beta_wants_precision():
    # 0.9: P 1, R 1/2; 0.5: P 4/6, R 1.  F0.5: 5/6 against 5/7; F2: 5/9 against 10/11.
    many = [(0.9, True)] * 2 + [(0.5, True)] * 2 + [(0.5, False)] * 2
    assert choose(many, 4, beta=0.5, least_precision=0).threshold == 0.9
    assert choose(many, 4, beta=2.0, least_precision=0).threshold == 0.5


@pytest.mark.parametrize(
    ("right", "taken", "bound"),
    [
        (0, 7, 0.0),
        (5, 5, 0.05 ** (1 / 5)),  # all right: the bound p has p^5 = 0.05
        (1, 4, 1 - 0.95 ** (1 / 4)),  # one or more right with a chance of 5 %: (1 - p)^4 = 0.95
    ],
)
def test_the_precision_bound_by_hand(right: int, taken: int, bound: float):
    assert precision_bound(np.array([right]), np.array([taken]), 0.95) == pytest.approx([bound])


@given(st.integers(1, 40).flatmap(lambda taken: st.tuples(st.integers(0, taken), st.just(taken))))
def test_the_bound_makes_what_was_seen_a_one_in_twenty_case(counts: tuple[int, int]):
    from scipy.stats import binom

    right, taken = counts
    (bound,) = precision_bound(np.array([right]), np.array([taken]), 0.95)
    assert bound <= right / taken
    if right:
        assert binom.sf(right - 1, taken, bound) == pytest.approx(0.05)


def test_five_right_boxes_are_enough_for_half_and_four_are_not():
    assert choose([(0.9, True)] * 5, 5).usable
    assert not choose([(0.9, True)] * 4, 4).usable


def test_the_floor_lifts_the_threshold():
    # F1 wants everything: R 1. Surely half right is only what scores 0.9.
    many = [(0.9, True)] * 8 + [(0.5, True)] * 4 + [(0.5, False)] * 12
    assert choose(many, 12, beta=2.0, least_precision=0).threshold == 0.5
    lifted = choose(many, 12, beta=2.0)
    assert (lifted.threshold, lifted.precision, lifted.recall) == (0.9, 1.0, 8 / 12)
    assert lifted.precision_bound == pytest.approx(0.05 ** (1 / 8))


def test_a_class_below_the_floor_is_not_usable_and_its_absence_not_trusted():
    failing = choose([(0.9, True), (0.8, False), (0.7, False)], 1)
    assert (failing.usable, failing.absence_weight) == (False, 0.0)
    assert failing.threshold == 0.9  # still said, so that a person sees what failed


@pytest.mark.parametrize(("found", "trust"), [(8, 1.0), (7, 0.25)])
def test_absence_is_trusted_from_a_recall_of_four_fifths_on(found: int, trust: float):
    chosen = choose([(0.9, True)] * found, 10)
    assert (chosen.low_recall, chosen.absence_weight) == (found / 10, trust)


def test_recall_for_trust_is_that_of_the_low_threshold():
    many = [(0.9, True)] * 20 + [(0.3, True)] * 20 + [(0.3, False)] * 60
    chosen = choose(many, 40)
    assert (chosen.threshold, chosen.low) == (0.9, 0.3)
    assert (chosen.recall, chosen.low_recall, chosen.absence_weight) == (0.5, 1.0, 1.0)


def test_low_is_where_a_box_is_probable_or_where_f2_is_best():
    many = [(0.9, True)] * 10 + [(0.4, False)] * 5 + [(0.2, False)] * 5
    unsure, sure = Isotonic((0.4, 0.9), (0.05, 0.9)), Isotonic((0.2, 0.4), (0.05, 0.15))
    assert choose(many, 10, unsure).low == 0.9  # F2 too is best at 0.9
    assert choose(many, 10, sure).low == 0.4
    assert choose(many, 10, sure, low_probability=0.01).low == 0.2
    # F0.5 is best at 0.9, F2 at 0.5, where no box is probable.
    spread = [(0.9, True)] * 2 + [(0.5, True)] * 2 + [(0.5, False)] * 2
    chosen = choose(spread, 4, Isotonic((0.5, 0.9), (0.05, 0.9)), least_precision=0)
    assert (chosen.threshold, chosen.low) == (0.9, 0.5)


def test_thresholds_are_the_shortest_numbers_that_cut_the_same():
    many = [(0.41832, True)] * 9 + [(0.41011, False)] * 20
    assert choose(many, 9).threshold == 0.418
    assert choose([(0.41832, True)] * 9, 9).threshold == 0.4


@given(rows, st.integers(0, 20), st.sampled_from([0.5, 1.0, 2.0]))
def test_thresholds_ascend_and_keep_their_promises(drawn, missed: int, beta: float):
    scored = [(score / 20, right) for score, right in drawn]
    boxes = sum(right for _, right in scored) + missed
    chosen = choose(scored, boxes, beta=beta)
    taken = [right for score, right in scored if score >= chosen.threshold]
    assert 0 <= chosen.low <= chosen.threshold <= 1
    assert chosen.precision == sum(taken) / len(taken)
    assert chosen.recall == sum(taken) / max(boxes, 1) <= chosen.low_recall
    assert chosen.usable == (max(curve_of(scored, boxes).surely_precise(0.95)) >= 0.5)
    if chosen.usable:
        assert chosen.precision >= 0.5


@given(rows, st.floats(0, 0.9), st.floats(0, 0.9))
def test_a_higher_floor_never_lowers_the_threshold(drawn, one: float, other: float):
    scored = [(score / 20, right) for score, right in drawn]
    lenient, strict = (choose(scored, 30, least_precision=floor) for floor in sorted([one, other]))
    if strict.usable:
        assert lenient.usable and lenient.threshold <= strict.threshold


def test_of_no_detection_there_is_no_threshold():
    assert choose([], 3) == NO_DETECTIONS
    assert not NO_DETECTIONS.usable


def test_knobs_out_of_range_are_refused_together():
    with pytest.raises(UnifyError) as raised:
        CalibrationSettings(beta=0, confidence=1, least_precision=1.5)
    assert str(raised.value) == (
        "calibration settings: beta is out of range\n"
        "  got:      0\n"
        "  expected: a number over 0\n"
        "\n"
        "calibration settings: least_precision is out of range\n"
        "  got:      1.5\n"
        "  expected: a number from 0 to 1\n"
        "\n"
        "calibration settings: confidence is out of range\n"
        "  got:      1\n"
        "  expected: a number over 0 and below 1"
    )
