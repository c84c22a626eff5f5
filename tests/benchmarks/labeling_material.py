"""What the benchmarks of auto-labeling compile: pictures of one task, and ONNX networks for three others.

The networks find nothing sensible, and take the time of a real one: convolutions over the whole input.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks import material

LABELED, LACKING = "seen", ("first", "second", "third")  # tasks, each of one class of its name
CONFIG = "bench"
BATCH = 8
BOXES = 8
CHANNELS = 32


@dataclass(frozen=True)
class Kind:
    """A kind of network: its input, and about how long one core of this machine is to take over a picture."""

    name: str
    input_hw: tuple[int, int]
    milliseconds: float


SLOW = Kind("slow", (320, 320), 20.0)
FAST = Kind("fast", (160, 160), 5.0)

CAMERA_HW = (720, 1280)  # of a dash camera: 240 KB
SMALL_HW = (material.HEIGHT, material.WIDTH)  # 85 KB, as the benchmarks of compiling have them


def make(folder: Path, kind: Kind, image_hw: tuple[int, int], pictures: int, more: int) -> Path:
    """A workspace; ``more`` pictures lie in a second batch that the config does not select yet."""
    tasks = [LABELED, *LACKING]
    classes = "\n".join(f"  {task}: {{classes: {{{task}: {number}}}}}" for number, task in enumerate(tasks, start=1))
    write(folder / "registry/taxonomy.yaml", f"tasks:\n{classes}\n")
    batches = {"b1": range(pictures), "b2": range(pictures, pictures + more)}
    material.write_pictures(folder / "images", pictures + more, image_hw)
    lines = "".join(f"  {name}: {{annotations: {name}.json, images: images}}\n" for name in batches)
    write(folder / "registry/datasets" / f"{LABELED}.yaml", f"task: {LABELED}\nbatches:\n{lines}")
    for name, numbers in batches.items():
        write(folder / f"{name}.json", json.dumps(annotations(numbers, image_hw)))
    layers = layers_for(kind)
    for seed, task in enumerate(LACKING):
        path = folder / "autolabelers" / f"{task}.onnx"
        path.parent.mkdir(exist_ok=True)
        save_network(path, kind, layers, seed)
        register(folder, task, threshold=0.5)
    select(folder, f"{LABELED}:b1")
    return folder


def register(folder: Path, task: str, threshold: float) -> None:
    options = f"{{batch_size: {BATCH}, box_units: fractions, divide_by: 255, threads: 1}}"
    version = (
        f"{{adapter: onnx, path: autolabelers/{task}.onnx, options: {options}, thresholds: {{{task}: {threshold}}}}}"
    )
    text = f"name: {task}\nclasses: [{task}]\nversions:\n  v1: {version}\n"
    write(folder / "registry/autolabelers" / f"{task}.yaml", text)


def select(folder: Path, *selections: str) -> None:
    write(folder / "configs" / f"{CONFIG}.yaml", f"name: bench\nmethod: hard\ndatasets: {json.dumps(selections)}\n")


def annotations(numbers: range, image_hw: tuple[int, int]) -> dict:
    """COCO JSON: a box a picture."""
    size = {"height": image_hw[0], "width": image_hw[1]}
    images = [{"id": number, "file_name": material.name_of(number), **size} for number in numbers]
    boxes = [{"id": n, "image_id": n, "category_id": 1, "bbox": [9, 9, 90, 90], "area": 8100} for n in numbers]
    return {"images": images, "annotations": boxes, "categories": [{"id": 1, "name": LABELED}]}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def layers_for(kind: Kind) -> int:
    """How many convolutions take the time of the kind on one core of this machine."""
    seconds = {layers: _seconds(kind, layers) for layers in (1, 4)}
    each = max((seconds[4] - seconds[1]) / 3, 1e-4)
    return max(1, round((kind.milliseconds / 1e3 - seconds[1]) / each) + 1)


def _seconds(kind: Kind, layers: int) -> float:
    """Processor time of a picture, best of five."""
    session = open_session(network(kind, layers, 0).SerializeToString())
    batch = np.zeros((BATCH, 3, *kind.input_hw), np.float32)
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        session.run(None, {"image": batch})
        best = min(best, time.process_time() - began)
    return best / BATCH


def open_session(model: str | bytes) -> Any:
    """In one thread, that of whoever asks."""
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, settings, onnxruntime.get_available_providers())


def save_network(path: Path, kind: Kind, layers: int, seed: int) -> None:
    path.write_bytes(network(kind, layers, seed).SerializeToString())


def network(kind: Kind, layers: int, seed: int) -> Any:
    """``image`` [8, 3, H, W] -> ``boxes`` [8, 8, 4] in fractions, and ``scores`` [8, 8, 1]."""
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(seed)
    constants, nodes, last = {}, [], "image"
    for layer in range(layers + 1):
        depth = CHANNELS if layer else 3
        constants[f"w{layer}"] = (rng.normal(0, 1, (CHANNELS, depth, 3, 3)) / np.sqrt(9 * depth)).astype(np.float32)
        steps = {"strides": [1, 1] if layer else [2, 2], "pads": [1, 1, 1, 1]}
        nodes += [helper.make_node("Conv", [last, f"w{layer}"], [f"c{layer}"], **steps)]
        nodes += [helper.make_node("Tanh" if layer == layers else "Relu", [f"c{layer}"], [f"a{layer}"])]
        last = f"a{layer}"
    constants |= {"by": np.float32(0.4), "half": np.float32(0.5)}
    constants |= {"corners": np.array([BATCH, BOXES, 2], np.int64), "ones": np.array([BATCH, BOXES, 1], np.int64)}
    constants |= {"thirds": np.array([16, 8, 8], np.int64)}
    nodes += [
        helper.make_node("GlobalMaxPool", [last], ["pooled"]),
        helper.make_node("Sigmoid", ["pooled"], ["parts"]),
        helper.make_node("Split", ["parts", "thirds"], ["where", "score", "unused"], axis=1),
        helper.make_node("Reshape", ["where", "corners"], ["pairs"]),
        helper.make_node("Mul", ["pairs", "by"], ["first"]),
        helper.make_node("Add", ["first", "half"], ["second"]),
        helper.make_node("Concat", ["first", "second"], ["boxes"], axis=2),
        helper.make_node("Reshape", ["score", "ones"], ["scores"]),
    ]
    tensor = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "burner",
        [tensor("image", TensorProto.FLOAT, [BATCH, 3, *kind.input_hw])],
        [tensor("boxes", TensorProto.FLOAT, [BATCH, BOXES, 4]), tensor("scores", TensorProto.FLOAT, [BATCH, BOXES, 1])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
