"""Pictures that TensorFlow really decodes, for the tests of the reader and of export."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image


def encode(pixels: np.ndarray, file_format: str = "PNG", **options) -> bytes:
    """A picture file of uint8 [H, W] or [H, W, 3]."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, file_format, **options)
    return out.getvalue()


def noise(seed: int, height: int = 24, width: int = 32) -> np.ndarray:
    """uint8 [H, W, 3], another for each seed."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def rectangle(image_hw: tuple[int, int], xyxy: tuple[int, int, int, int]) -> np.ndarray:
    """uint8 [H, W, 3]: black with a red rectangle."""
    pixels = np.zeros((*image_hw, 3), np.uint8)
    left, top, right, bottom = xyxy
    pixels[top:bottom, left:right, 0] = 255
    return pixels
