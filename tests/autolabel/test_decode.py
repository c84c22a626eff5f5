from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests.workspaces import picture_bytes
from unify.autolabel.decode import decode_picture
from unify.errors import PictureError

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 9, 3), dtype=np.uint8)


def encoded(image: Image.Image, format: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def test_pixels_are_red_green_blue():
    assert np.array_equal(decode_picture(encoded(Image.fromarray(PIXELS)), "a.png"), PIXELS)


def test_orientation_is_ignored():
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = decode_picture(picture_bytes("street", exif=exif), "a.jpg")
    assert np.array_equal(turned, decode_picture(picture_bytes("street"), "a.jpg"))


def test_alpha_is_dropped_not_blended():
    rgba = np.dstack([PIXELS, np.zeros((6, 9), np.uint8)])
    assert np.array_equal(decode_picture(encoded(Image.fromarray(rgba)), "a.png"), PIXELS)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK"])
def test_pictures_of_any_mode_have_three_channels(mode: str):
    data = encoded(Image.fromarray(PIXELS).convert(mode), "TIFF" if mode == "CMYK" else "PNG")
    decoded = decode_picture(data, "a.png")
    assert decoded.shape == PIXELS.shape and decoded.dtype == np.uint8


def test_of_sixteen_bits_the_high_ones_count():
    deep = np.full((4, 5), 0x80FF, np.uint16)
    assert (decode_picture(encoded(Image.fromarray(deep)), "a.png") == 0x80).all()


def test_of_a_moving_picture_the_first_frame_counts():
    frames = [Image.fromarray(np.full_like(PIXELS, value)) for value in (10, 200)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert decode_picture(data, "a.gif").shape == PIXELS.shape and decode_picture(data, "a.gif").max() < 100


def test_a_picture_may_be_written_to():
    assert decode_picture(encoded(Image.fromarray(PIXELS)), "a.png").flags.writeable


@pytest.mark.parametrize(
    ("data", "got"),
    [
        (picture_bytes("street")[:-400], "image file is truncated"),
        (b"<html>404</html>", "cannot identify image file"),
        (b"", "cannot identify image file"),
        (encoded(Image.fromarray(np.zeros((4, 5), np.float32)), "TIFF"), "pixels of mode F have no 8-bit meaning"),
    ],
)
def test_a_damaged_picture_is_told(data: bytes, got: str):
    with pytest.raises(PictureError) as caught:
        decode_picture(data, "data/a.jpg")
    (problem,) = caught.value.problems
    assert (problem.where, problem.what) == ("data/a.jpg", "picture cannot be decoded") and got in problem.got


@pytest.mark.tensorflow
@pytest.mark.parametrize("options", [{"quality": 75}, {"quality": 95, "subsampling": 0}, {"progressive": True}])
def test_pixels_are_those_that_a_training_run_sees(options: dict):
    tf = pytest.importorskip("tensorflow", reason="needs the [train] extra")
    from unify.records.reader_pictures import decode_picture as decode_for_training

    smooth = Image.fromarray(PIXELS).resize((97, 61), Image.Resampling.BICUBIC)
    data = encoded(smooth, "JPEG", **options)
    assert np.array_equal(decode_picture(data, "a.jpg"), decode_for_training(tf.constant(data)).numpy())
