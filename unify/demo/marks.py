"""Outlines that say who drew a box: solid a person, dashed a machine, dotted nobody."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from PIL import Image, ImageDraw

from unify.drawing import Colour, font

Spot = tuple[float, float, float, float]
"""Left, top, right and bottom, pixels."""

_DARK = (32, 36, 44)
_FAINTEST = 0.18  # of a weight of 0: such a box is still on the picture
_DASH, _GAP = 6.0, 3.0


def draw_solid_box(picture: Image.Image, box: np.ndarray, colour: Colour, unit: float) -> None:
    """A box that a person drew, float [4] xyxy."""
    ImageDraw.Draw(picture).rectangle(tuple(box.tolist()), outline=colour, width=round(2 * unit))


def draw_dotted_box(picture: Image.Image, box: np.ndarray, unit: float) -> None:
    """A dotted outline and a question mark: there is something here, and nobody looked."""
    draw = ImageDraw.Draw(picture)
    x1, y1, x2, y2 = box.tolist()
    size, gap = 1.3 * unit, 4.5 * unit
    xs, ys = np.arange(x1, x2 + 1, gap), np.arange(y1, y2 + 1, gap)
    dots = [(x, y) for x in xs for y in (y1, y2)] + [(x, y) for y in ys for x in (x1, x2)]
    for shift, colour in ((unit, _DARK), (0.0, (255, 255, 255))):
        for x, y in dots:
            low, high = shift - size / 2, shift + size / 2
            draw.rectangle((x + low, y + low, x + high, y + high), colour)
    above = ((x1 + x2) / 2, y1 - 2 * unit)
    draw.text(above, "?", (255, 255, 255), font(13 * unit), "mb", stroke_width=2, stroke_fill=_DARK)


def draw_dashed_box(picture: Image.Image, box: np.ndarray, colour: Colour, weight: float, unit: float) -> None:
    """A box that a machine drew, float [4] xyxy; the less its weight, in 0..1, the fainter."""
    layer = Image.new("RGBA", picture.size, (*colour, 0))
    draw = ImageDraw.Draw(layer)
    for line in _dashes(box, unit):
        draw.line(line, (*colour, _opacity(weight)), round(2.2 * unit))
    picture.paste(layer, (0, 0), layer)


def draw_weight(
    picture: Image.Image, box: np.ndarray, colour: Colour, weight: float, unit: float, taken: list[Spot]
) -> None:
    """The weight as a number above or below its box; left out where others take both places. ``taken`` grows."""
    text, letters = f"{weight:.2f}", font(11 * unit)
    width, height = letters.getlength(text) + 5 * unit, 13 * unit
    x = min(max(0.0, float(box[0]) - unit), picture.width - width)
    for y in (float(box[1]) - height, float(box[3]) + unit):
        spot = (x, y, x + width, y + height)
        if 0 <= y <= picture.height - height and not any(map(partial(_overlap, spot), taken)):
            layer = Image.new("RGBA", picture.size, (*colour, 0))
            draw = ImageDraw.Draw(layer)
            draw.rectangle(spot, (*colour, _opacity(weight)))
            draw.text((x + width / 2, y + height / 2), text, (255, 255, 255, 255), letters, "mm")
            picture.paste(layer, (0, 0), layer)
            taken.append(spot)
            return


def _overlap(a: Spot, b: Spot) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _opacity(weight: float) -> int:
    return round(255 * (_FAINTEST + (1 - _FAINTEST) * weight))


def _dashes(box: np.ndarray, unit: float) -> Iterator[tuple[float, float, float, float]]:
    """Pieces of the outline, a dash on each corner."""
    x1, y1, x2, y2 = box.tolist()
    for low, high in _pieces(x1, x2, unit):
        yield from ((low, y, high, y) for y in (y1, y2))
    for low, high in _pieces(y1, y2, unit):
        yield from ((x, low, x, high) for x in (x1, x2))


def _pieces(start: float, stop: float, unit: float) -> Iterator[tuple[float, float]]:
    """Dashes from ``start`` to ``stop``, so stretched that one ends at either end."""
    length = stop - start
    gaps = max(1, round((length - _DASH * unit) / ((_DASH + _GAP) * unit)))
    pitch = (length - _DASH * unit) / gaps
    if pitch <= _DASH * unit:  # too short for a gap
        yield start, stop
        return
    yield from ((start + k * pitch, start + k * pitch + _DASH * unit) for k in range(gaps + 1))
