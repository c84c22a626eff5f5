from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from unify.core.boxes import iou_matrix
from unify.core.nms import suppress

BOXES = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [0, 0, 10, 10], [50, 50, 60, 60]], np.float32)


def test_a_box_suppresses_weaker_ones_of_its_class_that_overlap_it():
    # Boxes 0 and 1 share 90 of 110 pixels: IoU 0.82. Box 2 lies on box 0 but is of another class.
    scores, classes = np.array([0.5, 0.9, 0.7, 0.1], np.float32), np.array([0, 0, 1, 0])
    assert suppress(BOXES, scores, classes, 0.5).tolist() == [1, 2, 3]
    assert suppress(BOXES, scores, classes, 0.9).tolist() == [1, 2, 0, 3]


def test_an_overlap_of_just_the_limit_suppresses_nothing():
    halves = np.array([[0, 0, 2, 1], [0, 0, 1, 1]])
    assert suppress(halves, np.array([0.9, 0.5]), np.array([0, 0]), 0.5).tolist() == [0, 1]


def test_of_equal_scores_the_earlier_row_stays():
    assert suppress(BOXES[:2], np.array([0.5, 0.5]), np.array([0, 0]), 0.5).tolist() == [0]


def test_no_boxes_leave_no_boxes():
    assert suppress(np.zeros((0, 4)), np.zeros(0), np.zeros(0), 0.5).tolist() == []


@given(corners=arrays(np.int64, (8, 4), elements=st.integers(0, 20)), data=st.data())
def test_what_is_left_does_not_overlap_and_what_is_gone_overlaps_a_stronger_one(corners: np.ndarray, data):
    boxes = np.concatenate([corners[:, :2], corners[:, :2] + 1 + corners[:, 2:]], axis=1)
    scores = data.draw(arrays(np.float32, 8, elements=st.floats(0, 1, width=32)))
    classes = data.draw(arrays(np.int64, 8, elements=st.integers(0, 1)))
    kept = suppress(boxes, scores, classes, 0.3)
    against = (iou_matrix(boxes, boxes) > 0.3) & (classes[:, None] == classes[None])
    assert not np.triu(against[np.ix_(kept, kept)], 1).any()
    for row in set(range(8)) - set(kept.tolist()):
        assert any(against[row, other] and scores[other] >= scores[row] for other in kept)
    assert (np.diff(scores[kept]) <= 0).all()


def test_many_boxes_are_suppressed_as_few_are():
    # 700 rows are several blocks; the plain rule, box by box.
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 60, (700, 2))
    boxes = np.concatenate([corners, corners + rng.uniform(5, 20, (700, 2))], axis=1)
    scores, classes = rng.random(700), rng.integers(0, 3, 700)
    kept: list[int] = []
    for row in np.argsort(-scores):
        rivals = [other for other in kept if classes[other] == classes[row]]
        if not rivals or iou_matrix(boxes[[row]], boxes[rivals]).max() <= 0.5:
            kept.append(int(row))
    assert suppress(boxes, scores, classes, 0.5).tolist() == kept and len(kept) > 256
