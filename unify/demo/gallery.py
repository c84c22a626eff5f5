"""Pictures of labels: boxes on a picture, and beside it what is known of every class there.

The panel exists to show at a glance that "nobody looked" is another thing than "looked, and there is none".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from unify.demo.marks import draw_dotted_box
from unify.demo.panel import draw_panel
from unify.drawing import CLASS_COLOURS, draw_boxes, enlarge, unit_of

Truth = tuple[np.ndarray, Sequence[str]]

SHEET = (232, 235, 240)


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
    boxes = np.asarray(boxes_xyxy, dtype=np.float64).reshape(-1, 4)
    shown, factor = enlarge(picture)
    colours = {name: CLASS_COLOURS[k % len(CLASS_COLOURS)] for k, name in enumerate(states)}
    unit = unit_of(shown)
    if truth is not None:
        for box in _unboxed(boxes, class_names, states, truth):
            draw_dotted_box(shown, box * factor, unit)
    draw_boxes(shown, boxes * factor, class_names, [colours[name] for name in class_names])
    panel = draw_panel(states, Counter(class_names), colours, caption, unit, shown.height, dotted=truth is not None)
    result = Image.new("RGB", (shown.width + panel.width, panel.height), (255, 255, 255))
    result.paste(shown, (0, 0))
    result.paste(panel, (shown.width, 0))
    return result


def contact_sheet(examples: Sequence[Image.Image], columns: int = 1) -> Image.Image:
    """Examples side by side with margins between them, ``columns`` in a row."""
    margin = 14
    width, height = max(example.width for example in examples), max(example.height for example in examples)
    rows = -(-len(examples) // columns)
    sheet = Image.new("RGB", (columns * (width + margin) + margin, rows * (height + margin) + margin), SHEET)
    for k, example in enumerate(examples):
        sheet.paste(example, (margin + k % columns * (width + margin), margin + k // columns * (height + margin)))
    return sheet


def _unboxed(
    boxes: np.ndarray, class_names: Sequence[str], states: Mapping[str, str], truth: Truth
) -> list[np.ndarray]:
    """True boxes of classes that nobody searched for exhaustively, less those somebody drew, to a pixel."""

    def drawn(name: str, box: np.ndarray) -> bool:
        return any(name == other and np.abs(box - place).max() < 1 for other, place in zip(class_names, boxes))

    true_boxes = np.asarray(truth[0], dtype=np.float64).reshape(-1, 4)
    searched = {name for name, state in states.items() if state == "labeled"}
    return [box for name, box in zip(truth[1], true_boxes) if name not in searched and not drawn(name, box)]
