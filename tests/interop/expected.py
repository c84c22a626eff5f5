"""What a reader of the scene has to find, worked out from the scene alone."""

from __future__ import annotations

import hashlib
import io

import numpy as np
from PIL import Image

from tests.interop.scene import BY_NAME, SPLIT_OF, Picture, encoded

ROUNDING = 1e-4  # pixels; boxes travel as float32 fractions
JPEG_TOLERANCE = 3  # levels of 255; decoders round the colour transform differently


def source_id(picture: Picture) -> str:
    """The first eight bytes of the file's sha256, less the lowest bit."""
    return str(int.from_bytes(hashlib.sha256(encoded(picture)).digest()[:8], "big") >> 1)


def by_source_id(split: str) -> dict[str, Picture]:
    """The split's pictures under their ids."""
    return {source_id(picture): picture for name, picture in BY_NAME.items() if SPLIT_OF[name] == split}


def boxes_xyxy(picture: Picture) -> np.ndarray:
    return np.array([box.xyxy for box in picture.boxes]).reshape(-1, 4)


def assert_same_pixels(got: object, picture: Picture) -> None:
    """RGB as Pillow decodes the registered file: exactly, or for JPEG to a few levels."""
    expected = np.asarray(Image.open(io.BytesIO(encoded(picture))).convert("RGB"), np.int16)
    got = np.asarray(got, np.int16)
    assert got.shape == expected.shape, picture.name
    tolerance = JPEG_TOLERANCE if picture.name.endswith(".jpg") else 0
    assert np.abs(got - expected).max() <= tolerance, picture.name


def assert_same_boxes(got_xyxy: object, picture: Picture) -> None:
    got = np.asarray(got_xyxy, float).reshape(-1, 4)
    np.testing.assert_allclose(got, boxes_xyxy(picture), atol=ROUNDING, err_msg=picture.name)
