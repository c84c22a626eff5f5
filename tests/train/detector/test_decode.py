"""From ideal maps back to the boxes they were made of."""

from __future__ import annotations

import numpy as np
import pytest

from tests.train.detector.batches import Box, C, make_batch

keras = pytest.importorskip("keras", reason="needs the [train] extra", exc_type=ImportError)
decode = pytest.importorskip("unify.train.detector.decode", exc_type=ImportError)
assign_targets = pytest.importorskip("unify.train.detector.targets", exc_type=ImportError).assign_targets


def decoded(heatmap: np.ndarray, boxes: np.ndarray, **options: int) -> dict[str, np.ndarray]:
    found = decode.decode_peaks(keras.ops.convert_to_tensor(heatmap), keras.ops.convert_to_tensor(boxes), **options)
    return {key: np.array(values) for key, values in found.items()}


def empty_maps(*sides: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits that say no everywhere, float32 [1, 4, 6, C], and boxes."""
    height, width = sides or (4, 6)
    return np.full((1, height, width, C), -9, np.float32), np.zeros((1, height, width, 4), np.float32)


def test_targets_come_back_as_the_boxes_they_were_made_of():
    pictures = (
        [Box(1, (0, 0, 9, 14)), Box(2, (2, 20, 21, 30)), Box(3, (16, 32, 31, 47)), Box(1, (20, 3, 30, 15))],
        [Box(2, (0, 0, 32, 48))],
        [],
    )
    batch = make_batch(*pictures)
    _, targets, _ = assign_targets(batch, C)
    heatmap = np.clip(np.array(targets["heatmap"]), 1e-4, 1 - 1e-4)
    found = decoded(np.log(heatmap / (1 - heatmap)), np.array(targets["boxes"]), count=8)
    for row, picture in enumerate(pictures):
        sure = found["scores"][row] > 0.99
        rows = [*zip(found["classes"][row][sure] + 1, found["boxes"][row][sure] * [32, 48, 32, 48])]
        got, expected = ({(int(c), *np.round(box, 3)) for c, box in each} for each in (rows, boxes_of(picture)))
        assert got == expected


def boxes_of(picture: list[Box]) -> list[tuple]:
    return [(box.class_id, np.array(box.yxyx, float)) for box in picture]


def test_only_the_highest_of_nine_cells_is_a_detection():
    heatmap, boxes = empty_maps()
    heatmap[0, 1:4, 1:4, 0] = 1.0
    heatmap[0, 2, 2, 0] = 2.0
    heatmap[0, 2, 3, 1] = 1.5  # of another class
    found = decoded(heatmap, boxes, count=3)
    np.testing.assert_allclose(found["scores"][0, :2], 1 / (1 + np.exp([-2.0, -1.5])), rtol=1e-6)
    assert found["classes"][0, :2].tolist() == [0, 1]
    assert found["scores"][0, 2] < 0.01


def test_the_best_peaks_stay_in_falling_order():
    heatmap, boxes = empty_maps(8, 12)
    heatmap[0, ::3, ::3, 0] = np.random.default_rng(0).permutation(12).reshape(3, 4)
    boxes[0, ..., 2:] = 0.5
    found = decoded(heatmap, boxes, count=5)
    np.testing.assert_allclose(found["scores"], 1 / (1 + np.exp(-np.arange(11.0, 6, -1)))[None], rtol=1e-6)
    assert found["boxes"].shape == (1, 5, 4)


def test_there_are_no_more_detections_than_cells():
    assert decoded(*empty_maps())["scores"].shape == (1, 4 * 6 * C)


def test_boxes_are_clipped_to_the_picture():
    heatmap, boxes = empty_maps()
    heatmap[0, 0, 0, 2], boxes[0, 0, 0] = 5.0, (-0.2, -0.1, 0.5, 1.3)
    np.testing.assert_allclose(decoded(heatmap, boxes, count=1)["boxes"][0, 0], (0, 0, 0.5, 1))


def test_weaker_boxes_of_a_class_that_overlap_are_suppressed():
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 9], [0, 0, 10, 9], [0, 0, 10, 5], [0, 0, 10, 10]], float)
    scores, classes = np.array([0.5, 0.9, 0.8, 0.7, 0.01]), np.array([0, 0, 1, 0, 1])
    # 0 lies under 1 (IoU 0.9); 2 is of another class; 3 overlaps 1 by 0.556, less than 0.6; 4 is below the floor
    assert decode.strongest(boxes, scores, classes, floor=0.02).tolist() == [1, 2, 3]


def test_fractions_become_pixels_of_the_stored_picture():
    pixels = decode.to_pixels(np.array([[0.25, 0.5, 0.75, 1.0]], np.float32), np.array([100, 400]))
    assert pixels.tolist() == [[200, 25, 400, 75]]
