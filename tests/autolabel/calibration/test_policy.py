"""From a calibration to what the merge may do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.autolabel.calibration.test_file import SMALL
from unify.autolabel.calibration.policy import class_policies
from unify.autolabel.calibration.values import Calibration
from unify.core.calibrator import RAW_SCORES
from unify.core.fill_policy import ClassPolicy
from unify.core.types import Method

CAR = {"car": 1}


def policies(calibration: Calibration | None, ids=CAR, method: Method = Method.SOFT, **thresholds: float):
    return class_policies("street:v1", ids, method, thresholds, calibration)


def test_measured_numbers_are_handed_on():
    (policy,) = policies(SMALL)
    measured = SMALL.classes["car"]
    assert policy == ClassPolicy(
        autolabeler="street:v1",
        class_id=1,
        method=Method.SOFT,
        threshold=0.42,
        low=0.1,
        absence_weight=1.0,
        weight=measured.calibrators.weight,
        box_weight=measured.calibrators.box_weight,
    )
    assert policy.calibrated


@pytest.mark.parametrize(("threshold", "low"), [(0.6, 0.1), (0.05, 0.05)])
def test_a_chosen_threshold_goes_over_the_measured_one(threshold: float, low: float):
    (policy,) = policies(SMALL, method=Method.HARD, car=threshold)
    assert (policy.threshold, policy.low) == (threshold, low)
    assert policies(SMALL, car=threshold) == policies(SMALL)  # soft goes by probability


def test_a_class_below_the_precision_floor_is_left_out_whatever_its_threshold():
    car = SMALL.classes["car"]
    failing = replace(car, thresholds=replace(car.thresholds, usable=False))
    assert policies(replace(SMALL, classes={"car": failing}), car=0.9) == ()


@pytest.mark.parametrize("calibration", [None, SMALL])
def test_what_nobody_measured_has_raw_scores_and_little_trust(calibration: Calibration | None):
    (policy,) = policies(calibration, {"bus": 2})
    assert (policy.threshold, policy.low, policy.absence_weight) == (0.5, 0.1, 0.25)
    assert policy.weight == policy.box_weight == RAW_SCORES
    assert not policy.calibrated


def test_classes_come_in_the_order_asked_for():
    assert [each.class_id for each in policies(SMALL, {"truck": 4, "car": 1})] == [4, 1]


def test_hard_may_ignore_the_zone_between():
    (policy,) = class_policies("street:v1", CAR, Method.HARD, {}, SMALL, ignore_zone=True)
    assert (policy.method, policy.ignore_zone) == (Method.HARD, True)
