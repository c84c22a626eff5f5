from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unify.autolabel.heads import Outputs
from unify.autolabel.options import TensorOptions
from unify.autolabel.postprocess import boxes_to_picture, read_outputs, to_xyxy
from unify.autolabel.preprocess import fit_picture, make_batch, place

FITS = st.tuples(st.sampled_from(["stretch", "letterbox"]), st.sampled_from(["top_left", "center"]))
FORMATS = st.sampled_from(["xyxy", "yxyx", "xywh", "cxcywh"])
UNITS = st.sampled_from(["fractions", "input_pixels", "picture_pixels"])


def as_a_model_would(xyxy: np.ndarray, box_format: str) -> np.ndarray:
    x1, y1, x2, y2 = xyxy.T
    columns = {
        "xyxy": (x1, y1, x2, y2),
        "yxyx": (y1, x1, y2, x2),
        "xywh": (x1, y1, x2 - x1, y2 - y1),
        "cxcywh": ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1),
    }
    return np.stack(columns[box_format], axis=1)


def bright_area(batch: np.ndarray, layout: str) -> np.ndarray:
    """xyxy of the bright rectangle on the first picture of a batch, pixels of the input."""
    pixels = batch[0].mean(axis=0) if layout == "NCHW" else batch[0].mean(axis=2)
    rows, columns = np.flatnonzero((pixels > 127).any(axis=1)), np.flatnonzero((pixels > 127).any(axis=0))
    return np.array([[columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]], np.float64)


@pytest.mark.parametrize("box_format", ["xyxy", "yxyx", "xywh", "cxcywh"])
def test_every_order_of_a_boxs_numbers_is_read(box_format: str):
    boxes = np.array([[10.0, 20.0, 30.0, 60.0], [0.0, 0.0, 5.0, 1.0]])
    assert to_xyxy(as_a_model_would(boxes, box_format), box_format).tolist() == boxes.tolist()


@settings(max_examples=60)
@given(
    fit=FITS, box_format=FORMATS, units=UNITS, layout=st.sampled_from(["NHWC", "NCHW"]), antialias=st.booleans(),
    order=st.sampled_from(["rgb", "bgr"]), picture_hw=st.tuples(st.integers(16, 48), st.integers(16, 48)),
    corners=st.tuples(*[st.integers(0, 7)] * 4),
)  # fmt: skip
def test_a_box_drawn_on_the_picture_comes_back_within_half_a_pixel(
    fit, box_format, units, layout, antialias, order, picture_hw, corners
):
    left, top, right, bottom = corners[0], corners[1], corners[2] + 9, corners[3] + 9
    picture = np.zeros((*picture_hw, 3), np.uint8)
    picture[top:bottom, left:right] = 255
    options = TensorOptions.model_validate(
        {
            "fit": fit[0],
            "anchor": fit[1],
            "layout": layout,
            "antialias": antialias,
            "channel_order": order,
            "padding": 0,
        }
    )
    pixels, placement = fit_picture(picture, (120, 160), options)
    seen = bright_area(make_batch([pixels], 2, np.dtype(np.float32), options), layout)
    if units == "fractions":
        seen = seen / [160, 120, 160, 120]
    if units == "picture_pixels":
        seen = placement.to_picture(seen)
    found = boxes_to_picture(as_a_model_would(seen, box_format), box_format, units, placement)
    assert np.abs(found - [[left, top, right, bottom]]).max() <= 0.5


def one_answer(outputs: Outputs, num_classes: int = 2, **options) -> dict:
    placement = place((100, 200), (50, 50), "stretch", "top_left")
    (answer,) = read_outputs(outputs, [placement], 1, num_classes, TensorOptions.model_validate(options))
    return answer


def test_blank_rows_of_a_batch_are_not_answered():
    outputs = {"boxes": np.zeros((4, 3, 4)), "scores": np.zeros((4, 3)), "classes": np.zeros((4, 3))}
    placements = [place((9, 9), (9, 9), "stretch", "top_left")] * 2
    assert len(read_outputs(outputs, placements, 4, 2, TensorOptions())) == 2


def test_rows_under_the_floor_go_with_all_that_belongs_to_them():
    outputs = {
        "boxes": np.array([[[0, 0, 0.5, 0.5], [0, 0, 1, 1]]]),
        "scores": np.array([[0.01, 0.9]]),
        "classes": np.array([[0, 1]]),
        "box_embeddings": np.array([[[1.0], [2.0]]]),
        "embedding": np.array([[3.0, 4.0]]),
    }
    answer = one_answer(outputs)
    assert {key: values.tolist() for key, values in answer.items()} == {
        "boxes": [[0, 0, 200, 100]], "scores": [0.9], "classes": [1], "box_embeddings": [[2.0]],
        "embedding": [3.0, 4.0],
    }  # fmt: skip


def test_a_score_that_is_no_number_is_kept_to_be_found():
    outputs = {"boxes": np.zeros((1, 1, 4)), "scores": np.array([[np.nan]]), "classes": np.zeros((1, 1))}
    assert len(one_answer(outputs)["scores"]) == 1


def test_infinite_logits_are_kept_to_be_found_without_a_warning():
    outputs = {"boxes": np.full((1, 1, 4), np.inf), "scores": np.full((1, 1, 2), np.inf)}
    answer = one_answer(outputs, activation="softmax", box_format="cxcywh")
    assert np.isnan(answer["class_scores"]).all() and len(answer["boxes"]) == 1
