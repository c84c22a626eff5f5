"""What a prediction holds beyond boxes, scores and classes, as named columns of one kind each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from unify.core.predictions import Prediction

# What every segment has.
SEGMENT_COLUMNS = ("sha256", "state", "reason", "num_boxes", "boxes_xyxy", "scores", "classes")

_BOX_FIELDS = {"topk_classes": "int32", "topk_scores": "float32", "box_embeddings": "float32"}
_PICTURE_FIELDS = {"embedding": "float32"}
_FIELDS = {**_BOX_FIELDS, **_PICTURE_FIELDS}
_KINDS = "biuf"  # NumPy's letters for bools, integers and floats
_MAX_ITEM_BYTES = 8


class ColumnSpec(NamedTuple):
    """The kind of one optional column.

    Attributes:
        name: ``embedding``, ``topk_scores``, or whatever the auto-labeler calls it.
        per_box: a cell a box; else a cell a picture.
        width: numbers in a cell; None where a cell is one number.
        dtype: NumPy's name of the numbers.
    """

    name: str
    per_box: bool
    width: int | None
    dtype: str

    def shape(self, num_cells: int) -> tuple[int, ...]:
        return (num_cells,) if self.width is None else (num_cells, self.width)


def optional_columns(prediction: Prediction) -> dict[ColumnSpec, np.ndarray]:
    """The optional columns of one prediction, by name; arrays are [N] or [N, width] a box, [] or [width] a picture.

    Raises:
        ValueError: shapes contradict each other, or a name or type cannot be kept.
    """
    count = len(prediction)
    shapes = prediction.boxes_xyxy.shape, prediction.scores.shape, prediction.classes.shape
    if shapes != ((count, 4), (count,), (count,)):
        raise ValueError(f"boxes, scores and classes have shapes {shapes[0]}, {shapes[1]} and {shapes[2]}")
    found = {}
    for name, dtype in _FIELDS.items():
        values = getattr(prediction, name)
        if values is not None:
            values = np.asarray(values, dtype)
            found[ColumnSpec(name, name in _BOX_FIELDS, values.shape[-1] if values.ndim else 0, dtype)] = values
    for name, values in prediction.columns.items():
        values = np.asarray(values)
        _check_own_column(name, values)
        found[ColumnSpec(name, values.ndim == 1, None, values.dtype.name)] = values
    for spec, values in found.items():
        if values.shape != (spec.shape(count) if spec.per_box else spec.shape(1)[1:]):
            raise ValueError(f"column '{spec.name}' has shape {values.shape} beside {count} boxes")
    return dict(sorted(found.items()))


def _check_own_column(name: str, values: np.ndarray) -> None:
    if name in _FIELDS or name in SEGMENT_COLUMNS:
        raise ValueError(f"column '{name}' takes the name of one that unify keeps itself")
    if values.ndim > 1 or values.dtype.kind not in _KINDS or values.dtype.itemsize > _MAX_ITEM_BYTES:
        raise ValueError(f"column '{name}' is {values.dtype} {values.shape}; numbers are kept, one a box or picture")


def prediction_of(
    boxes_xyxy: np.ndarray, scores: np.ndarray, classes: np.ndarray, columns: Mapping[str, np.ndarray]
) -> Prediction:
    """The way back from columns by name."""
    fields = {name: values for name, values in columns.items() if name in _FIELDS}
    own = {name: values for name, values in columns.items() if name not in _FIELDS}
    return Prediction(boxes_xyxy, scores, classes, **fields, columns=own)


def common_columns(parts: Sequence[tuple[Sequence[ColumnSpec], int, int]]) -> tuple[ColumnSpec, ...]:
    """Columns that every part has, alike, by name.

    Args:
        parts: of each its columns, its pictures with an answer, and its boxes. A part without boxes lacks no column of
            boxes, and one without answers none at all.
    """
    specs = {spec for own, _, _ in parts for spec in own}
    for own, pictures, boxes in parts:
        specs = {spec for spec in specs if spec in own or not (boxes if spec.per_box else pictures)}
    names = [spec.name for spec in specs]
    return tuple(sorted(spec for spec in specs if names.count(spec.name) == 1))
