"""How far auto-labelers disagree: numbers worked out by hand."""

from __future__ import annotations

import numpy as np

from tests.ranking.boxes import make_boxes, make_facts
from unify.core.predictions import ScoreKind
from unify.ranking import committee
from unify.ranking.committee import find_objects

HERE, NEAR, FAR = (0, 0, 10, 10), (0, 0, 10, 8), (50, 50, 60, 60)


def test_boxes_on_each_other_are_one_object_whatever_their_class():
    objects = find_objects([make_boxes([[(HERE, {1: 0.9})]]), make_boxes([[(NEAR, {2: 0.6}), (FAR, {1: 0.5})]])])
    assert objects.box.tolist() == [[0, 0], [-1, 1]]
    assert objects.class_ids.tolist() == [1, 1]
    assert objects.known.tolist() == [1, 2]


def test_objects_stay_in_their_pictures():
    objects = find_objects([make_boxes([[(HERE, {1: 0.9})], []]), make_boxes([[], [(HERE, {1: 0.9})]])])
    assert objects.picture.tolist() == [0, 1]
    assert objects.box.tolist() == [[0, -1], [-1, 0]]


def test_votes_for_two_classes_in_even_parts_are_1():
    objects = find_objects([make_boxes([[(HERE, {1: 0.9})]]), make_boxes([[(HERE, {2: 0.8})]])])
    np.testing.assert_allclose(committee.vote_entropy(objects), [1.0], atol=1e-6)  # ln 2 / ln min(2, 3)


def test_members_that_agree_have_no_entropy():
    objects = find_objects([make_boxes([[(HERE, {1: 0.9})]])] * 3)
    np.testing.assert_allclose(committee.vote_entropy(objects), [0.0], atol=1e-6)
    np.testing.assert_allclose(committee.mean_divergence(objects), [0.0], atol=1e-6)
    np.testing.assert_allclose(committee.box_disagreement(objects), [0.0], atol=1e-6)
    np.testing.assert_allclose(committee.occurrence_doubt(objects), [0.0], atol=1e-6)


def test_a_member_that_missed_the_object_says_background():
    objects = find_objects([make_boxes([[(HERE, {1: 0.9})]]), make_boxes([[]])])
    np.testing.assert_allclose(committee.vote_entropy(objects), [1.0], atol=1e-6)
    np.testing.assert_allclose(committee.occurrence_doubt(objects), [0.5], atol=1e-6)


def test_a_box_under_the_reject_threshold_is_no_vote():
    objects = find_objects([make_boxes([[(HERE, {1: 0.05})]]), make_boxes([[]])])
    np.testing.assert_allclose(committee.vote_entropy(objects), [0.0], atol=1e-6)
    np.testing.assert_allclose(committee.occurrence_doubt(objects), [0.0], atol=1e-6)


def test_a_member_that_does_not_know_the_class_does_not_vote_on_it():
    cars, people = make_facts("vehicle:v1", [1]), make_facts("person:v1", [3])
    objects = find_objects([make_boxes([[(HERE, {1: 0.9})]], cars), make_boxes([[]], people)])
    for measure in (committee.vote_entropy, committee.mean_divergence, committee.occurrence_doubt):
        np.testing.assert_allclose(measure(objects), [0.0], atol=1e-6)


def test_classes_that_some_members_know_are_voted_on_by_these_alone():
    both, cars = make_facts("street:v1", [1, 3]), make_facts("vehicle:v1", [1])
    objects = find_objects([make_boxes([[(HERE, {1: 0.9})]], both), make_boxes([[]], cars), make_boxes([[]], cars)])
    # one of three says car: entropy of 1/3; of class 3 only one knows
    expected = -(1 / 3) * np.log2(1 / 3) - (2 / 3) * np.log2(2 / 3)
    np.testing.assert_allclose(committee.vote_entropy(objects), [expected], atol=1e-5)


def test_a_member_that_did_not_look_does_not_vote():
    objects = find_objects([make_boxes([[(HERE, {1: 0.9})]]), make_boxes([[(HERE, {1: 0.9})]]), make_boxes([None])])
    np.testing.assert_allclose(committee.vote_entropy(objects), [0.0], atol=1e-6)
    np.testing.assert_allclose(committee.occurrence_doubt(objects), [0.0], atol=1e-6)


def binary_divergence(p: float, q: float) -> float:
    return p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))


def test_mean_divergence_of_independent_scores():
    objects = find_objects([make_boxes([[(HERE, {1: 0.8})]]), make_boxes([[(HERE, {1: 0.4})]])])
    expected = (binary_divergence(0.8, 0.6) + binary_divergence(0.4, 0.6)) / 2
    np.testing.assert_allclose(committee.mean_divergence(objects), [expected], atol=1e-5)
    largest = max(binary_divergence(0.8, 0.6), binary_divergence(0.4, 0.6))
    np.testing.assert_allclose(committee.max_disagreement(objects), [largest], atol=1e-5)


def test_mean_divergence_is_the_entropy_of_the_mean_less_the_mean_entropy():
    facts = make_facts(kind=ScoreKind.SOFTMAX_BACKGROUND)
    rows = np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4], [0.0, 0.0, 1.0]])  # the third member has no box
    members = [make_boxes([[(HERE, {1: a, 2: b})]], facts) for a, b, _ in rows[:2]] + [make_boxes([[]], facts)]
    entropy = -(np.where(rows > 0, rows, 1) * np.log(np.where(rows > 0, rows, 1))).sum(axis=1)
    mean = rows.mean(axis=0)
    expected = -(mean * np.log(mean)).sum() - entropy.mean()
    np.testing.assert_allclose(committee.mean_divergence(find_objects(members)), [expected], atol=1e-5)


def test_boxes_that_differ_disagree():
    objects = find_objects([make_boxes([[(HERE, {1: 0.9})]]), make_boxes([[(NEAR, {1: 0.9})]])])
    # the mean box is 9 high: overlaps 9/10 and 8/9
    np.testing.assert_allclose(committee.box_disagreement(objects), [1 - (0.9 + 8 / 9) / 2], atol=1e-6)


def test_no_boxes_at_all():
    objects = find_objects([make_boxes([[], []]), make_boxes([[], []])])
    for measure in (
        *(committee.vote_entropy, committee.mean_divergence, committee.max_disagreement),
        *(committee.box_disagreement, committee.occurrence_doubt),
    ):
        assert measure(objects).shape == (0,)
