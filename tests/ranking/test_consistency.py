"""Whether another look finds the same: CALD in numbers worked out by hand."""

from __future__ import annotations

import numpy as np

from tests.ranking.boxes import make_boxes, make_facts
from unify.ranking.consistency import inconsistency, nearest_boxes

HERE, HALF, FAR = (0, 0, 10, 10), (0, 0, 10, 5), (50, 50, 60, 60)
ONE = make_facts(classes=[1])


def test_a_sure_box_found_again_is_as_the_paper_has_it():
    own = make_boxes([[(HERE, {1: 1.0})]], ONE)
    # IoU 1, no divergence, scores 1: |2 - 1.3| = .7
    np.testing.assert_allclose(inconsistency(own, [own]), [1 - 0.7 / 1.3], atol=1e-6)


def test_what_is_half_found_again_teaches_most():
    own, other = make_boxes([[(HERE, {1: 0.8})]], ONE), make_boxes([[(HALF, {1: 0.8})]], ONE)
    # IoU .5, no divergence: .5 + .8 = the base itself
    np.testing.assert_allclose(inconsistency(own, [other]), [1.0], atol=1e-6)


def test_what_is_not_found_again_at_all_is_a_bad_prediction():
    own, other = make_boxes([[(HERE, {1: 1.0})]], ONE), make_boxes([[]], ONE)
    np.testing.assert_allclose(inconsistency(own, [other]), [0.0], atol=1e-6)


def test_several_looks_are_averaged_over_those_that_saw_the_picture():
    own, half = make_boxes([[(HERE, {1: 0.8})]], ONE), make_boxes([[(HALF, {1: 0.8})]], ONE)
    unseen = make_boxes([None], ONE)
    np.testing.assert_allclose(inconsistency(own, [half, unseen]), [1.0], atol=1e-6)
    np.testing.assert_allclose(inconsistency(own, [unseen]), [0.0], atol=1e-6)


def test_the_nearest_box_is_of_the_same_picture_and_the_surest_of_equals():
    own = make_boxes([[(HERE, {1: 0.9})], [(HERE, {1: 0.9}), (FAR, {1: 0.8})]])
    other = make_boxes([[(FAR, {1: 0.9})], [(HALF, {1: 0.9}), (HERE, {1: 0.5}), (HERE, {1: 0.4})]])
    partner, overlap = nearest_boxes(own, other)
    assert partner.tolist() == [-1, 2, -1]
    assert overlap.tolist() == [0.0, 1.0, 0.0]
