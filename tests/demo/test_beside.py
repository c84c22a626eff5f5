"""A scene beside itself: who drew a box, and how much it counts, can be seen."""

from __future__ import annotations

import numpy as np
from PIL import Image

from unify.demo.beside import MACHINE, NOBODY, PERSON, Box, View, draw_beside
from unify.demo.marks import draw_dashed_box, draw_dotted_box, draw_solid_box, draw_weight

RED = (255, 0, 0)
BOX = np.array([20.0, 40.0, 100.0, 90.0])
GRAY = np.full((120, 480, 3), 128, np.uint8)


def changed(draw, *arguments: object) -> np.ndarray:
    """float [120, 480]; how far each pixel is from the gray it was."""
    picture = Image.fromarray(GRAY)
    draw(picture, *arguments)
    return np.abs(np.asarray(picture).astype(float) - 128).max(axis=2)


def rows_of(change: np.ndarray) -> tuple[int, int]:
    """The first and the last row that are not what they were."""
    rows = np.nonzero(change)[0]
    return int(rows.min()), int(rows.max())


def test_solid_has_no_gap_and_dashed_has_some():
    solid, dashed = changed(draw_solid_box, BOX, RED, 1.0), changed(draw_dashed_box, BOX, RED, 1.0, 1.0)
    assert (solid[40, 20:101] > 0).all()
    top = dashed[40, 20:101] > 0
    assert top[:6].all() and top[-6:].all() and 0.5 < top.mean() < 0.9


def test_the_less_a_box_counts_the_fainter_it_is_but_it_is_seen():
    full, half, none = (changed(draw_dashed_box, BOX, RED, weight, 1.0).max() for weight in (1.0, 0.5, 0.0))
    assert full > 1.5 * half > 1.5 * none > 20


def test_a_box_too_short_for_a_gap_is_drawn_through():
    small = np.array([20.0, 40.0, 26.0, 50.0])
    assert (changed(draw_dashed_box, small, RED, 1.0, 1.0)[40, 20:27] > 0).all()


def test_a_dotted_box_has_no_colour_of_a_class():
    picture = Image.fromarray(GRAY)
    draw_dotted_box(picture, BOX, 1.0)
    pixels = np.asarray(picture).astype(int)
    assert np.ptp(pixels, axis=2).max() < 20 < (pixels != GRAY).sum()


def test_weights_are_written_where_there_is_room_and_never_over_each_other():
    taken: list = []
    first, second, third = (changed(draw_weight, BOX, RED, 0.5, 1.0, taken) for _ in range(3))
    assert rows_of(first) == (27, 40), "above its box"
    assert rows_of(second) == (91, 104), "below, where above is taken"
    assert not third.any() and len(taken) == 2
    at_the_top = np.array([470.0, 2.0, 479.0, 30.0])
    assert rows_of(changed(draw_weight, at_the_top, RED, 0.5, 1.0, [])) == (31, 44), "inside the picture"


def test_the_sheet_holds_every_view_and_a_legend():
    picture = np.full((120, 480, 3), 128, np.uint8)
    views = [
        View("partial", "", [Box(BOX, "car", PERSON), Box(BOX + 120, "cone", NOBODY)]),
        View("soft", "", [Box(BOX, "car", MACHINE, 0.5)], weighted=True),
        View("truth", "", []),
    ]
    sheet = draw_beside(picture, views, {"car": RED, "cone": (0, 0, 255)})
    assert sheet.width > 2 * 480 and sheet.height > 2 * 120 + 30
    without = draw_beside(picture, [View(view.title, "", []) for view in views], {"car": RED, "cone": (0, 0, 255)})
    rows, columns = np.nonzero((np.asarray(sheet) != np.asarray(without)).any(axis=2))
    assert columns.min() < 480 < columns.max() and rows.max() < sheet.height / 2, "the truth is as it was"
