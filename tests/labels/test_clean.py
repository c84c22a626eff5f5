"""Cleaning boxes: each change counted under its name, on pictures of 64 x 48 (width x height)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.labels.helpers import pictures, source
from unify.labels.clean import clean_boxes

NAN, INF = float("nan"), float("inf")


def clean(*boxes, relevant=True, apply_orientation=False, orientation=1, image_hw=(48, 64), **changes):
    labels = source([[(0, *box) for box in boxes]], **changes)
    table = pictures(1, image_hw, orientation)
    return clean_boxes(labels, table, np.full(len(boxes), relevant), apply_orientation=apply_orientation)


def counted(result):
    return {name: count for name, count in result.counts.items() if count}


@pytest.mark.parametrize(
    "box, kept, counts",
    [
        ((0, 0, 64, 48), (0, 0, 64, 48), {}),
        ((-0.5, -0.5, 64.5, 48.5), (0, 0, 64, 48), {}),
        ((-0.75, 0, 10, 10), (0, 0, 10, 10), {"clipped": 1}),
        ((0, -9, 10, 10), (0, 0, 10, 10), {"clipped": 1}),
        ((60, 0, 65, 10), (60, 0, 64, 10), {"clipped": 1}),
        ((0, 40, 10, 99), (0, 40, 10, 48), {"clipped": 1}),
        ((5, 5, 5, 9), None, {"zero_area": 1}),
        ((5, 5, 9, 5), None, {"zero_area": 1}),
        ((9, 5, 5, 9), None, {"zero_area": 1}),
        ((-9, 0, 0, 10), None, {"outside": 1}),
        ((0, -9, 10, 0), None, {"outside": 1}),
        ((64, 0, 70, 10), None, {"outside": 1}),
        ((0, 48, 10, 60), None, {"outside": 1}),
        ((100, 5, 100, 9), None, {"zero_area": 1}),
        ((NAN, 0, 10, 10), None, {"not_finite": 1}),
        ((0, 0, INF, 10), None, {"not_finite": 1}),
        ((-INF, 0, INF, 10), None, {"not_finite": 1}),
    ],
)
def test_a_box_is_kept_clipped_or_dropped_and_counted(box, kept, counts):
    result = clean(box)
    assert result.boxes_xyxy.tolist() == ([list(kept)] if kept else [])
    assert counted(result) == counts
    assert result.lost.tolist() == ["not_finite" in counts]
    assert result.kept.tolist() == [kept is not None]


def test_boxes_of_ignored_categories_are_not_counted():
    result = clean((9, 5, 5, 9), (NAN, 0, 1, 1), (-9, 0, 10, 10), relevant=False)
    assert not result.kept.any() and not result.lost.any() and not counted(result)


def test_area_is_the_annotated_one_but_no_more_than_the_box():
    areas = np.array([30, 1000, NAN, 0, -5], np.float32)
    result = clean(*[(0, 0, 10, 10)] * 5, box_area=areas)
    assert result.area.tolist() == [30, 100, 100, 100, 100]


def test_fractions_are_multiplied_by_the_size():
    assert clean((0.25, 0.5, 0.5, 1), normalized=True).boxes_xyxy.tolist() == [[16, 24, 32, 48]]


def test_rotated_boxes_are_moved_to_stored_pixels():
    # Stored 64 x 48 with orientation 6 is seen as 48 x 64; stored x is seen y, stored y counts from the seen right.
    result = clean((8, 10, 28, 40), apply_orientation=True, orientation=6)
    assert result.boxes_xyxy.tolist() == [[10, 20, 40, 40]]


def test_fractions_of_the_rotated_picture_are_multiplied_by_the_rotated_size():
    pixels = clean((12, 16, 24, 32), apply_orientation=True, orientation=6)
    fractions = clean((0.25, 0.25, 0.5, 0.5), apply_orientation=True, orientation=6, normalized=True)
    assert fractions.boxes_xyxy.tolist() == pixels.boxes_xyxy.tolist()


def test_orientation_is_ignored_unless_applied():
    assert clean((8, 10, 28, 40), orientation=6).boxes_xyxy.tolist() == [[8, 10, 28, 40]]


def test_a_sliver_that_vanishes_in_float32_has_no_area():
    # 48 - 5e-9 is 48 in float32.
    assert counted(clean((0, 0, 1, 5e-9), apply_orientation=True, orientation=3)) == {"zero_area": 1}


def test_no_boxes_are_no_trouble():
    result = clean()
    assert result.boxes_xyxy.shape == (0, 4) and not counted(result)


@given(st.lists(st.tuples(*[st.floats(width=32)] * 4), max_size=8), st.integers(1, 8), st.booleans(), st.booleans())
def test_whatever_comes_in_boxes_come_out_inside_and_all_are_accounted_for(boxes, orientation, apply, normalized):
    result = clean(*boxes, orientation=orientation, apply_orientation=apply, normalized=normalized)
    x1, y1, x2, y2 = result.boxes_xyxy.T
    assert ((x1 >= 0) & (x1 < x2) & (x2 <= 64) & (y1 >= 0) & (y1 < y2) & (y2 <= 48)).all()
    assert (result.area > 0).all()
    dropped = sum(result.counts[name] for name in ("zero_area", "outside", "not_finite"))
    assert len(result.boxes_xyxy) + dropped == len(boxes)
