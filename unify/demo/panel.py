"""The panel beside a picture: every class with its state, so drawn that unknown never looks like absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PIL import Image, ImageDraw

from unify.drawing import Colour, font

_Area = tuple[float, float, float, float]
_Mark = Callable[[ImageDraw.ImageDraw, float, float, float, Colour], None]

_PAPER, _INK, _SOFT_INK, _RULE = (255, 255, 255), (28, 34, 44), (104, 112, 124), (222, 226, 232)
_KNOWN, _PARTLY, _UNKNOWN = (22, 138, 82), (196, 126, 0), (120, 126, 136)
_UNKNOWN_PAPER, _HATCH = (243, 244, 246), (228, 231, 235)


def draw_panel(
    states: Mapping[str, str],
    counts: Mapping[str, int],
    colours: Mapping[str, Colour],
    caption: str,
    unit: float,
    least_height: int,
    dotted: bool,
) -> Image.Image:
    """The list of classes.

    Args:
        states: class -> ``labeled``, ``incomplete`` or ``unknown``, in the order of the list.
        counts: class -> its boxes on the picture; a class that is missing has none.
        colours: class -> the colour of its boxes.
        caption: headline.
        unit: pixels per design unit; letters are 12 to 16 units high.
        least_height: pixels; the panel is higher where the list needs it.
        dotted: whether the picture shows dotted boxes, to be explained at the foot.
    """
    row, head, foot = 38 * unit, 46 * unit, 42 * unit
    names = font(14 * unit)
    width = max(280 * unit, 195 * unit + max((names.getlength(name) for name in states), default=0.0))
    panel = Image.new("RGB", (round(width), max(least_height, round(head + row * len(states) + foot))), _PAPER)
    draw = ImageDraw.Draw(panel)
    left = 16 * unit
    draw.text((left, 24 * unit), caption or "What is known here", _INK, font(16 * unit), "lm")
    pitch = min(row * 1.1, (panel.height - head - foot) / max(1, len(states)))
    for k, (name, state) in enumerate(states.items()):
        top = head + k * pitch
        area = (left - 8 * unit, top + 2 * unit, width - 8 * unit, top + pitch - 2 * unit)
        _draw_row(panel, area, name, state, counts.get(name, 0), colours[name], unit)
    note = "dotted: really there, but nobody looked" if dotted else "where nobody looked, no box proves nothing"
    draw.line((left, panel.height - foot + 8 * unit, width - left, panel.height - foot + 8 * unit), _RULE, round(unit))
    draw.text((left, panel.height - foot / 2 + 4 * unit), note, _SOFT_INK, font(12 * unit), "lm")
    return panel


def _draw_row(panel: Image.Image, area: _Area, name: str, state: str, count: int, colour: Colour, unit: float) -> None:
    draw = ImageDraw.Draw(panel)
    x1, y1, x2, y2 = area
    middle = (y1 + y2) / 2
    unknown = state == "unknown"
    if unknown:
        _hatch(panel, area, unit)
    chip = (x1 + 8 * unit, middle - 7 * unit, x1 + 22 * unit, middle + 7 * unit)
    if unknown:
        draw.rectangle(chip, outline=_UNKNOWN, width=round(1.5 * unit))
    else:
        draw.rectangle(chip, fill=colour)
    draw.text((x1 + 32 * unit, middle), name, _SOFT_INK if unknown else _INK, font(14 * unit), "lm")
    ink, text, mark = _verdict(state, count)
    draw.text((x2 - 28 * unit, middle), text, ink, font(13 * unit), "rm")
    mark(draw, x2 - 14 * unit, middle, unit, ink)


def _verdict(state: str, count: int) -> tuple[Colour, str, _Mark]:
    """Colour, words and mark of a state."""
    boxes = f"{count} box" if count == 1 else f"{count} boxes"
    if state == "labeled":
        return _KNOWN, boxes if count else "0 = absent", _tick
    if state == "incomplete":
        return _PARTLY, f"{count}, maybe more", _half
    return _UNKNOWN, "nobody looked", _question


def _tick(draw: ImageDraw.ImageDraw, x: float, y: float, unit: float, ink: Colour) -> None:
    draw.ellipse((x - 8 * unit, y - 8 * unit, x + 8 * unit, y + 8 * unit), fill=ink)
    stroke = [(x - 4 * unit, y), (x - 1 * unit, y + 3.2 * unit), (x + 4 * unit, y - 3 * unit)]
    draw.line(stroke, (255, 255, 255), max(2, round(1.8 * unit)), joint="curve")


def _half(draw: ImageDraw.ImageDraw, x: float, y: float, unit: float, ink: Colour) -> None:
    circle = (x - 8 * unit, y - 8 * unit, x + 8 * unit, y + 8 * unit)
    draw.ellipse(circle, outline=ink, width=max(1, round(1.6 * unit)))
    draw.pieslice(circle, 90, 270, fill=ink)


def _question(draw: ImageDraw.ImageDraw, x: float, y: float, unit: float, ink: Colour) -> None:
    circle = (x - 8 * unit, y - 8 * unit, x + 8 * unit, y + 8 * unit)
    draw.ellipse(circle, outline=ink, width=max(1, round(1.6 * unit)))
    draw.text((x, y), "?", ink, font(12 * unit), "mm")


def _hatch(panel: Image.Image, area: _Area, unit: float) -> None:
    """Slanting lines: the usual sign for a region without data."""
    left, top, right, bottom = (round(edge) for edge in area)
    tile = Image.new("RGB", (right - left, bottom - top), _UNKNOWN_PAPER)
    draw = ImageDraw.Draw(tile)
    for x in range(-tile.height, tile.width, round(9 * unit)):
        draw.line((x, tile.height, x + tile.height, 0), _HATCH, round(2 * unit))
    panel.paste(tile, (left, top))
