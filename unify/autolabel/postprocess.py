"""A model's tensors to one answer a picture, boxes in pixels of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from unify.autolabel.heads import HEADS, HeadAnswer, Outputs
from unify.autolabel.preprocess import Placement

if TYPE_CHECKING:
    from unify.autolabel.options import TensorOptions

# How this adapter's user mends what is off.
ADVICE = {
    "logits": "they look like logits: set 'activation: sigmoid', or softmax, in its options",
    "numbers": "set 'first_class' to the model's number of its first class, or name its classes in 'class_names'",
    "fractions": "set 'box_units: fractions' in its options",
    "beyond": "set 'box_units' to input_pixels or picture_pixels in its options",
    "yxyx": "turn yxyx and xyxy about in 'box_format' of its options",
    "sizes": "set 'box_format' to xywh or cxcywh in its options",
}


def read_outputs(
    outputs: Outputs, placements: Sequence[Placement], rows: int, num_classes: int, options: TensorOptions
) -> list[dict[str, Any]]:
    """One answer a picture.

    Args:
        outputs: name -> [rows, ...].
        placements: where the P pictures of the batch lie; the rows behind them are blank.
        rows: pictures in the batch.
        num_classes: classes of the model.

    Raises:
        Breach: an output is missing or has the wrong shape.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is found, and told, by the contract
        answer = HEADS[options.head](outputs, options, num_classes, rows)
        return [_answer_of(answer, row, placement, options.score_floor) for row, placement in enumerate(placements)]


def _answer_of(head: HeadAnswer, row: int, placement: Placement, score_floor: float) -> dict[str, Any]:
    parts = {key: values[row] for key, values in head.parts.items()}
    best = parts["scores"] if "scores" in parts else parts["class_scores"].max(axis=1, initial=0)
    kept = ~(best < score_floor)  # most rows go here, before anything costs time; what is no number stays
    boxes = boxes_to_picture(head.boxes[row][kept], head.box_format, head.box_units, placement)
    per_picture = {key: values for key, values in parts.items() if key == "embedding"}
    return {"boxes": boxes} | {key: values[kept] for key, values in parts.items() if key != "embedding"} | per_picture


def boxes_to_picture(boxes: np.ndarray, box_format: str, box_units: str, placement: Placement) -> np.ndarray:
    """Boxes as a model gives them, float [N, 4], as xyxy in pixels of the picture."""
    corners = to_xyxy(boxes.astype(np.float64), box_format)
    if box_units == "picture_pixels":
        return corners
    if box_units == "fractions":
        corners = corners * np.array([placement.input_hw[1], placement.input_hw[0]] * 2)
    return placement.to_picture(corners)


def to_xyxy(boxes: np.ndarray, box_format: str) -> np.ndarray:
    """Boxes [N, 4] in one of the orders xyxy, yxyx, xywh, cxcywh, as xyxy."""
    if box_format == "xyxy":
        return boxes
    if box_format == "yxyx":
        return boxes[:, [1, 0, 3, 2]]
    first, size = boxes[:, :2], boxes[:, 2:]
    start = first - size / 2 if box_format == "cxcywh" else first
    return np.concatenate([start, start + size], axis=1)
