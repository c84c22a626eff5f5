"""Workspaces of painted rectangles, and auto-labelers that find a colour: what they must say is known exactly.

Every picture is gray with rectangles on it; red and green tell a rectangle's class, blue in 255ths its score. An
auto-labeler finds the rectangles of its classes whoever labeled them, and notes every call in a file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.workspaces import TAXONOMY, add_config, make_workspace

COLOURS = {"car": (255, 0), "truck": (200, 0), "pedestrian": (0, 255), "cyclist": (0, 200)}  # red and green
IMAGE_HW = (40, 60)
Rectangle = tuple[str, tuple[int, int, int, int], float]  # class, xyxy, score

LABELER = """\
import os
import time

import numpy as np

COLOURS = {colours}


class Labeler:
    def __init__(self, classes, log):
        self.classes, self.log, self.count = classes, log, 0
        self.note("loaded")

    def note(self, text):
        if self.log:
            with open(self.log, "a") as file:
                file.write(f"{{text}} {{os.getpid()}}\\n")

    def __call__(self, pictures):
        return [self.look(picture) for picture in pictures]

    def look(self, picture):
        self.count += 1
        self.note("asked")
        {misbehave}
        boxes, scores, classes = [], [], []
        for name in self.classes:
            red, green = COLOURS[name]
            hit = (picture[..., 0] == red) & (picture[..., 1] == green)
            for blue in np.unique(picture[..., 2][hit]):
                y, x = np.nonzero(hit & (picture[..., 2] == blue))
                boxes.append([x.min(), y.min(), x.max() + 1, y.max() + 1])
                scores.append(blue / 255)
                classes.append(name)
        boxes = np.array(boxes, np.float32).reshape(-1, 4)
        return {{"boxes": boxes, "scores": np.array(scores, np.float32), "classes": classes}}
"""


def is_picture(word: str) -> str:
    """The expression, in an auto-labeler's code, that it looks at the picture of this word."""
    red, green, blue = _corner(word)
    return f"picture[0, 0].tolist() == [{red}, {green}, {blue}]"


def _corner(word: str) -> tuple[int, int, int]:
    serial = sum(letter * 31**place for place, letter in enumerate(word.encode())) % 9973
    return serial % 100, serial // 100, 7


def paint(rectangles: Sequence[Rectangle], word: str) -> bytes:
    """A PNG; the word makes equal pictures different files. Rectangles of one class need different scores."""
    pixels = np.full((*IMAGE_HW, 3), 128, np.uint8)
    pixels[0, 0] = _corner(word)
    for name, (x1, y1, x2, y2), score in rectangles:
        pixels[y1:y2, x1:x2] = *COLOURS[name], round(score * 255)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def add_painted_batch(
    workspace: Path, ref: str, pictures: Mapping[str, Sequence[Rectangle]], labeled: Sequence[str], split: str = "train"
) -> None:
    """Pictures whose rectangles of the classes ``labeled`` are in the annotation file, and the others only painted."""
    task, batch = ref.split(":")
    folder = workspace / "data" / task / batch
    folder.mkdir(parents=True)
    images, annotations = [], []
    for number, (word, rectangles) in enumerate(pictures.items()):
        (folder / f"{word}.png").write_bytes(paint(rectangles, word))
        images.append({"id": number, "file_name": f"{word}.png", "height": IMAGE_HW[0], "width": IMAGE_HW[1]})
        for name, (x1, y1, x2, y2), _ in rectangles:
            if name in labeled:
                box = {"image_id": number, "category_id": labeled.index(name), "bbox": [x1, y1, x2 - x1, y2 - y1]}
                annotations.append({**box, "id": len(annotations), "area": (x2 - x1) * (y2 - y1), "iscrowd": 0})
    categories = [{"id": number, "name": name} for number, name in enumerate(labeled)]
    content = {"images": images, "annotations": annotations, "categories": categories}
    folder.with_suffix(".json").write_text(json.dumps(content))
    registered = workspace / "registry/datasets" / f"{task}.yaml"
    if not registered.exists():
        registered.write_text(f"task: {task}\nbatches:\n")
    lines = {"annotations": f"data/{task}/{batch}.json", "images": f"data/{task}/{batch}"}
    lines |= {"labeled_classes": json.dumps(list(labeled)), "split": split}
    with open(registered, "a") as file:
        file.write(f"  {batch}:\n" + "".join(f"    {key}: {value}\n" for key, value in lines.items()))


def add_labeler(
    workspace: Path,
    name: str,
    classes: Sequence[str],
    *,
    version: str = "v1",
    misbehave: str = "pass",
    batch_size: int = 4,
    batch_timeout_s: float = 60,
    **keys: Any,
) -> Path:
    """Register ``name:version``, which finds the colours of its classes; returns the file it notes its calls in.

    ``misbehave`` are lines that run before it looks at ``picture``; ``keys`` go into the registry as they are.
    """
    code = workspace / "autolabelers" / name / version / "labeler.py"
    code.parent.mkdir(parents=True, exist_ok=True)
    lines = misbehave.replace("\n", "\n" + 8 * " ")
    code.write_text(LABELER.format(colours=COLOURS, misbehave=lines))
    log = workspace / f"{name}-{version}.log"
    sizes = {"batch_size": batch_size, "batch_timeout_s": batch_timeout_s}
    options = {"classes": list(classes), "log": str(log), **sizes}
    entry = {"adapter": f"{code.relative_to(workspace)}:Labeler", "options": options, **keys}
    registered = workspace / "registry/autolabelers" / f"{name}.yaml"
    registered.parent.mkdir(exist_ok=True)
    lines = [f"    {key}: {json.dumps(value)}" for key, value in entry.items()]
    head = [f"name: {name}", f"classes: {json.dumps(list(classes))}", "versions:", f"  {version}:"]
    registered.write_text("\n".join([*head, *lines]) + "\n")
    return log


def calls(log: Path, what: str = "asked") -> int:
    """How many pictures an auto-labeler was shown, or how often it was ``loaded``."""
    return log.read_text().count(what) if log.exists() else 0


def street(number: int) -> list[Rectangle]:
    """A car and a pedestrian on every picture, a truck on every second, a cyclist on every third; scores vary."""
    shift = number % 5
    found = [
        ("car", (1 + shift, 2, 13 + shift, 12), 0.9),
        ("pedestrian", (30, 3 + shift, 36, 18 + shift), 0.4 + 0.1 * shift),
    ]
    found += [("truck", (2, 24, 22, 38), 0.8)] * (number % 2 == 0)
    found += [("cyclist", (40, 22 + shift, 55, 33 + shift), 0.3)] * (number % 3 == 0)
    return found


def painted_workspace(folder: Path, pictures: int = 10, **config: object) -> Path:
    """Vehicles labeled on ``vehicle:b1``, people on ``pedestrian:b1``, both painted on all; no auto-labelers yet."""
    workspace = make_workspace(folder, TAXONOMY)
    add_painted_batch(workspace, "vehicle:b1", {f"v{i}": street(i) for i in range(pictures)}, ["car", "truck"])
    people = {f"p{i}": street(i + 1) for i in range(pictures)}
    add_painted_batch(workspace, "pedestrian:b1", people, ["pedestrian", "cyclist"])
    add_config(workspace, ["vehicle:b1", "pedestrian:b1"], **{"method": "hard", "shard_size_mb": 0.002, **config})
    return workspace


def with_labelers(workspace: Path, **keys: Any) -> tuple[Path, Path]:
    """Both tasks' auto-labelers; returns their logs, the vehicles' first."""
    vehicles = add_labeler(workspace, "vehicle", ["car", "truck"], thresholds={"car": 0.5, "truck": 0.5}, **keys)
    thresholds = {"pedestrian": 0.45, "cyclist": 0.25}
    return vehicles, add_labeler(workspace, "pedestrian", ["pedestrian", "cyclist"], thresholds=thresholds, **keys)
