"""What models answer, tensor by tensor, as rows of boxes and scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from unify.autolabel.contract import Breach, shape_text
from unify.errors import did_you_mean, shorten

if TYPE_CHECKING:
    from unify.autolabel.options import TensorOptions

Outputs = Mapping[str, np.ndarray]
Size = int | None

# What detectors of the TF Object Detection API call their outputs.
_ALSO_CALLED = {
    "boxes": "detection_boxes",
    "scores": "detection_scores",
    "classes": "detection_classes",
    "class_scores": "detection_multiclass_scores",
}


@dataclass(frozen=True)
class HeadAnswer:
    """Rows of boxes of B pictures.

    Attributes:
        boxes: float [B, N, 4].
        box_format: order of a box's numbers, as in the options.
        box_units: as in the options.
        parts: key of the contract -> [B, ...]: scores and classes, or class_scores, and more.
    """

    boxes: np.ndarray
    box_format: str
    box_units: str
    parts: Outputs


def decode_outputs(outputs: Outputs, options: TensorOptions, num_classes: int, batch: int) -> HeadAnswer:
    """One tensor each for boxes, scores and classes."""
    boxes = _tensor(outputs, options, "boxes", (batch, None, 4))
    count = boxes.shape[1]
    scores = _tensor(outputs, options, "scores", (batch, count, None), or_shape=(batch, count))
    parts: dict[str, np.ndarray] = {}
    if scores.ndim == 3:
        parts["class_scores"] = activate(scores, options.activation)
    else:
        parts["scores"] = activate(scores, options.activation)
        parts["classes"] = _classes(outputs, options, (batch, count), num_classes)
    shapes = {"class_scores": (batch, count, None), "embedding": (batch, None), "box_embeddings": (batch, count, None)}
    for part, shape in shapes.items():
        if part not in parts and _name(outputs, options, part):
            parts[part] = _tensor(outputs, options, part, shape)
    return HeadAnswer(boxes, options.box_format, options.box_units, parts)


def _classes(outputs: Outputs, options: TensorOptions, shape: tuple[int, int], num_classes: int) -> np.ndarray:
    if num_classes == 1 and not _name(outputs, options, "classes"):
        return np.full(shape, options.first_class)
    return _tensor(outputs, options, "classes", shape)


def decode_rows(outputs: Outputs, options: TensorOptions, num_classes: int, batch: int) -> HeadAnswer:
    """One tensor: a row a box, or a column a box, of four numbers, its own score (perhaps), a score a class (YOLO)."""
    rows = _tensor(outputs, options, "boxes", (batch, None, None))
    first = 5 if options.objectness else 4
    width = first + num_classes
    if rows.shape[2] != width and rows.shape[1] == width:
        rows = rows.transpose(0, 2, 1)
    if rows.shape[2] != width:
        fix = "name all classes of the model in 'class_names', and check 'objectness'"
        expected = f"{first} numbers and {num_classes} classes: {shape_text((batch, None, width))}"
        raise Breach("answered rows of another width", got=shape_text(rows.shape), expected=expected, fix=fix)
    scores = activate(rows[..., first:], options.activation)
    if options.objectness:
        scores = scores * activate(rows[..., 4:5], options.activation)
    return HeadAnswer(rows[..., :4], options.box_format, options.box_units, {"class_scores": scores})


def decode_fastestdet(outputs: Outputs, options: TensorOptions, num_classes: int, batch: int) -> HeadAnswer:
    """One tensor [B, 1 + 4 + C, h, w]: a cell a box (FastestDet, github.com/dog-qiuqiu/FastestDet).

    Objectness o, offsets x and y, sizes w and h, class scores c: the score of a class is o^0.6 c^0.4, the centre
    ((column + tanh x) / w, (row + tanh y) / h), the size (sigmoid w, sigmoid h), in fractions of the input.
    """
    cells = _tensor(outputs, options, "boxes", (batch, 5 + num_classes, None, None))
    height, width = cells.shape[2:]
    row, column = np.indices((height, width))
    x, y = (column + np.tanh(cells[:, 1])) / width, (row + np.tanh(cells[:, 2])) / height
    boxes = np.stack([x, y, activate(cells[:, 3], "sigmoid"), activate(cells[:, 4], "sigmoid")], axis=-1)
    scores = np.maximum(cells[:, :1], 0) ** 0.6 * np.maximum(cells[:, 5:], 0) ** 0.4
    class_scores = scores.reshape(batch, num_classes, -1).transpose(0, 2, 1)
    return HeadAnswer(boxes.reshape(batch, -1, 4), "cxcywh", "fractions", {"class_scores": class_scores})


HEADS: dict[str, Callable[[Outputs, TensorOptions, int, int], HeadAnswer]] = {
    "outputs": decode_outputs,
    "rows": decode_rows,
    "fastestdet": decode_fastestdet,
}


def activate(values: np.ndarray, activation: str) -> np.ndarray:
    """Scores of logits: ``sigmoid``, ``softmax`` over the last axis, or ``none``, the values themselves."""
    if activation == "sigmoid":
        return 0.5 * np.tanh(0.5 * values) + 0.5  # the sigmoid, without overflow
    if activation == "softmax":
        exponentials = np.exp(values - values.max(axis=-1, keepdims=True))
        return exponentials / exponentials.sum(axis=-1, keepdims=True)
    return values


def _name(outputs: Outputs, options: TensorOptions, part: str) -> str:
    """The model's name of an output: as the options say, else a usual one; "" where there is none."""
    name = getattr(options.outputs, part)
    if name and name not in outputs:
        known = list(outputs)
        what = f"has no output '{name}', which its options name"
        raise Breach(what, expected=f"one of {shorten(known)}", fix=did_you_mean(name, known) or "check 'outputs'")
    usual = (part, _ALSO_CALLED.get(part, ""))
    return name or next((each for each in usual if each in outputs), "")


def _tensor(
    outputs: Outputs, options: TensorOptions, part: str, shape: tuple[Size, ...], or_shape: tuple[Size, ...] = ()
) -> np.ndarray:
    name = _name(outputs, options, part)
    if not name and len(outputs) == 1 and options.head != "outputs":
        name = next(iter(outputs))
    if not name:
        fix = f"say which it is in its options, outputs: {{{part}: NAME}}"
        raise Breach(f"has no output '{part}'", expected=f"one of {shorten(list(outputs))}", fix=fix)
    values = outputs[name]
    # A model of one picture may leave the batch axis out.
    for seen in (values, values[None]) if shape[0] == 1 else (values,):
        for wanted in (shape, or_shape):
            if seen.ndim == len(wanted) and all(size in (None, found) for size, found in zip(wanted, seen.shape)):
                return seen
    got, expected = shape_text(values.shape), " or ".join(shape_text(each) for each in (shape, or_shape) if each)
    fix = "check 'outputs' and 'head' in its options"
    raise Breach(f"answered '{name}' of the wrong shape", got=got, expected=expected, fix=fix)
