"""Boxes with their names on a picture, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]

CLASS_COLOURS: tuple[Colour, ...] = (
    (37, 121, 232), (240, 140, 20), (142, 68, 200), (214, 44, 90), (14, 160, 130), (190, 150, 0), (236, 84, 32),
    (80, 96, 180), (110, 140, 40), (190, 70, 160),
)  # fmt: skip

_LEAST_WIDTH = 480  # pixels: narrower pictures have no room for a name


def enlarge(picture: np.ndarray) -> tuple[Image.Image, int]:
    """uint8 [H, W, 3] RGB, made larger by a whole number until text can be read on it; and that number."""
    factor = max(1, -(-_LEAST_WIDTH // picture.shape[1]))
    return Image.fromarray(picture).resize((picture.shape[1] * factor, picture.shape[0] * factor)), factor


def unit_of(picture: Image.Image) -> float:
    """Pixels per design unit: letters are 11 units high."""
    return max(1.0, picture.height / 360)


def draw_boxes(picture: Image.Image, boxes_xyxy: np.ndarray, tags: Sequence[str], colours: Sequence[Colour]) -> None:
    """Outlines first, then tags, so that no line crosses a word.

    Args:
        picture: RGB; drawn upon.
        boxes_xyxy: float [N, 4]; pixels of ``picture``.
        tags: N texts; one is left out where others take all places for it.
        colours: N colours.
    """
    draw, unit = ImageDraw.Draw(picture), unit_of(picture)
    stroke = round(2 * unit)
    for box, colour in zip(boxes_xyxy, colours):
        x1, y1, x2, y2 = box.tolist()
        draw.rectangle((x1 - 1, y1 - 1, max(x1, x2), max(y1, y2)), outline=colour, width=stroke)
    placed: list[tuple[float, float, float, float]] = []
    for box, tag, colour in zip(boxes_xyxy, tags, colours):
        _draw_tag(draw, box, tag, colour, unit, picture.size, placed)


def _draw_tag(
    draw: ImageDraw.ImageDraw,
    box: np.ndarray,
    tag: str,
    colour: Colour,
    unit: float,
    size_wh: tuple[int, int],
    placed: list[tuple[float, float, float, float]],
) -> None:
    """Above its box, or below or inside where another tag is in the way."""
    letters = font(11 * unit)
    width, height = letters.getlength(tag) + 6 * unit, 15 * unit
    x1, y1, x2, y2 = box.tolist()
    left = min(max(0.0, x1 - 1), size_wh[0] - width)
    for x, y in ((left, y1 - height), (x2 - width, y1 - height), (left, y2), (left, y1), (left, y1 - 2 * height)):
        spot = (x, y, x + width, y + height)
        inside = x >= 0 and y >= 0 and y + height <= size_wh[1]
        if inside and not any(a[0] < spot[2] and spot[0] < a[2] and a[1] < spot[3] and spot[1] < a[3] for a in placed):
            draw.rectangle(spot, fill=colour)
            draw.text((x + 3 * unit, y + height / 2), tag, (255, 255, 255), letters, "lm")
            placed.append(spot)
            return


@lru_cache(maxsize=16)
def font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The typeface that comes with Pillow, ``size`` pixels high."""
    return ImageFont.load_default(size=size)
