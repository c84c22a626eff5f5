"""The small dataset that every peer reads: a picture for each thing a reader could get wrong, and the truth of it."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from tests.workspaces import add_config, make_workspace

TASKS = {"vehicle": ("car", "truck"), "pedestrian": ("pedestrian", "cyclist")}
SAVE_AS = {".jpg": {"format": "JPEG"}, ".png": {"format": "PNG"}, ".webp": {"format": "WEBP", "lossless": True}}
IDS = {"car": 1, "truck": 2, "pedestrian": 3, "cyclist": 4}
IDS_WITH_GAPS = {"car": 1, "truck": 2, "pedestrian": 5, "cyclist": 9}


@dataclass(frozen=True)
class Box:
    """One object: class, box in pixels, and whether it is a group."""

    name: str
    xyxy: tuple[float, float, float, float]
    crowd: bool = False


@dataclass(frozen=True)
class Picture:
    """One picture and the truth about it.

    Attributes:
        name: file name, unique in the scene.
        batches: the batches that hold it, the boxes of each.
        labeled: classes somebody searched exhaustively.
        incomplete: classes of which some boxes may be missing.
        image_hw: stored pixels.
        mode: Pillow's mode of the file.
    """

    name: str
    batches: dict[str, tuple[Box, ...]]
    labeled: tuple[str, ...] = TASKS["vehicle"]
    incomplete: tuple[str, ...] = ()
    image_hw: tuple[int, int] = (48, 64)
    mode: str = "RGB"

    @property
    def boxes(self) -> list[Box]:
        return [box for boxes in self.batches.values() for box in boxes]

    @property
    def pixels(self) -> np.ndarray:
        """uint8 [H, W, 3]; smooth, so that JPEG decoders agree, and different on every picture."""
        height, width = self.image_hw
        rng = np.random.default_rng(list(self.name.encode()))
        corners = Image.fromarray(rng.integers(0, 256, (2, 2, 3), np.uint8))
        picture = corners.resize((width, height), Image.Resampling.BILINEAR).convert(self.mode)
        return np.asarray(picture.convert("RGB"))


BIG, SMALL, EDGE = (4.0, 8.0, 40.0, 30.0), (10.5, 11.25, 20.0, 16.75), (0.0, 0.0, 64.0, 48.0)
SCENE = (
    Picture("street.jpg", {"vehicle:b1": (Box("car", BIG), Box("car", SMALL), Box("truck", EDGE))}),
    Picture("empty.jpg", {"vehicle:b1": ()}),
    Picture("jam.jpg", {"vehicle:b1": (Box("car", BIG, crowd=True), Box("truck", SMALL))}),
    Picture("gray.jpg", {"vehicle:b1": (Box("truck", BIG),)}, mode="L"),
    Picture("drawing.png", {"vehicle:b1": (Box("car", SMALL),)}, mode="RGBA"),
    Picture("photo.webp", {"vehicle:b1": (Box("car", BIG),)}),
    Picture("tall.jpg", {"vehicle:b1": (Box("car", (1.0, 2.0, 30.0, 90.0)),)}, image_hw=(96, 32)),
    Picture("walk.jpg", {"pedestrian:b1": (Box("pedestrian", BIG), Box("cyclist", SMALL))}, TASKS["pedestrian"]),
    Picture(
        "both.jpg",
        {"vehicle:b1": (Box("car", BIG),), "pedestrian:b1": (Box("pedestrian", SMALL),)},
        (*TASKS["vehicle"], *TASKS["pedestrian"]),
    ),
    Picture("federated.jpg", {"pedestrian:b2": (Box("pedestrian", BIG),)}, ("cyclist",), ("pedestrian",)),
    Picture("later.jpg", {"vehicle:val": (Box("truck", SMALL), Box("car", BIG))}),
)
BY_NAME = {picture.name: picture for picture in SCENE}
SPLIT_OF = {picture.name: "val" if "vehicle:val" in picture.batches else "train" for picture in SCENE}


def write_scene(folder: Path, ids: dict[str, int]) -> Path:
    """A workspace that holds the scene, and ``configs/scene.yaml`` to compile it."""
    tasks = "".join(
        f"  {task}: {{classes: {{{', '.join(f'{name}: {ids[name]}' for name in names)}}}}}\n"
        for task, names in TASKS.items()
    )
    workspace = make_workspace(folder, f"tasks:\n{tasks}")
    refs = dict.fromkeys(ref for picture in SCENE for ref in picture.batches)
    for ref in refs:
        add_batch(workspace, ref, [picture for picture in SCENE if ref in picture.batches])
    add_config(workspace, list(refs), name="scene", shard_size_mb=0.004)
    return workspace


def add_batch(workspace: Path, ref: str, pictures: Sequence[Picture]) -> None:
    task, batch = ref.split(":")
    folder = workspace / "data" / task / batch
    folder.mkdir(parents=True)
    for picture in pictures:
        (folder / picture.name).write_bytes(encoded(picture))
    (folder.parent / f"{batch}.json").write_text(json.dumps(annotations(ref, task, pictures)))
    registered = workspace / "registry/datasets" / f"{task}.yaml"
    head = "" if registered.exists() else f"task: {task}\nbatches:\n"
    split = "\n    split: val" if batch == "val" else ""
    with open(registered, "a") as file:
        file.write(
            f"{head}  {batch}:\n    annotations: data/{task}/{batch}.json\n    images: data/{task}/{batch}{split}\n"
        )


def encoded(picture: Picture) -> bytes:
    image = Image.fromarray(picture.pixels).convert(picture.mode)
    buffer = io.BytesIO()
    image.save(buffer, **SAVE_AS[Path(picture.name).suffix])
    return buffer.getvalue()


def annotations(ref: str, task: str, pictures: Sequence[Picture]) -> dict:
    """COCO JSON; with LVIS's federated fields where a picture is incomplete."""
    categories = TASKS[task]
    boxes = [(number, box) for number, picture in enumerate(pictures) for box in picture.batches[ref]]
    return {
        "images": [image(number, picture, categories) for number, picture in enumerate(pictures)],
        "annotations": [
            {
                "id": row,
                "image_id": number,
                "category_id": categories.index(box.name),
                "bbox": [box.xyxy[0], box.xyxy[1], box.xyxy[2] - box.xyxy[0], box.xyxy[3] - box.xyxy[1]],
                "iscrowd": int(box.crowd),
            }
            for row, (number, box) in enumerate(boxes)
        ],
        "categories": [{"id": index, "name": name} for index, name in enumerate(categories)],
    }


def image(number: int, picture: Picture, categories: Sequence[str]) -> dict:
    height, width = picture.image_hw
    entry = {"id": number, "file_name": picture.name, "height": height, "width": width}
    if not picture.incomplete:
        return entry
    absent = set(picture.labeled) - {box.name for box in picture.boxes}
    return {
        **entry,
        "neg_category_ids": [categories.index(name) for name in sorted(absent)],
        "not_exhaustive_category_ids": [categories.index(name) for name in picture.incomplete],
    }
