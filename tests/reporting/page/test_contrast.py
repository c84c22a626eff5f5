"""Text and marks can be told from what lies behind them, in both themes: WCAG 2.2, level AA."""

from __future__ import annotations

import re
from itertools import product

import pytest

from unify.drawing import CLASS_COLOURS
from unify.reporting.page.contrast import BLACK, WHITE, contrast, ink_on
from unify.reporting.page.environment import styles

TEXT, MARK = 4.5, 3.0
# What stands on what: everywhere text is, and the colours that cells of the coverage matrix have under their numbers.
TEXTS = [
    *product(("ink", "soft", "accent"), ("paper", "surface", "raised")),
    *product(("bad-edge", "good"), ("paper", "surface")),
    ("ink", "warn-paper"),
    *((f"on-{state}", state) for state in ("human", "incomplete", "machine", "assumed", "unknown")),
]
MARKS = [
    *product(("human", "machine", "assumed", "easy", "medium", "hard-picture"), ("paper", "surface")),
    *product(("naive", "partial", "hard", "soft-method", "full"), ("paper", "raised")),
    ("warn-edge", "warn-paper"),
    ("bad-edge", "warn-paper"),
]


def themes() -> dict[str, dict[str, tuple[int, ...]]]:
    """Theme -> name of a colour -> red, green, blue."""
    blocks = re.findall(r":root \{(.*?)\n\s*\}", styles(), re.DOTALL)
    found = [dict(re.findall(r"--([\w-]+): #(\w{6})", block)) for block in blocks]
    named = {"light": found[0], "dark": {**found[0], **found[1]}}
    return {
        theme: {name: tuple(bytes.fromhex(digits)) for name, digits in colours.items()}
        for theme, colours in named.items()
    }


def test_known_contrasts():
    assert contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast(WHITE, WHITE) == 1
    assert contrast((119, 119, 119), WHITE) == pytest.approx(4.48, abs=0.005)  # the grey that just fails


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_is_read_on_every_ground(theme: str):
    colours = themes()[theme]
    weak = {f"{ink} on {ground}": round(contrast(colours[ink], colours[ground]), 2) for ink, ground in TEXTS}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < TEXT} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_mark_of_a_plot_is_seen(theme: str):
    colours = themes()[theme]
    weak = {f"{mark} on {ground}": round(contrast(colours[mark], colours[ground]), 2) for mark, ground in MARKS}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < MARK} == {}


def test_names_of_boxes_are_read_on_the_colour_of_every_class():
    assert min(contrast(ink_on(colour), colour) for colour in CLASS_COLOURS) >= TEXT
