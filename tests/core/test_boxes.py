"""Boxes: overlaps by hand, and the way back from a rotated picture checked against Pillow's own rotation."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from unify.core.boxes import box_areas, clip_boxes, count_disagreements, iou_matrix, match_boxes, to_stored_frame

ORIENTATION_TAG = 0x0112


def boxes(*rows):
    return np.array(rows, np.float32).reshape(-1, 4)


def test_clip_cuts_at_every_border_of_its_own_picture():
    cut = clip_boxes(boxes((-1, -2, 50, 60), (-1, -2, 50, 60)), np.array([[40, 30], [80, 70]]))
    assert cut.tolist() == [[0, 0, 30, 40], [0, 0, 50, 60]]
    assert cut.dtype == np.float32


def test_area_of_an_inverted_box_is_zero():
    assert box_areas(boxes((0, 0, 3, 4), (5, 5, 4, 9))).tolist() == [12, 0]


def test_iou_by_hand():
    # 10 x 10 each, shifted by 5: intersection 50, union 150; touching and empty boxes overlap nothing.
    overlaps = iou_matrix(boxes((0, 0, 10, 10)), boxes((5, 0, 15, 10), (10, 0, 20, 10), (3, 3, 3, 3)))
    assert overlaps.tolist() == [[pytest.approx(1 / 3), 0, 0]]


def test_iou_of_two_empty_boxes_is_zero_not_nan():
    assert iou_matrix(boxes((1, 1, 1, 1)), boxes((1, 1, 1, 1))).tolist() == [[0]]


def test_matching_takes_the_largest_overlap_first():
    # a0-b0 1, a0-b1 and a1-b0 0.9, a1-b1 81/99: a0 goes to b0, and a1 is left with b1, which 0.95 refuses.
    a = boxes((0, 0, 10, 10), (0, 0, 9, 10))
    b = boxes((0, 0, 10, 10), (0, 0, 10, 9))
    assert match_boxes(a, b, 0.5).tolist() == [[0, 0], [1, 1]]
    assert match_boxes(a, b, 0.95).tolist() == [[0, 0]]


def test_a_box_is_matched_once():
    twice = boxes((0, 0, 10, 10), (0, 0, 10, 10))
    assert match_boxes(twice, twice[:1]).tolist() == [[0, 0]]


def test_matching_nothing_gives_no_pairs():
    assert match_boxes(boxes(), boxes((0, 0, 1, 1))).shape == (0, 2)


def test_disagreements_are_boxes_without_partner_on_either_side():
    a = boxes((0, 0, 10, 10), (50, 50, 60, 60))
    b = boxes((0, 0, 10, 9), (80, 80, 90, 90), (20, 20, 30, 30))
    assert count_disagreements(a, b) == 3  # one of a, two of b
    assert count_disagreements(a, a) == 0
    assert count_disagreements(boxes(), b) == 3


def displayed(pixels, orientation):
    """The picture as a viewer that honours EXIF shows it."""
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", exif=exif)
    return np.asarray(ImageOps.exif_transpose(Image.open(file)))


@given(
    orientation=st.integers(1, 8),
    height=st.integers(2, 9),
    width=st.integers(2, 9),
    corners=st.tuples(*[st.floats(0, 1)] * 4),
)
def test_stored_frame_agrees_with_pillows_rotation(orientation, height, width, corners):
    left, right = sorted(int(f * (width - 1)) for f in corners[:2])
    top, bottom = sorted(int(f * (height - 1)) for f in corners[2:])
    pixels = np.zeros((height, width), np.uint8)
    pixels[top : bottom + 1, left : right + 1] = 255
    seen = displayed(pixels, orientation)
    rows, columns = np.nonzero(seen)
    drawn = boxes((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
    stored = to_stored_frame(drawn, np.array(seen.shape), np.array([orientation]))
    assert stored.tolist() == [[left, top, right + 1, bottom + 1]]


def test_each_box_is_turned_by_its_own_orientation():
    drawn = boxes((1, 2, 3, 5), (1, 2, 3, 5))
    stored = to_stored_frame(drawn, np.array([[10, 20], [10, 20]]), np.array([1, 6]))
    # Orientation 6 shows the stored picture turned clockwise: stored x is displayed y, stored y counts from the right.
    assert stored.tolist() == [[1, 2, 3, 5], [2, 17, 5, 19]]


def test_no_boxes_stay_no_boxes():
    assert to_stored_frame(boxes(), np.array([4, 5]), np.array([], int)).shape == (0, 4)
