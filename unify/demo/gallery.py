"""Pictures of labels: boxes on a picture, and beside it what is known of every class there.

The panel exists to show at a glance that "nobody looked" is another thing than "looked, and there is none".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from unify.demo.geometry import Colour

Truth = tuple[np.ndarray, Sequence[str]]

CLASS_COLOURS: tuple[Colour, ...] = (
    (37, 121, 232), (240, 140, 20), (142, 68, 200), (214, 44, 90), (14, 160, 130), (190, 150, 0), (236, 84, 32),
    (80, 96, 180), (110, 140, 40), (190, 70, 160),
)  # fmt: skip
_PAPER, _INK, _SOFT_INK, _RULE = (255, 255, 255), (28, 34, 44), (104, 112, 124), (222, 226, 232)
_KNOWN, _PARTLY, _UNKNOWN = (22, 138, 82), (196, 126, 0), (120, 126, 136)
_UNKNOWN_PAPER, _HATCH = (243, 244, 246), (228, 231, 235)
_SHEET = (232, 235, 240)


def draw_example(
    picture: np.ndarray,
    boxes_xyxy: np.ndarray,
    class_names: Sequence[str],
    states: Mapping[str, str],
    *,
    truth: Truth | None = None,
    caption: str = "",
) -> Image.Image:
    """The picture with its boxes, and a panel with the state of every class.

    Args:
        picture: uint8 [H, W, 3]; RGB. Small ones are enlarged by a whole number until text can be read on them.
        boxes_xyxy: float [N, 4]; pixels of ``picture``.
        class_names: N names, each a key of ``states``.
        states: class -> ``labeled``, ``incomplete`` or ``unknown``, in the order of the panel.
        truth: all objects that really are there, boxes float [M, 4] and M names, where that is known: those of
            classes not fully labeled that have no box get a faint dotted outline.
        caption: headline of the panel, say the batch the picture comes from.

    Returns:
        An RGB picture, wider than ``picture`` by the panel.
    """
    factor = max(1, -(-480 // picture.shape[1]))
    boxes = np.asarray(boxes_xyxy, dtype=np.float64).reshape(-1, 4)
    shown = Image.fromarray(picture).resize((picture.shape[1] * factor, picture.shape[0] * factor))
    colours = {name: CLASS_COLOURS[k % len(CLASS_COLOURS)] for k, name in enumerate(states)}
    unit = max(1.0, shown.height / 360)
    draw = ImageDraw.Draw(shown)
    if truth is not None:
        for box in _unboxed(boxes, class_names, states, truth):
            _dotted_box(draw, box * factor, unit)
    _draw_boxes(draw, boxes * factor, class_names, colours, unit, shown.size)
    panel = _panel(states, Counter(class_names), colours, caption, unit, shown.height, dotted=truth is not None)
    result = Image.new("RGB", (shown.width + panel.width, panel.height), _PAPER)
    result.paste(shown, (0, 0))
    result.paste(panel, (shown.width, 0))
    return result


def contact_sheet(examples: Sequence[Image.Image], columns: int = 1) -> Image.Image:
    """Examples side by side with margins between them, ``columns`` in a row."""
    margin = 14
    width, height = max(example.width for example in examples), max(example.height for example in examples)
    rows = -(-len(examples) // columns)
    sheet = Image.new("RGB", (columns * (width + margin) + margin, rows * (height + margin) + margin), _SHEET)
    for k, example in enumerate(examples):
        sheet.paste(example, (margin + k % columns * (width + margin), margin + k // columns * (height + margin)))
    return sheet


def _unboxed(boxes: np.ndarray, class_names: Sequence[str], states: Mapping[str, str], truth: Truth) -> list:
    """True boxes of classes that nobody searched for exhaustively, less those somebody drew."""
    drawn = {(name, *np.round(box).tolist()) for name, box in zip(class_names, boxes)}
    true_boxes = np.asarray(truth[0], dtype=np.float64).reshape(-1, 4)
    return [
        box
        for name, box in zip(truth[1], true_boxes)
        if states.get(name, "unknown") != "labeled" and (name, *np.round(box).tolist()) not in drawn
    ]


def _dotted_box(draw: ImageDraw.ImageDraw, box: np.ndarray, unit: float) -> None:
    """A dotted outline and a question mark: there is something here, and nobody looked."""
    x1, y1, x2, y2 = box.tolist()
    size, gap = 1.3 * unit, 4.5 * unit
    xs, ys = np.arange(x1, x2 + 1, gap), np.arange(y1, y2 + 1, gap)
    dots = [(x, y) for x in xs for y in (y1, y2)] + [(x, y) for y in ys for x in (x1, x2)]
    for shift, colour in ((unit, (40, 44, 52)), (0.0, (255, 255, 255))):
        for x, y in dots:
            draw.rectangle(
                (x + shift - size / 2, y + shift - size / 2, x + shift + size / 2, y + shift + size / 2), colour
            )
    draw.text(
        ((x1 + x2) / 2, y1 - 2 * unit), "?", (255, 255, 255), _font(13 * unit), "mb", stroke_width=2, stroke_fill=_INK
    )


def _draw_boxes(
    draw: ImageDraw.ImageDraw,
    boxes: np.ndarray,
    class_names: Sequence[str],
    colours: Mapping[str, Colour],
    unit: float,
    size_wh: tuple[int, int],
) -> None:
    """Outlines first, then tags, so that no line crosses a word."""
    stroke = round(2 * unit)
    for box, name in zip(boxes, class_names):
        x1, y1, x2, y2 = box.tolist()
        draw.rectangle((x1 - 1, y1 - 1, max(x1, x2), max(y1, y2)), outline=colours[name], width=stroke)
    placed: list[tuple[float, float, float, float]] = []
    for box, name in zip(boxes, class_names):
        _draw_tag(draw, box, name, colours[name], unit, size_wh, placed)


def _draw_tag(draw, box: np.ndarray, name: str, colour: Colour, unit: float, size_wh, placed: list) -> None:
    """The class name above its box, or below or inside where another name is in the way; left out if all are taken."""
    font = _font(11 * unit)
    width, height = font.getlength(name) + 6 * unit, 15 * unit
    x1, y1, x2, y2 = box.tolist()
    left = min(max(0.0, x1 - 1), size_wh[0] - width)
    for x, y in ((left, y1 - height), (x2 - width, y1 - height), (left, y2), (left, y1), (left, y1 - 2 * height)):
        spot = (x, y, x + width, y + height)
        inside = x >= 0 and y >= 0 and y + height <= size_wh[1]
        if inside and not any(a[0] < spot[2] and spot[0] < a[2] and a[1] < spot[3] and spot[1] < a[3] for a in placed):
            draw.rectangle(spot, fill=colour)
            draw.text((x + 3 * unit, y + height / 2), name, (255, 255, 255), font, "lm")
            placed.append(spot)
            return


def _panel(
    states: Mapping[str, str],
    counts: Mapping[str, int],
    colours: Mapping[str, Colour],
    caption: str,
    unit: float,
    least_height: int,
    dotted: bool,
) -> Image.Image:
    """The list of classes; at least as high as the picture."""
    row, head, foot = 38 * unit, 46 * unit, 42 * unit
    names = _font(14 * unit)
    width = max(280 * unit, 195 * unit + max((names.getlength(name) for name in states), default=0.0))
    panel = Image.new("RGB", (round(width), max(least_height, round(head + row * len(states) + foot))), _PAPER)
    draw = ImageDraw.Draw(panel)
    left = 16 * unit
    draw.text((left, 24 * unit), caption or "What is known here", _INK, _font(16 * unit), "lm")
    pitch = min(row * 1.1, (panel.height - head - foot) / max(1, len(states)))
    for k, (name, state) in enumerate(states.items()):
        top = head + k * pitch
        area = (left - 8 * unit, top + 2 * unit, width - 8 * unit, top + pitch - 2 * unit)
        _draw_row(panel, area, name, state, counts.get(name, 0), colours[name], unit)
    note = "dotted: really there, but nobody looked" if dotted else "no box + unknown is not absent"
    draw.line((left, panel.height - foot + 8 * unit, width - left, panel.height - foot + 8 * unit), _RULE, round(unit))
    draw.text((left, panel.height - foot / 2 + 4 * unit), note, _SOFT_INK, _font(12 * unit), "lm")
    return panel


def _draw_row(panel: Image.Image, area, name: str, state: str, count: int, colour: Colour, unit: float) -> None:
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
    draw.text((x1 + 32 * unit, middle), name, _SOFT_INK if unknown else _INK, _font(14 * unit), "lm")
    ink, text, mark = _verdict(state, count)
    draw.text((x2 - 28 * unit, middle), text, ink, _font(13 * unit), "rm")
    mark(draw, x2 - 14 * unit, middle, unit, ink)


def _verdict(state: str, count: int):
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
    draw.text((x, y), "?", ink, _font(12 * unit), "mm")


def _hatch(panel: Image.Image, area, unit: float) -> None:
    """Slanting lines: the usual sign for a region without data."""
    left, top, right, bottom = (round(edge) for edge in area)
    tile = Image.new("RGB", (right - left, bottom - top), _UNKNOWN_PAPER)
    draw = ImageDraw.Draw(tile)
    for x in range(-tile.height, tile.width, round(9 * unit)):
        draw.line((x, tile.height, x + tile.height, 0), _HATCH, round(2 * unit))
    panel.paste(tile, (left, top))


@lru_cache(maxsize=16)
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)
