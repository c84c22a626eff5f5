"""Machine boxes against the truth; every number worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.demo.examples import make_example
from unify.demo.judge import judge
from unify.scenarios.truth import Truth

CAR, WALKER, FAR_WALKER = (10, 10, 50, 30), (60, 10, 70, 40), (80, 10, 84, 20)
TRUTH = Truth(
    "a.jpg",
    (50, 100),
    np.array([CAR, WALKER, FAR_WALKER], np.float32),
    ("car", "pedestrian", "pedestrian"),
)
SEARCHED = {"a.jpg": {"car", "truck", "bus"}}


def judged(*boxes: tuple):
    return judge([make_example("a.jpg", boxes)], {"a.jpg": TRUTH}, SEARCHED)


def test_a_box_on_an_object_of_its_class_is_right():
    found = judged(("pedestrian", (60, 11, 70, 40), "pedestrian:v1", 0.75))
    assert (found.right.tolist(), found.wrong.tolist(), found.missing) == ([0.75], [], 2)
    assert (found.boxes, found.precision, found.recall) == (1, 1.0, 0.5)


@pytest.mark.parametrize(
    ("name", "place"), [("cyclist", WALKER), ("pedestrian", (60, 10, 70, 24)), ("pedestrian", (0, 0, 9, 9))]
)
def test_a_box_of_another_class_or_elsewhere_is_wrong(name: str, place: tuple):
    found = judged((name, place, "pedestrian:v1", 0.25))
    assert (found.right.tolist(), found.wrong.tolist(), found.missing) == ([], [0.25], 2)


def test_an_object_is_found_once():
    found = judged(("pedestrian", WALKER, "pedestrian:v1", 0.5), ("pedestrian", WALKER, "pedestrian:v1", 0.25))
    assert (found.right.tolist(), found.wrong.tolist()) == ([0.5], [0.25])


def test_what_people_had_searched_for_is_not_judged():
    found = judged(("car", (0, 0, 5, 5), "human", 1.0))
    assert (found.boxes, found.missing) == (0, 2)


def test_a_box_that_a_person_drew_later_is_judged_whatever_folder_its_picture_is_in():
    found = judge([make_example("b1/a.jpg", [("pedestrian", WALKER, "human", 1.0)])], {"a.jpg": TRUTH}, SEARCHED)
    assert (found.right.tolist(), found.wrong.tolist(), found.missing) == ([1.0], [], 2)


def test_nothing_divides_by_nothing():
    found = judge([], {}, {})
    assert (found.boxes, found.precision, found.recall) == (0, 0.0, 0.0)
