"""Calibration errors worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.autolabel.calibration.cases import draw_matches, make_matches
from unify.autolabel.calibration.quality import (
    ReliabilityBin,
    d_ece,
    held_out_probabilities,
    la_ece,
    reliability,
)


def test_d_ece_by_hand():
    # Bin 0.9..1: confidence 0.92, precision 1/2; bin 0.3..0.4: 0.35, 1. Error: (2 * 0.42 + 1 * 0.65) / 3.
    confidence, right = np.array([0.91, 0.93, 0.35]), np.array([True, False, True])
    assert d_ece(confidence, right) == pytest.approx((2 * 0.42 + 0.65) / 3)
    assert reliability(confidence, right) == (
        ReliabilityBin(0.35, 1.0, 1),
        ReliabilityBin(pytest.approx(0.92), 0.5, 2),
    )


def test_certainty_lies_in_the_last_bin():
    assert reliability(np.array([0.95, 1.0]), np.array([True, True])) == (ReliabilityBin(0.975, 1.0, 2),)


def test_la_ece_by_hand():
    # First class: bins 0.40..0.44 and 0.44..0.48, errors |0.41 - 0.61| and |0.45 - 0.25|; second class: |0.5 - 0|.
    confidence, iou = np.array([0.41, 0.45, 0.5]), np.array([0.61, 0.25, 0.0])
    assert la_ece(confidence, iou, np.array([0, 0, 2])) == pytest.approx(((0.2 + 0.2) / 2 + 0.5) / 2)


def test_of_nothing_there_is_no_error():
    nothing = np.zeros(0)
    assert d_ece(nothing, nothing.astype(bool)) is None
    assert la_ece(nothing, nothing, nothing.astype(int)) is None
    assert reliability(nothing, nothing.astype(bool)) == ()


def test_scores_that_are_their_own_probability_have_next_to_no_error():
    matches = draw_matches({"car": lambda scores: scores}, detections=20_000)
    assert d_ece(matches.scores, matches.right) < 0.015


def test_a_held_out_probability_does_not_know_its_own_picture():
    rows = [(n / 400, "right" if n > 200 else "wrong") for n in range(400)]
    matches = make_matches([rows], pictures=400)
    flipped = make_matches([[*rows[:300], (rows[300][0], "wrong"), *rows[301:]]], pictures=400)
    before, after = held_out_probabilities(matches), held_out_probabilities(flipped)
    same_fold = np.arange(400) % 5 == 300 % 5
    assert (before[same_fold] == after[same_fold]).all()
    assert (before[~same_fold] != after[~same_fold]).any()


def test_a_single_picture_has_nothing_to_learn_from():
    matches = make_matches([[(0.75, "right"), (0.25, "wrong")]], pictures=1)
    assert held_out_probabilities(matches).tolist() == [0.75, 0.25]
