"""Predictions of many pictures become one table."""

from __future__ import annotations

import numpy as np

from unify.core.prediction_table import gather_predictions
from unify.core.predictions import Failure, Prediction


def prediction(scores: list[float], classes: list[int]) -> Prediction:
    boxes = np.arange(4 * len(scores), dtype=np.float32).reshape(-1, 4)
    return Prediction(boxes, np.array(scores, np.float32), np.array(classes, np.int32))


def test_boxes_stay_with_their_picture_and_get_unified_ids():
    table = gather_predictions([prediction([0.9, 0.5], [1, 0]), prediction([0.75], [1])], [7, 3])
    assert table.picture.tolist() == [0, 0, 1]
    assert table.class_ids.tolist() == [3, 7, 3]
    assert table.scores.tolist() == [np.float32(0.9), 0.5, 0.75]
    assert table.boxes_xyxy.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [0, 1, 2, 3]]
    assert (table.scores.dtype, table.class_ids.dtype) == (np.float32, np.int32)


def test_nothing_found_failed_and_not_asked_are_three_things():
    table = gather_predictions([prediction([], []), Failure("it raised"), None, prediction([0.5], [0])], [1])
    assert table.seen.tolist() == [True, False, False, True]
    assert table.failed.tolist() == [False, True, False, False]
    assert table.picture.tolist() == [3]


def test_no_picture_at_all():
    table = gather_predictions([], [1, 2])
    assert table.seen.shape == table.picture.shape == table.scores.shape == (0,)
    assert table.boxes_xyxy.shape == (0, 4)
