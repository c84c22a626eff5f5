"""Pictures as a page holds them."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from tests.reporting.page.content import picture_file
from unify.reporting.page.picture_files import LEAST_BYTES, LEAST_SIDE, Shown, shown_picture, shown_pictures


def opened(shown: Shown) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(shown.base64)))


def test_a_small_plain_jpeg_goes_in_as_it_is():
    stored = picture_file()
    assert base64.b64decode(shown_picture(stored, 10_000).base64) == stored


def test_a_large_one_is_shrunk_until_it_fits_and_keeps_its_shape():
    noise = np.random.default_rng(0).integers(0, 256, (600, 1200, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "JPEG")
    shown = shown_picture(file.getvalue(), 30_000)
    assert len(base64.b64decode(shown.base64)) <= 30_000
    assert shown.width == pytest.approx(2 * shown.height, abs=2) and shown.width > LEAST_SIDE
    assert opened(shown).size == (shown.width, shown.height)


def test_none_becomes_smaller_than_a_thumbnail():
    shown = shown_picture(picture_file(image_hw=(600, 800)), 100)
    assert (shown.width, shown.height) == (160, 120)


def test_a_cameras_notes_stay_out_and_pixels_stay_as_stored():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a secret place"  # turned by 90 degrees
    stored = picture_file(exif=exif)
    shown = shown_picture(stored, 10_000)
    assert (shown.width, shown.height) == (80, 60)
    assert not opened(shown).getexif() and b"secret" not in base64.b64decode(shown.base64)


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "LA", "1", "I;16"])
def test_every_kind_of_png_becomes_a_jpeg(mode: str):
    file = io.BytesIO()
    if mode == "I;16":
        Image.fromarray(np.full((60, 80), 40_000, np.uint16)).save(file, "PNG")
    else:
        Image.new("RGB", (80, 60), (200, 200, 200)).convert(mode).save(file, "PNG")
    picture = opened(shown_picture(file.getvalue(), 10_000))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (80, 60))
    assert 150 <= np.asarray(picture).mean() <= 210


def test_the_budget_is_shared():
    rng = np.random.default_rng(1)
    files = {}
    for name in "abcdefgh":
        file = io.BytesIO()
        Image.fromarray(rng.integers(0, 256, (400, 400, 3), np.uint8)).save(file, "JPEG")
        files[name] = file.getvalue()
    shown = shown_pictures(list(files), files.__getitem__, budget=8 * 20_000)
    assert all(LEAST_BYTES < len(base64.b64decode(each.base64)) <= 20_000 for each in shown.values())
