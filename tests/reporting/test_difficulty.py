"""How difficult pictures are, from ratings to the numbers of the page."""

from __future__ import annotations

import numpy as np
import pytest

from unify.core.digest import content_ids
from unify.ranking.difficulty import Level
from unify.ranking.pictures import PictureDifficulties
from unify.reporting.difficulty import Ratings, difficulty, no_ratings, ratings_of

EASY, MEDIUM, HARD = Level
SCORES = {
    EASY: [0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07],
    MEDIUM: [0.3],
    HARD: [0.5, 0.8, 0.6, 1.0, 0.7],
}


@pytest.fixture
def ratings() -> Ratings:
    """Ids count from 100."""
    score = np.array([each for scores in SCORES.values() for each in scores], np.float32)
    level = np.repeat(list(SCORES), list(map(len, SCORES.values()))).astype(np.uint8)
    return Ratings(np.arange(100, 100 + len(score)), score, level)


def test_a_picture_is_looked_up_by_its_id(ratings: Ratings):
    assert ratings.of(108) == ("medium", pytest.approx(0.3))
    assert ratings.of(112) == ("hard", 1.0)
    assert [ratings.of(each) for each in (0, 99, 114, 2**62)] == [None] * 4


def test_examples_are_the_hardest_of_the_hard_and_the_middle_of_the_others(ratings: Ratings):
    assert ratings.examples(HARD) == [112, 110, 113, 111]
    assert ratings.examples(EASY) == [105, 104, 103, 102]
    assert ratings.examples(MEDIUM) == [108]


def test_every_picture_is_counted_once(ratings: Ratings):
    content = difficulty(ratings, {"112", "108"})
    assert (content["note"], content["rated"]) == (None, 14)
    levels = content["levels"]
    assert {level: of["pictures"] for level, of in levels.items()} == {"easy": 8, "medium": 1, "hard": 5}
    assert {level: of["bins"].sum() for level, of in levels.items()} == {"easy": 8, "medium": 1, "hard": 5}
    assert levels["easy"]["bins"].tolist() == [5, 3] + [0] * 18  # 0.05 begins the second bin
    assert levels["hard"]["bins"][-1] == 1  # 1.0 belongs to the last


def test_only_pictures_that_are_shown_are_examples(ratings: Ratings):
    levels = difficulty(ratings, {"112", "113", "108"})["levels"]
    assert {level: of["examples"] for level, of in levels.items()} == {
        "easy": [],
        "medium": ["108"],
        "hard": ["112", "113"],
    }


def test_where_nothing_is_rated_it_is_said_why():
    content = difficulty(no_ratings("nobody was asked"), {"1"})
    assert (content["note"], content["rated"]) == ("nobody was asked", 0)
    assert {of["pictures"] for of in content["levels"].values()} == {0}
    assert ratings_of(PictureDifficulties(np.zeros((0, 32), np.uint8), np.zeros(0), np.zeros(0, np.uint8))).note


def test_ratings_go_by_content_id():
    sha256 = np.random.default_rng(0).integers(0, 256, (50, 32), dtype=np.uint8)
    score = np.linspace(0, 1, 50, dtype=np.float32)
    ratings = ratings_of(PictureDifficulties(sha256, score, np.full(50, HARD, np.uint8)))
    found = [ratings.of(each) for each in content_ids(sha256).tolist()]
    assert found == [("hard", each) for each in score.tolist()]
