"""A real detector of a few layers: it finds the one bright rectangle of a picture. For Keras and for ONNX."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

INPUT_HW = (48, 64)
SCORE = 0.75


def picture_with(box: tuple[int, int, int, int], image_hw: tuple[int, int]) -> np.ndarray:
    """A dark picture with a bright rectangle, left, top, right, bottom."""
    picture = np.zeros((*image_hw, 3), np.uint8)
    picture[box[1] : box[3], box[0] : box[2]] = 255
    return picture


def keras_finder(input_hw: tuple[int | None, int | None] = INPUT_HW, dtype: str = "float32") -> Any:
    """Answers ``boxes`` as yxyx fractions, ``scores`` and ``classes``, as unify's own detector does."""
    import keras
    from keras import ops

    image = keras.Input((*input_hw, 3), dtype=dtype, name="image")
    bright = ops.cast(ops.mean(ops.cast(image, "float32"), axis=3) > 127, "float32")
    rows, columns = ops.max(bright, axis=2), ops.max(bright, axis=1)
    edges = [_first(rows), _first(columns), 1 - _first(rows[:, ::-1]), 1 - _first(columns[:, ::-1])]
    boxes = ops.stack(edges, axis=1)[:, None, :]
    scores = boxes[..., 0] * 0 + SCORE
    outputs = {"boxes": boxes, "scores": scores, "classes": ops.cast(scores * 0 + 1, "int32")}
    return keras.Model(image, outputs, name="finder")


def _first(line: Any) -> Any:
    """Where the first 1 stands, as a fraction."""
    from keras import ops

    return ops.cast(ops.argmax(line, axis=1), "float32") / ops.cast(ops.shape(line)[1], "float32")


def save_onnx_finder(path: Path) -> Path:
    """Answers ``boxes`` as xyxy pixels of its input, ``scores`` and ``classes``, for any number of pictures."""
    from onnx import TensorProto, helper, numpy_helper, save

    def constant(name: str, values: Any, dtype: type) -> Any:
        return numpy_helper.from_array(np.array(values, dtype), name)

    def edge(line: str, name: str, last: int) -> list[Any]:
        return [
            helper.make_node("ArgMax", [line], [f"{name}_place"], axis=1, keepdims=1, select_last_index=last),
            helper.make_node("Add", [f"{name}_place", f"plus{last}"], [f"{name}_end"]),
            helper.make_node("Cast", [f"{name}_end"], [name], to=TensorProto.FLOAT),
        ]

    nodes = [
        helper.make_node("ReduceMean", ["images", "colours"], ["gray"], keepdims=0),
        helper.make_node("Greater", ["gray", "half"], ["over"]),
        helper.make_node("Cast", ["over"], ["bright"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMax", ["bright", "last_axis"], ["rows"], keepdims=0),
        helper.make_node("ReduceMax", ["bright", "row_axis"], ["columns"], keepdims=0),
        *edge("columns", "left", 0), *edge("rows", "top", 0), *edge("columns", "right", 1), *edge("rows", "bottom", 1),
        helper.make_node("Concat", ["left", "top", "right", "bottom"], ["box"], axis=1),
        helper.make_node("Unsqueeze", ["box", "row_axis"], ["boxes"]),
        helper.make_node("Mul", ["left", "zero"], ["none"]),
        helper.make_node("Add", ["none", "score"], ["scores"]),
        helper.make_node("Add", ["none", "one"], ["classes"]),
    ]  # fmt: skip
    constants = [
        constant("colours", [1], np.int64), constant("last_axis", [2], np.int64), constant("row_axis", [1], np.int64),
        constant("half", 127, np.float32), constant("zero", 0, np.float32), constant("score", SCORE, np.float32),
        constant("one", 1, np.float32), constant("plus0", 0, np.int64), constant("plus1", 1, np.int64),
    ]  # fmt: skip
    image = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", 3, *INPUT_HW])
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("boxes", "scores", "classes")]
    graph = helper.make_graph(nodes, "finder", [image], outputs, constants)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    return path
