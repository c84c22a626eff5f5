from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unify.autolabel.options import TensorOptions
from unify.autolabel.preprocess import fit_picture, make_batch, place, resize


def prepared(picture: np.ndarray, input_hw: tuple[int, int], rows: int = 1, dtype=np.float32, **options) -> np.ndarray:
    shaped = TensorOptions.model_validate(options)
    return make_batch([fit_picture(picture, input_hw, shaped).pixels], rows, np.dtype(dtype), shaped)


def colour(red: int, green: int, blue: int, image_hw: tuple[int, int] = (4, 4)) -> np.ndarray:
    return np.tile(np.array([red, green, blue], np.uint8), (*image_hw, 1))


def test_pixels_are_passed_on_as_they_are_unless_asked():
    picture = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert np.array_equal(prepared(picture, (4, 4), dtype=np.uint8)[0], picture)
    assert prepared(picture, (4, 4)).dtype == np.float32 and np.array_equal(prepared(picture, (4, 4))[0], picture)


def test_pixels_are_divided_then_less_the_mean_then_over_the_deviation():
    # (51 / 255 - 0.1) / 0.5 = 0.2, (102 / 255 - 0.2) / 0.25 = 0.8, (255 / 255 - 0.5) / 1 = 0.5
    options = {"divide_by": 255, "mean": [0.1, 0.2, 0.5], "std": [0.5, 0.25, 1.0]}
    assert prepared(colour(51, 102, 255), (4, 4), **options)[0, 0, 0].tolist() == pytest.approx([0.2, 0.8, 0.5])


@pytest.mark.parametrize("channel_order", ["rgb", "bgr"])
def test_the_layout_changes_no_number(channel_order: str):
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    options = {"channel_order": channel_order, "divide_by": 255, "mean": [0.485, 0.456, 0.406], "std": [0.2, 0.3, 0.4]}
    last, first = (prepared(picture, (5, 7), rows=2, layout=layout, **options) for layout in ("NHWC", "NCHW"))
    assert np.array_equal(last.transpose(0, 3, 1, 2), first)
    assert np.unique(first[0]).size > 50


def test_mean_and_deviation_are_in_the_order_of_the_colours():
    picture = colour(10, 20, 30)
    assert prepared(picture, (4, 4), channel_order="bgr", mean=[30, 20, 0])[0, 0, 0].tolist() == [0, 0, 10]


def test_layout_and_padding_of_the_batch():
    batch = prepared(colour(1, 2, 3, (4, 6)), (4, 6), rows=3, layout="NCHW", padding=7)
    assert batch.shape == (3, 3, 4, 6) and batch.flags["C_CONTIGUOUS"]
    assert batch[0, :, 0, 0].tolist() == [1, 2, 3] and (batch[1:] == 7).all()


def test_a_letterboxed_picture_keeps_its_shape_and_the_rest_is_padding():
    # 100 x 200 into 80 x 80: scaled by 0.4 to 40 x 80, 40 rows left over.
    for anchor, top in (("top_left", 0), ("center", 20)):
        batch = prepared(colour(255, 255, 255, (100, 200)), (80, 80), fit="letterbox", anchor=anchor)
        bright = np.flatnonzero((batch[0] == 255).all(axis=(1, 2)))
        assert (bright.min(), bright.max()) == (top, top + 39) and (batch[0, [-1, -1]] == 114).all()


def test_without_antialiasing_points_are_sampled_with_it_areas_are_averaged():
    stripes = np.zeros((8, 8, 3), np.uint8)
    stripes[:, ::4] = 255
    assert resize(stripes, (2, 2), antialias=False)[0, :, 0].tolist() == [0, 0]
    assert resize(stripes, (2, 2), antialias=True)[0, :, 0].min() > 30


def test_without_antialiasing_pixels_are_those_of_the_formula():
    # Half-pixel centres: output x samples the input at (x + 0.5) * 4 / 3 - 0.5 = 0.1667, 1.5, 2.8333.
    row = np.array([0, 60, 120, 240], np.uint8)
    picture = np.tile(row[None, :, None], (4, 1, 3))
    assert resize(picture, (4, 3), antialias=False)[0, :, 0].tolist() == pytest.approx([10, 90, 220], abs=1)


def test_a_picture_of_the_right_size_is_not_touched():
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    assert resize(picture, (5, 7), antialias=True) is picture


sizes = st.tuples(st.integers(1, 400), st.integers(1, 400))


@given(sizes, sizes, st.sampled_from(["stretch", "letterbox"]), st.sampled_from(["top_left", "center"]))
def test_the_way_into_the_input_and_back_is_no_way(picture_hw, input_hw, fit, anchor):
    placement = place(picture_hw, input_hw, fit, anchor)
    whole = np.array([[0.0, 0.0, picture_hw[1], picture_hw[0]]])
    inside = placement.to_input(whole)
    assert (inside >= 0).all() and (inside <= np.array([input_hw[1], input_hw[0]] * 2) + 1e-9).all()
    assert np.allclose(placement.to_picture(inside), whole)
