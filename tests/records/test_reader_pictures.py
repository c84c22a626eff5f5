"""Pixels against Pillow's, and boxes against coloured rectangles found again after a resize."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.records.scenes import encode, noise, rectangle
from tests.records.tables import BoxRow, ExampleRow, write_dataset
from tests.records.tensorflow import needs_tensorflow
from unify.core.types import PictureFormat
from unify.records.reader import load

PICTURES = {
    "jpeg": (encode(noise(1, 21, 35), "JPEG", quality=90), PictureFormat.JPEG),
    "gray jpeg": (encode(noise(2)[:, :, 0], "JPEG"), PictureFormat.JPEG),
    "progressive jpeg": (encode(noise(3), "JPEG", progressive=True), PictureFormat.JPEG),
    "png": (encode(noise(4)), PictureFormat.PNG),
    "gray png": (encode(noise(5)[:, :, 0]), PictureFormat.PNG),
    "webp": (encode(noise(6), "WEBP", lossless=True), PictureFormat.OTHER),
}


def palette_png():
    out = io.BytesIO()
    Image.fromarray(noise(7)).quantize(16).save(out, "PNG")
    return out.getvalue()


def write(tmp_path, *rows):
    write_dataset(tmp_path / "dataset", tmp_path / "pictures", {"train": [rows]})
    return tmp_path / "dataset"


@needs_tensorflow
def test_pixels_are_those_pillow_decodes(tmp_path):
    pictures = {**PICTURES, "palette png": (palette_png(), PictureFormat.PNG)}
    rows = [
        ExampleRow(data, name, image_hw=Image.open(io.BytesIO(data)).size[::-1], format=picture_format)
        for name, (data, picture_format) in pictures.items()
    ]
    for element in load(write(tmp_path, *rows)).as_numpy_iterator():
        data, _ = pictures[element["filename"].decode()]
        expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        np.testing.assert_array_equal(element["image"], expected, err_msg=element["filename"].decode())


def found_again(image):
    """yxyx in pixels of what is red in a picture."""
    rows, columns = np.nonzero((image[:, :, 0] > 127) & (image[:, :, 1] < 57))
    return np.array([rows.min(), columns.min(), rows.max() + 1, columns.max() + 1])


SIZES = [(60, 90), (64, 64), (33, 200), (200, 33), (17, 19)]


@needs_tensorflow
@pytest.mark.parametrize("resize", ["stretch", "letterbox"])
@pytest.mark.parametrize("image_hw", [(96, 96), (40, 120)])
def test_a_resized_box_still_is_around_its_object(tmp_path, resize, image_hw):
    rng = np.random.default_rng(sum(image_hw))
    rows = []
    for height, width in SIZES * 4:
        top, left = rng.integers(0, height // 2), rng.integers(0, width // 2)
        bottom, right = rng.integers(top + height // 4, height + 1), rng.integers(left + width // 4, width + 1)
        xyxy = tuple(int(value) for value in (left, top, right, bottom))
        picture = encode(rectangle((height, width), xyxy))
        rows.append(
            ExampleRow(
                picture,
                f"{len(rows)}.png",
                image_hw=(height, width),
                format=PictureFormat.PNG,
                labeled={1: 1.0},
                boxes=[BoxRow(xyxy, 1)],
            )
        )
    (batch,) = load(write(tmp_path, *rows), batch_size=len(rows), image_hw=image_hw, resize=resize)
    for image, boxes in zip(batch["image"].numpy(), batch["boxes"].to_list()):
        assert image.shape == (*image_hw, 3)
        expected = np.array(boxes[0]) * [*image_hw, *image_hw]
        # Half a pixel of rounding, and half a source pixel of blur where the picture grows.
        np.testing.assert_allclose(found_again(image), expected, atol=1.0)


@needs_tensorflow
def test_a_letterbox_keeps_the_shape_and_pads_with_gray_below_or_right(tmp_path):
    white = np.full((30, 60, 3), 255, np.uint8)
    rows = [
        ExampleRow(encode(white), "wide.png", image_hw=(30, 60), format=PictureFormat.PNG),
        ExampleRow(encode(white.transpose(1, 0, 2)), "tall.png", image_hw=(60, 30), format=PictureFormat.PNG),
    ]
    wide, tall = load(write(tmp_path, *rows), image_hw=(20, 20), resize="letterbox").as_numpy_iterator()
    assert wide["content_hw"].tolist() == [10, 20]
    assert (wide["image"][:10] == 255).all()
    assert (wide["image"][10:] == 114).all()
    assert tall["content_hw"].tolist() == [20, 10]
    assert (tall["image"][:, :10] == 255).all()
    assert (tall["image"][:, 10:] == 114).all()
    assert wide["image_hw"].tolist() == [30, 60]


@needs_tensorflow
def test_a_letterbox_of_any_aspect_ratio_has_a_picture_in_it(tmp_path):
    expected = {(1, 1000): (1, 48), (1000, 1): (64, 1), (999, 1000): (48, 48), (3, 7): (21, 48), (4, 3): (64, 48)}
    rows = [
        ExampleRow(encode(np.zeros((*hw, 3), np.uint8)), f"{hw}.png", image_hw=hw, format=PictureFormat.PNG)
        for hw in expected
    ]
    for element in load(write(tmp_path, *rows), image_hw=(64, 48), resize="letterbox").as_numpy_iterator():
        height, width = element["content_hw"].tolist()
        assert (height, width) == expected[tuple(element["image_hw"].tolist())]
        assert (element["image"][:height, :width] == 0).all()
        assert (element["image"] == 114).sum() == (64 * 48 - height * width) * 3


@needs_tensorflow
def test_shrinking_is_antialiased(tmp_path):
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::4] = 255
    rows = [ExampleRow(encode(stripes), "a.png", image_hw=(64, 64), format=PictureFormat.PNG)]
    (element,) = load(write(tmp_path, *rows), image_hw=(16, 16)).as_numpy_iterator()
    # A quarter is white. Without antialiasing each new pixel lies between two black columns and the stripes are gone.
    np.testing.assert_allclose(element["image"], 255 / 4, atol=20)
