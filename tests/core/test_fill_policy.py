"""Policies refuse what cannot be meant."""

from __future__ import annotations

import pytest

from unify.core.calibrator import Platt
from unify.core.fill_policy import ClassPolicy, FillPolicy, source_name
from unify.core.types import Method


def policy(autolabeler: str = "street:v1", class_id: int = 1, method: Method = Method.HARD, **changes) -> ClassPolicy:
    return ClassPolicy(
        **{**dict(threshold=0.5, low=0.1), **changes}, autolabeler=autolabeler, class_id=class_id, method=method
    )


def test_policies_are_found_by_class_in_the_order_given():
    policies = policy("b:v1", 2), policy("c:v1", 1), policy("a:v1", 2)
    assert FillPolicy(policies).by_class == {1: (policies[1],), 2: (policies[0], policies[2])}


def test_a_fused_class_has_a_source_of_its_own():
    policies = policy("b:v1", 2), policy("b:v1", 1), policy("a:v1", 2), policy("b:v1", 3)
    assert FillPolicy(policies).sources == ("b:v1", "b:v1+a:v1")
    assert source_name(policies[:1]) == "b:v1"


def test_calibrated_takes_both_calibrators():
    assert not policy().calibrated
    assert not policy(weight=Platt(1.0, 0.0)).calibrated
    assert policy(weight=Platt(1.0, 0.0), box_weight=Platt(1.0, -1.0)).calibrated


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"method": Method.PARTIAL}, "street:v1: method partial takes no boxes of an auto-labeler"),
        ({"low": 0.6}, "street:v1: low 0.6 and threshold 0.5 do not ascend in 0..1"),
        ({"threshold": 1.5}, "street:v1: low 0.1 and threshold 1.5 do not ascend in 0..1"),
        ({"absence_weight": -0.5}, "street:v1: absence_weight -0.5 is not in 0..1"),
    ],
)
def test_numbers_out_of_range_are_refused(changes, message: str):
    with pytest.raises(ValueError) as raised:
        policy(**changes)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (policy("b:v1", method=Method.SOFT), "class 1: one class has one method"),
        (policy("b:v1", ignore_zone=True), "class 1: one class has one method"),
        (policy(), "class 1: an auto-labeler is named twice"),
    ],
)
def test_policies_of_one_class_must_agree(second: ClassPolicy, message: str):
    with pytest.raises(ValueError) as raised:
        FillPolicy((policy(), second))
    assert str(raised.value) == message
