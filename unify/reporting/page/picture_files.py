"""Pictures as a page holds them: small enough together, without what a file tells besides its pixels."""

from __future__ import annotations

import base64
import io
import math
import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

from PIL import Image, ImageOps

BUDGET = 3_200_000
"""Bytes for all pictures of a page; as base64 they take a third more."""

LEAST_SIDE, LEAST_BYTES = 160, 4_000
_QUALITY = 80
_BYTES_PER_PIXEL = 0.15  # of a JPEG at that quality, rather too little
_SHRINK = 0.8
_PLAIN_MODES = ("L", "RGB")


class Shown(NamedTuple):
    """A picture for the page: a JPEG as base64, and its size in pixels."""

    base64: str
    width: int
    height: int


def shown_pictures(ids: Sequence[str], pictures: Callable[[str], bytes], budget: int = BUDGET) -> dict[str, Shown]:
    """Every picture within its share of the budget, never under `LEAST_SIDE` pixels wide or high.

    Args:
        ids: of the pictures.
        pictures: gives the stored file of a picture.
        budget: bytes for all of them.
    """
    allowed = max(LEAST_BYTES, budget // max(1, len(ids)))
    return {each: shown_picture(pictures(each), allowed) for each in ids}


def shown_picture(stored: bytes, allowed: int) -> Shown:
    """A stored file, JPEG or PNG, as a JPEG of about ``allowed`` bytes at most.

    A browser would turn the pixels as EXIF says, boxes are in stored pixels, and a camera's notes are nobody's
    business: only a plain JPEG without such notes goes in as it is.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # it was compiled: somebody wants it
        picture = Image.open(io.BytesIO(stored))
        if len(stored) <= allowed and picture.format == "JPEG" and _is_plain(picture):
            return Shown(base64.b64encode(stored).decode(), *picture.size)
        side = _first_side(picture.size, allowed)
        picture.draft("RGB", (side, side))
        picture = _in_colour(picture)
    while True:
        smaller = ImageOps.contain(picture, (side, side)) if max(picture.size) > side else picture
        encoded = io.BytesIO()
        smaller.save(encoded, "JPEG", quality=_QUALITY)
        if encoded.tell() <= allowed or side <= LEAST_SIDE:
            return Shown(base64.b64encode(encoded.getvalue()).decode(), *smaller.size)
        side = max(LEAST_SIDE, int(min(side, max(smaller.size)) * _SHRINK))


def _is_plain(picture: Image.Image) -> bool:
    notes = {"exif", "xmp", "photoshop", "comment"} & picture.info.keys()
    return picture.mode in _PLAIN_MODES and not notes


def _first_side(size: tuple[int, int], allowed: int) -> int:
    """Longer side of a picture that may well fit."""
    width, height = size
    factor = min(1.0, math.sqrt(allowed / (_BYTES_PER_PIXEL * width * height)))
    return max(LEAST_SIDE, math.ceil(max(size) * factor))


def _in_colour(picture: Image.Image) -> Image.Image:
    """As a detector sees it: 8 bits, three channels, without transparency."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture.convert("RGB")
