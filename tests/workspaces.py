"""Small real workspaces on disk, for tests that go through files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

TAXONOMY = """\
tasks:
  vehicle: {classes: {car: 1, truck: 2}}
  pedestrian: {classes: {pedestrian: 3, cyclist: 4}}
"""
IMAGE_HW = (48, 64)
Labels = Mapping[str, Sequence[tuple[str, tuple[float, float, float, float]]]]  # picture -> (category, xywh)


def picture_bytes(word: str, image_hw: tuple[int, int] = IMAGE_HW, **options) -> bytes:
    """A JPEG of noise that depends on the word alone: equal words, equal bytes."""
    rng = np.random.default_rng(list(word.encode()))
    pixels = rng.integers(0, 256, (*image_hw, 3), dtype=np.uint8)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90, **options)
    return buffer.getvalue()


def coco(labels: Labels, categories: Sequence[str], image_hw: tuple[int, int] = IMAGE_HW) -> dict:
    """COCO JSON of pictures called ``<word>.jpg``."""
    height, width = image_hw
    images = [{"id": i, "file_name": f"{w}.jpg", "height": height, "width": width} for i, w in enumerate(labels)]
    annotations = [
        {"image_id": i, "category_id": categories.index(name), "bbox": list(box), "area": box[2] * box[3], "iscrowd": 0}
        for i, word in enumerate(labels)
        for name, box in labels[word]
    ]
    return {
        "images": images,
        "annotations": [{"id": number, **each} for number, each in enumerate(annotations)],
        "categories": [{"id": i, "name": name} for i, name in enumerate(categories)],
    }


def make_workspace(folder: Path, taxonomy: str = TAXONOMY) -> Path:
    """A workspace without batches."""
    for name in ("registry/datasets", "configs", "data"):
        (folder / name).mkdir(parents=True)
    (folder / "registry/taxonomy.yaml").write_text(taxonomy)
    return folder


def add_batch(workspace: Path, ref: str, labels: Labels, categories: Sequence[str], **keys: str) -> Path:
    """Write a batch's pictures and COCO file and register it by editing YAML, as a person would."""
    task, batch = ref.split(":")
    images = workspace / "data" / task / batch
    images.mkdir(parents=True)
    for word in labels:
        (images / f"{word}.jpg").write_bytes(picture_bytes(word))
    annotations = images.with_suffix(".json")
    annotations.write_text(json.dumps(coco(labels, categories)))
    registered = workspace / "registry/datasets" / f"{task}.yaml"
    if not registered.exists():
        registered.write_text(f"task: {task}\nbatches:\n")
    lines = {"annotations": f"data/{task}/{batch}.json", "images": f"data/{task}/{batch}", **keys}
    with open(registered, "a") as file:
        file.write(f"  {batch}:\n" + "".join(f"    {key}: {value}\n" for key, value in lines.items()))
    return annotations


def add_config(workspace: Path, datasets: Sequence[str], name: str = "mix", **keys: object) -> Path:
    """Write ``configs/<name>.yaml``."""
    lines = {"name": name, "method": "partial", "datasets": json.dumps(list(datasets)), **keys}
    path = workspace / "configs" / f"{name}.yaml"
    path.write_text("".join(f"{key}: {value}\n" for key, value in lines.items()))
    return path


def two_task_workspace(folder: Path, pictures: int = 12, **config: object) -> Path:
    """Vehicles boxed on one batch, pedestrians on another, one picture in both, shards of some tens of kilobytes."""
    workspace = make_workspace(folder)
    box = (4.0, 4.0, 20.0, 16.0)
    vehicles = {f"v{i}": [("car", box)] * (i % 3) for i in range(pictures)}
    people = {f"p{i}": [("pedestrian", box), ("cyclist", box)][: i % 3] for i in range(pictures)}
    shared = {"both": [("car", box)]}, {"both": [("pedestrian", box)]}
    add_batch(workspace, "vehicle:b1", {**vehicles, **shared[0]}, ["car", "truck"])
    add_batch(workspace, "pedestrian:b1", {**people, **shared[1]}, ["pedestrian", "cyclist"])
    add_config(workspace, ["vehicle:b1", "pedestrian:b1"], **{"shard_size_mb": 0.02, **config})
    return workspace


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
