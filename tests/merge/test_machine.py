"""What machines may add, and what they never touch."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_batch
from tests.merge.machine_cases import (
    BOX,
    FAR,
    HALF,
    TAXONOMY,
    THIRD,
    Found,
    assert_equal_tables,
    boxes_of,
    fill,
    humans_of,
    policy,
    words_of,
)
from unify.core.calibrator import Isotonic, Platt
from unify.core.fill_policy import ClassPolicy, FillPolicy
from unify.core.predictions import Failure
from unify.core.types import ExampleTable, Method, State
from unify.merge.fill_counts import FillCounts
from unify.merge.machine import fill_classes

HARD, SOFT = Method.HARD, Method.SOFT
STREET = make_batch("vehicle:b1", {"street": {"car": [BOX]}})


def on_street(found: Found, *policies: ClassPolicy) -> tuple[ExampleTable, FillCounts]:
    return fill(humans_of(STREET), {"street": found}, *policies)


def column(name: str) -> int:
    return TAXONOMY.ids[name] - 1


# What each method makes of a box


def test_hard_takes_boxes_from_the_threshold_on_in_full():
    table, _ = on_street([("cyclist", FAR, 0.75), ("cyclist", HALF, 0.5), ("cyclist", THIRD, 0.375)], policy("cyclist"))
    assert boxes_of(table, "street", "cyclist") == [
        (FAR, 1.0, 1.0, 0.75, "street:v1"),
        (HALF, 1.0, 1.0, 0.5, "street:v1"),
    ]
    assert table.absence_weight[0, column("cyclist")] == 1


def test_hard_may_ignore_the_zone_below():
    found = [("cyclist", FAR, 0.75), ("cyclist", HALF, 0.375), ("cyclist", THIRD, 0.125)]
    table, counts = on_street(found, policy("cyclist", ignore_zone=True))
    assert [box[1:3] for box in boxes_of(table, "street", "cyclist")] == [(1.0, 1.0), (0.0, 0.0)]
    assert counts.machine_boxes[column("cyclist")] == counts.ignored[column("cyclist")] == 1


def test_soft_weighs_boxes_by_their_probabilities_and_ignores_what_is_more_likely_wrong_from_low_on():
    weight, box_weight = Isotonic((0.0, 1.0), (0.25, 1.0)), Isotonic((0.0, 1.0), (0.0, 0.5))
    soft = policy("cyclist", SOFT, weight=weight, box_weight=box_weight)
    found = [("cyclist", FAR, 0.75), ("cyclist", HALF, 0.3125), ("cyclist", THIRD, 0.25), ("cyclist", THIRD, 0.125)]
    table, counts = on_street(found, soft)
    assert boxes_of(table, "street", "cyclist") == [
        (FAR, 0.8125, 0.375, 0.75, "street:v1"),
        (HALF, 0, 0, 0.3125, "street:v1"),
        (THIRD, 0, 0, 0.25, "street:v1"),
    ]
    assert table.absence_weight[0, column("cyclist")] == 0.75
    assert (counts.machine_boxes[column("cyclist")], counts.ignored[column("cyclist")]) == (1, 2)
    assert counts.expected_precision[column("cyclist")] == pytest.approx(0.8125)


def test_a_soft_box_as_likely_right_as_wrong_is_taught():
    table, _ = on_street([("cyclist", FAR, 0.5)], policy("cyclist", SOFT))
    assert boxes_of(table, "street", "cyclist")[0][1] == 0.5


def test_without_calibration_soft_weighs_by_raw_scores():
    table, _ = on_street([("cyclist", FAR, 0.75)], policy("cyclist", SOFT))
    assert boxes_of(table, "street", "cyclist") == [(FAR, 0.75, 0.75, 0.75, "street:v1")]


def test_a_tight_box_is_never_more_probable_than_a_right_one():
    soft = policy("cyclist", SOFT, weight=Isotonic((0.5,), (0.625,)), box_weight=Isotonic((0.5,), (0.75,)))
    table, _ = on_street([("cyclist", FAR, 0.75)], soft)
    assert boxes_of(table, "street", "cyclist")[0][1:3] == (0.625, 0.625)


def test_a_threshold_means_the_same_to_float32_scores():
    at = float(np.float32(0.7))  # a little under 0.7
    table, _ = on_street([("cyclist", FAR, 0.7)], policy("cyclist", threshold=0.7))
    assert boxes_of(table, "street", "cyclist") == []
    table, _ = on_street([("cyclist", FAR, 0.7)], policy("cyclist", threshold=at))
    assert len(boxes_of(table, "street", "cyclist")) == 1


@given(st.lists(st.sampled_from([0.25, 0.5, 0.75, 1.0]), max_size=6), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_takes_a_part_of_what_a_lower_one_takes(scores, one: float, other: float):
    found = [("cyclist", (n, 0, n + 10, 10), score) for n, score in enumerate(sorted(scores, reverse=True))]
    lenient, strict = (
        boxes_of(on_street(found, policy("cyclist", threshold=each, low=0))[0], "street", "cyclist")
        for each in sorted([one, other])
    )
    assert strict == lenient[: len(strict)]


# Which classes are filled


def test_a_class_without_a_policy_stays_unknown():
    table, _ = on_street([("cyclist", FAR, 0.75), ("pedestrian", FAR, 0.5)], policy("pedestrian"))
    assert table.state[0, column("cyclist")] == State.UNKNOWN
    assert boxes_of(table, "street", "cyclist") == []


def test_a_filled_class_is_labeled_even_without_a_box():
    table, _ = on_street([], policy("cyclist"))
    assert table.state[0, column("cyclist")] == State.LABELED


def test_without_any_trust_in_absence_a_filled_class_is_incomplete():
    table, _ = on_street([("cyclist", FAR, 0.75)], policy("cyclist", SOFT, trust=0.0))
    assert table.state[0, column("cyclist")] == State.INCOMPLETE
    assert len(boxes_of(table, "street", "cyclist")) == 1


def test_hard_trusts_absence_whatever_the_recall():
    table, _ = on_street([], policy("cyclist", HARD, trust=0.0))
    assert (table.state[0, column("cyclist")], table.absence_weight[0, column("cyclist")]) == (State.LABELED, 1)


@pytest.mark.parametrize("state", [State.LABELED, State.INCOMPLETE])
def test_a_class_that_people_began_is_theirs(state: State):
    batch = make_batch("vehicle:b1", {"street": {"car": [BOX]}}, labeled=[], states={("street", "car"): state})
    humans = humans_of(batch)
    table, counts = fill(humans, {"street": [("car", FAR, 0.75)]}, policy("car", SOFT))
    assert table.state.tolist() == humans.state.tolist()
    assert boxes_of(table, "street", "car") == [(BOX, 1.0, 1.0, 1.0, "human")]
    assert counts.machine_boxes.sum() == 0


def test_where_the_auto_labeler_failed_or_was_not_asked_a_class_stays_unknown():
    humans = humans_of(make_batch("vehicle:b1", {word: {} for word in ("street", "bridge", "tunnel")}))
    found = {"street": [("cyclist", FAR, 0.75)], "bridge": Failure("it raised")}
    table, counts = fill(humans, found, policy("cyclist"), policy("pedestrian"))
    state = dict(zip(words_of(table), table.state[:, column("cyclist")].tolist()))
    assert state == {"street": State.LABELED, "bridge": State.UNKNOWN, "tunnel": State.UNKNOWN}
    assert counts.failed == 1  # one picture, though two classes stay unknown on it


def test_a_failure_of_one_auto_labeler_counts_whatever_the_next_one_does():
    policies = policy("pedestrian"), policy("cyclist", autolabeler="bike:v2")
    _, counts = fill(humans_of(STREET), {"street": Failure("it raised")}, *policies, others={"bike:v2": {"street": []}})
    assert counts.failed == 1


def test_a_failure_where_nothing_was_to_be_filled_is_none():
    _, counts = on_street(Failure("it raised"), policy("car"))
    assert counts.failed == 0


# Conflicts


@pytest.mark.parametrize(("box", "dropped"), [(BOX, True), (HALF, True), (THIRD, False), (FAR, False)])
def test_a_machine_box_on_a_hand_box_of_an_exclusive_class_is_dropped_and_counted(box, dropped: bool):
    table, counts = on_street([("pedestrian", box, 0.75)], policy("pedestrian"))
    assert len(boxes_of(table, "street", "pedestrian")) == (not dropped)
    assert counts.conflicts[column("pedestrian")] == dropped
    assert boxes_of(table, "street", "car") == [(BOX, 1.0, 1.0, 1.0, "human")]


def test_classes_that_one_object_can_both_be_do_not_conflict():
    table, counts = on_street([("cyclist", BOX, 0.75)], policy("cyclist"))
    assert len(boxes_of(table, "street", "cyclist")) == 1
    assert counts.conflicts.sum() == 0


def test_a_crowd_is_no_object_to_conflict_with():
    humans = humans_of(STREET)
    humans.box_crowd[0] = True
    table, _ = fill(humans, {"street": [("pedestrian", BOX, 0.75)]}, policy("pedestrian"))
    assert len(boxes_of(table, "street", "pedestrian")) == 1


def test_hand_boxes_of_another_picture_do_not_conflict():
    humans = humans_of(make_batch("vehicle:b1", {"street": {"car": [BOX]}, "bridge": {}}))
    table, counts = fill(humans, {"bridge": [("pedestrian", BOX, 0.75)], "street": []}, policy("pedestrian"))
    assert len(boxes_of(table, "bridge", "pedestrian")) == 1
    assert counts.conflicts.sum() == 0


# Several auto-labelers


def two(method: Method = SOFT, **changes) -> tuple[ClassPolicy, ClassPolicy]:
    return policy("cyclist", method, **changes), policy("cyclist", method, autolabeler="bike:v2", **changes)


def test_two_auto_labelers_of_one_class_are_fused():
    first, second = [("cyclist", FAR, 0.75)], [("cyclist", FAR, 0.25), ("cyclist", BOX, 0.625)]
    table, _ = fill(humans_of(STREET), {"street": first}, *two(low=0.25), others={"bike:v2": {"street": second}})
    assert boxes_of(table, "street", "cyclist") == [
        (FAR, 0.5, 0.5, 0.5, "street:v1+bike:v2"),
        (BOX, 0, 0, 0.3125, "street:v1+bike:v2"),  # more likely wrong than right: one of two saw it
    ]


def test_fused_boxes_are_cut_at_the_mean_of_the_thresholds():
    policies = policy("cyclist", threshold=0.75), policy("cyclist", autolabeler="bike:v2", threshold=0.25)
    for other, kept in ((0.5, 1), (0.375, 0)):  # means 0.5 and 0.4375 against 0.5
        second = {"bike:v2": {"street": [("cyclist", FAR, other)]}}
        table, _ = fill(humans_of(STREET), {"street": [("cyclist", FAR, 0.5)]}, *policies, others=second)
        assert len(boxes_of(table, "street", "cyclist")) == kept


def test_fused_boxes_begin_at_the_mean_of_the_lows():
    for alone, kept in ((0.5, 1), (0.375, 0)):  # halved, against 0.25
        found = {"street": [("cyclist", FAR, alone)]}
        table, _ = fill(humans_of(STREET), found, *two(low=0.25), others={"bike:v2": {"street": []}})
        assert len(boxes_of(table, "street", "cyclist")) == kept


def test_fused_absence_has_the_larger_trust():
    policies = policy("cyclist", SOFT, trust=0.25), policy("cyclist", SOFT, autolabeler="bike:v2", trust=0.5)
    table, _ = fill(humans_of(STREET), {"street": []}, *policies, others={"bike:v2": {"street": []}})
    assert table.absence_weight[0, column("cyclist")] == 0.5


@pytest.mark.parametrize("second", [{"street": Failure("it raised")}, {}])
def test_a_class_is_filled_only_where_each_of_its_auto_labelers_answered(second):
    table, _ = fill(humans_of(STREET), {"street": [("cyclist", FAR, 0.75)]}, *two(), others={"bike:v2": second})
    assert table.state[0, column("cyclist")] == State.UNKNOWN
    assert boxes_of(table, "street", "cyclist") == []


@pytest.mark.parametrize("method", [HARD, SOFT])
def test_two_that_say_the_same_are_as_good_as_one(method: Method):
    platt = Platt(1.5, -0.5)
    found = {"street": [("cyclist", FAR, 0.75), ("cyclist", BOX, 0.5), ("cyclist", HALF, 0.375)]}
    policies = two(method, weight=platt, box_weight=platt)
    alone, _ = fill(humans_of(STREET), found, policies[0])
    both, _ = fill(humans_of(STREET), found, *policies, others={"bike:v2": found})
    assert [box[:4] for box in boxes_of(both, "street", "cyclist")] == [
        box[:4] for box in boxes_of(alone, "street", "cyclist")
    ]


# The table that comes out


def test_machine_boxes_follow_the_human_ones_by_class_and_falling_score():
    found = [("cyclist", FAR, 0.75), ("truck", FAR, 0.625), ("cyclist", THIRD, 0.5)]
    batch = make_batch("vehicle:b1", {"street": {"car": [BOX, FAR]}}, labeled=["car"])
    table, _ = fill(humans_of(batch), {"street": found[:1] + found[2:]}, policy("cyclist"), policy("truck"))
    assert table.box_class.tolist() == [1, 1, 5, 5]
    assert table.box_score.tolist() == [1, 1, 0.75, 0.5]
    assert table.box_area.tolist() == [3600, 3600, 3600, 1200]
    assert table.box_offsets.tolist() == [0, 4]


def test_columns_keep_their_types():
    humans = humans_of(STREET)
    table, _ = fill(humans, {"street": [("cyclist", FAR, 0.75)]}, *two(), others={"bike:v2": {"street": []}})
    for each in fields(ExampleTable):
        before, after = getattr(humans, each.name), getattr(table, each.name)
        assert type(before) is type(after), each.name
        if isinstance(before, np.ndarray):
            assert before.dtype == after.dtype, each.name


def test_the_human_table_is_left_alone():
    humans = humans_of(STREET)
    before = humans.state.copy(), humans.absence_weight.copy(), humans.boxes_xyxy.copy()
    fill(humans, {"street": [("cyclist", FAR, 0.75)]}, policy("cyclist", SOFT, trust=0.5))
    for old, new in zip(before, (humans.state, humans.absence_weight, humans.boxes_xyxy)):
        assert (old == new).all()


def test_an_empty_policy_changes_nothing():
    humans = humans_of(STREET)
    table, counts = fill_classes(humans, {}, FillPolicy(()), TAXONOMY)
    assert_equal_tables(table, humans)
    assert counts.machine_boxes.tolist() == [0] * 5


def test_ratios_are_of_machine_boxes_among_all():
    batches = STREET, make_batch("pedestrian:b1", {"bridge": {"cyclist": [BOX, FAR, HALF]}})
    found = {"street": [("cyclist", FAR, 0.75)], "bridge": [("truck", BOX, 0.25)]}
    _, counts = fill(humans_of(*batches), found, policy("cyclist"), policy("truck"))
    assert counts.auto_label_ratio.tolist() == [0, 0, 0, 0, 1 / 4]
    assert counts.human_boxes.tolist() == [1, 0, 0, 0, 3]
