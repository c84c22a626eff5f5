from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unify.autolabel.suspicion import suspicion

HW = (100, 200)
# Six cars, some close to the right border: left, top, right, bottom.
CARS = np.array(
    [[10, 20, 60, 50], [150, 10, 190, 40], [160, 60, 199, 95], [140, 5, 198, 55], [120, 40, 170, 80],
     [150, 55, 195, 99]],
    np.float32,
)  # fmt: skip


def looks_like(boxes: np.ndarray) -> str:
    breach = suspicion(boxes, np.tile(np.array(HW), (len(boxes), 1)))
    return breach.advice if breach else ""


def test_pixels_look_like_pixels():
    assert looks_like(CARS) == ""


def test_no_boxes_say_nothing():
    assert looks_like(CARS[:0]) == ""


def test_fractions_are_told():
    assert looks_like(CARS / [200, 100, 200, 100]) == "fractions"


def test_x_and_y_that_changed_places_are_told():
    assert looks_like(CARS[:, [1, 0, 3, 2]]) == "yxyx"


def test_sizes_in_place_of_corners_are_told():
    sizes = CARS[:, 2:] - CARS[:, :2]
    assert looks_like(np.concatenate([CARS[:, :2], sizes], axis=1)) == "sizes"


def test_pixels_of_a_larger_picture_are_told():
    assert looks_like(CARS * 4) == "beyond"


def test_pixels_taken_for_fractions_are_told():
    assert looks_like(CARS * [200, 100, 200, 100]) == "beyond"


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 4), min_size=1, max_size=8), st.floats(0, 0.04))
def test_boxes_of_two_pixels_and_more_that_reach_little_over_the_edge_are_left_alone(cuts, over: float):
    fractions = np.sort(np.array(cuts).reshape(-1, 2, 2), axis=1).reshape(-1, 4)
    size = np.array([200, 100, 200, 100])
    boxes = np.maximum(fractions * size * (1 + over) + [0, 0, 2, 2], 0)
    assert looks_like(boxes.astype(np.float32)) == ""
