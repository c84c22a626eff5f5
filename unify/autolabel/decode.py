"""Picture files to the pixels that auto-labelers look at: the same that TensorFlow decodes when a dataset is read."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import numpy as np

from unify.errors import PictureError, Problem

if TYPE_CHECKING:
    from PIL.Image import Image


def decode_picture(data: bytes, path: str) -> np.ndarray:
    """Stored pixels, EXIF orientation ignored, alpha dropped, gray in three channels.

    Args:
        data: the file's bytes.
        path: its name, for messages.

    Returns:
        uint8 [H, W, 3], RGB.

    Raises:
        PictureError: the file is damaged or no picture, or its pixels have no 8-bit meaning.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data)) as picture:
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata and of large pictures
            return np.array(_rgb(picture))
    except Exception as error:  # Pillow's decoders raise whatever their parsers meet
        fix = "put the file that was registered back, or leave it out"
        raise PictureError(Problem(path, "picture cannot be decoded", got=str(error), fix=fix)) from error


def _rgb(picture: Image) -> Image:
    from PIL import Image

    if picture.mode.startswith("I;16"):  # Pillow's own conversion clips at 255
        high_bytes = (np.asarray(picture, np.uint16) >> 8).astype(np.uint8)
        return Image.fromarray(high_bytes).convert("RGB")
    if picture.mode in ("I", "F"):
        raise ValueError(f"pixels of mode {picture.mode} have no 8-bit meaning")
    return picture if picture.mode == "RGB" else picture.convert("RGB")  # which would copy
