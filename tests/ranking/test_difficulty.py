"""Which boxes people should look at, and how hard a picture is."""

from __future__ import annotations

import numpy as np

from unify.ranking.difficulty import Flag, Level, rate, review_flags


def test_a_box_is_reviewed_from_its_reject_to_below_its_accept_threshold():
    scores = np.array([0.05, 0.1, 0.49, 0.5, 0.99])
    flags = review_flags(scores, np.full(5, 0.1), np.full(5, 0.5))
    assert flags.tolist() == [Flag.REJECT, Flag.REVIEW, Flag.REVIEW, Flag.ACCEPT, Flag.ACCEPT]


def test_a_class_that_is_never_trusted_is_always_reviewed():
    assert review_flags(np.array([1.0]), np.array([0.1]), np.array([np.inf])).tolist() == [Flag.REVIEW]


def level_of(review: int = 0, hidden: float = 0.0, uncertainty: float = 0.0) -> Level:
    """Of a picture among five sure ones."""
    rest = np.zeros(5)
    found = rate(np.append(rest, review), np.append(rest, hidden), np.append(np.full(5, 0.5), uncertainty))
    return Level(int(found[-1]))


def test_a_picture_without_a_doubt_is_easy():
    assert level_of() is Level.EASY


def test_a_box_to_review_makes_a_picture_hard():
    assert level_of(review=1) is Level.HARD


def test_the_most_uncertain_fifth_is_hard():
    assert level_of(uncertainty=0.9) is Level.HARD
    found = rate(np.zeros(10), np.zeros(10), np.arange(10.0))
    assert found.tolist() == [Level.EASY] * 8 + [Level.HARD] * 2


def test_an_object_probably_hidden_among_rejected_boxes_makes_a_picture_medium():
    assert level_of(hidden=0.49) is Level.EASY
    assert level_of(hidden=0.5) is Level.MEDIUM


def test_a_picture_nobody_looked_at_is_hard():
    assert level_of(uncertainty=np.nan) is Level.HARD


def test_pictures_that_are_all_alike_are_not_hard_for_it():
    assert rate(np.zeros(3), np.zeros(3), np.ones(3)).tolist() == [Level.EASY] * 3


def test_levels_have_names():
    assert [str(level) for level in Level] == ["easy", "medium", "hard"]
