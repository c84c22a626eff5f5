"""One scene as each method leaves it, beside each other, and as it really is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from unify.demo.gallery import SHEET, contact_sheet
from unify.demo.marks import Spot, draw_dashed_box, draw_dotted_box, draw_solid_box, draw_weight
from unify.drawing import Colour, enlarge, font, unit_of

PERSON, MACHINE, NOBODY = "person", "machine", "nobody"

_INK, _SOFT_INK = (28, 34, 44), (92, 100, 112)


class Box(NamedTuple):
    """A box on one view.

    Attributes:
        xyxy: float [4]; pixels of the picture.
        class_name: its class.
        drawn_by: ``PERSON``, ``MACHINE``, or ``NOBODY``: really there, but not in the dataset.
        weight: in 0..1; how much it counts.
    """

    xyxy: np.ndarray
    class_name: str
    drawn_by: str
    weight: float = 1.0


@dataclass(frozen=True)
class View:
    """The scene as one method leaves it.

    Attributes:
        title: a word.
        note: what is seen, in a short line.
        boxes: what the dataset holds, and perhaps what it does not.
        weighted: show the weights of machine boxes as numbers, too.
    """

    title: str
    note: str
    boxes: Sequence[Box]
    weighted: bool = False


def draw_beside(picture: np.ndarray, views: Sequence[View], colours: Mapping[str, Colour]) -> Image.Image:
    """The views of a scene, two in a row, and a legend.

    Args:
        picture: uint8 [H, W, 3]; RGB. A small one is enlarged until text can be read on it.
        views: all of the same scene.
        colours: class -> colour of its boxes.

    Returns:
        An RGB picture.
    """
    sheet = contact_sheet([_draw_view(picture, view, colours) for view in views], columns=2)
    unit = unit_of(enlarge(picture)[0])
    legend = _draw_legend(colours, sheet.width, unit)
    result = Image.new("RGB", (sheet.width, sheet.height + legend.height), SHEET)
    result.paste(sheet, (0, 0))
    result.paste(legend, (0, sheet.height))
    return result


def _draw_view(picture: np.ndarray, view: View, colours: Mapping[str, Colour]) -> Image.Image:
    shown, factor = enlarge(picture)
    unit = unit_of(shown)
    boxes = sorted(view.boxes, key=lambda box: box.weight)  # what counts most lies on top
    for box in boxes:
        place, colour = box.xyxy * factor, colours[box.class_name]
        if box.drawn_by == PERSON:
            draw_solid_box(shown, place, colour, unit)
        elif box.drawn_by == MACHINE:
            draw_dashed_box(shown, place, colour, box.weight, unit)
        else:
            draw_dotted_box(shown, place, unit)
    taken: list[Spot] = []
    for box in reversed(boxes):
        if view.weighted and box.drawn_by == MACHINE:
            draw_weight(shown, box.xyxy * factor, colours[box.class_name], box.weight, unit, taken)
    return _with_head(shown, view, unit)


def _with_head(shown: Image.Image, view: View, unit: float) -> Image.Image:
    head = round(40 * unit)
    whole = Image.new("RGB", (shown.width, shown.height + head), (255, 255, 255))
    whole.paste(shown, (0, head))
    draw, title = ImageDraw.Draw(whole), font(20 * unit)
    left = 10 * unit
    draw.text((left, head / 2), view.title, _INK, title, "lm")
    draw.text((left + title.getlength(view.title) + 14 * unit, head / 2), view.note, _SOFT_INK, font(15 * unit), "lm")
    return whole


def _draw_legend(colours: Mapping[str, Colour], width: int, unit: float) -> Image.Image:
    legend = Image.new("RGB", (width, round(38 * unit)), SHEET)
    draw, letters, middle, x = ImageDraw.Draw(legend), font(15 * unit), 12 * unit, 24 * unit
    for name, colour in colours.items():
        draw.rectangle((x, middle - 6 * unit, x + 12 * unit, middle + 6 * unit), fill=colour)
        draw.text((x + 18 * unit, middle), name, _INK, letters, "lm")
        x += letters.getlength(name) + 38 * unit
    told = "solid: a person drew it    dashed: a machine did, the fainter the less it counts"
    draw.text((width - 24 * unit, middle), told, _SOFT_INK, letters, "rm")
    return legend
