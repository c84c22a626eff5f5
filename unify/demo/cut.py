"""Cuts scenes whose truth is known into partially labeled batches, each written as its own team would write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from unify.scenarios.coco_file import write_coco
from unify.scenarios.truth import Truth
from unify.scenarios.workspace import class_ids

TASKS = {
    "vehicle": ("car", "truck", "bus"),
    "pedestrian": ("pedestrian", "cyclist"),
    "signal": ("traffic_light", "cone"),
}
CLASSES = class_ids(TASKS)
FORMATS = {"vehicle": "coco", "pedestrian": "voc", "signal": "yolo"}


@dataclass(frozen=True)
class Cut:
    """One batch of the demo: a task's people look at some pictures, and at nothing but their own classes."""

    task: str
    batch: str
    split: str
    pictures: tuple[Truth, ...]

    @property
    def ref(self) -> str:
        """The batch's reference."""
        return f"{self.task}:{self.batch}"


def people_searched(cuts: Sequence[Cut]) -> dict[str, set[str]]:
    """File name of a training picture -> the classes that some team searched it for."""
    searched: dict[str, set[str]] = {}
    for cut in cuts:
        for truth in cut.pictures if cut.split == "train" else ():
            searched.setdefault(truth.file_name, set()).update(TASKS[cut.task])
    return searched


def cut_into_batches(train: Sequence[Truth], val: Sequence[Truth]) -> list[Cut]:
    """Batches of three tasks over the training pictures, and one of each task over all validation pictures.

    The tasks share the training pictures evenly, but a tenth of the pedestrians' pictures went to the signal team as
    well: the same pictures in two batches, which a compile makes one.
    """
    third = len(train) // 3
    vehicle, pedestrian, signal = train[:third], train[third : 2 * third], train[2 * third :]
    return [
        Cut("vehicle", "b1", "train", tuple(vehicle[: third // 2])),
        Cut("vehicle", "b2", "train", tuple(vehicle[third // 2 :])),
        Cut("pedestrian", "b1", "train", tuple(pedestrian)),
        Cut("signal", "b1", "train", (*signal, *pedestrian[: max(1, third // 10)])),
        *(Cut(task, "val", "val", tuple(val)) for task in TASKS),
    ]


def write_annotations(cut: Cut, folder: Path) -> Path:
    """Write a batch's annotations in its team's format; returns the file or folder to register."""
    return {"coco": _write_coco, "voc": _write_voc, "yolo": _write_yolo}[FORMATS[cut.task]](cut, folder)


def _write_coco(cut: Cut, folder: Path) -> Path:
    path = folder / f"{cut.batch}.json"
    write_coco(path, cut.pictures, TASKS[cut.task])
    return path


def _write_voc(cut: Cut, folder: Path) -> Path:
    folder = folder / cut.batch
    folder.mkdir()
    for truth in cut.pictures:
        root = ElementTree.Element("annotation")
        ElementTree.SubElement(root, "filename").text = truth.file_name
        size = ElementTree.SubElement(root, "size")
        for key, value in zip(("height", "width", "depth"), (*truth.image_hw, 3)):
            ElementTree.SubElement(size, key).text = str(value)
        for name, box in truth.of(TASKS[cut.task]):
            thing = ElementTree.SubElement(root, "object")
            ElementTree.SubElement(thing, "name").text = name
            corners = ElementTree.SubElement(thing, "bndbox")
            for key, value in zip(("xmin", "ymin", "xmax", "ymax"), box):
                ElementTree.SubElement(corners, key).text = str(value)
        ElementTree.indent(root)
        ElementTree.ElementTree(root).write(folder / f"{Path(truth.file_name).stem}.xml")
    return folder


def _write_yolo(cut: Cut, folder: Path) -> Path:
    classes = TASKS[cut.task]
    folder = folder / cut.batch
    folder.mkdir()
    (folder / "classes.txt").write_text("".join(f"{name}\n" for name in classes))
    for truth in cut.pictures:
        height, width = truth.image_hw
        lines = [
            f"{classes.index(name)} {(x1 + x2) / 2 / width:.6f} {(y1 + y2) / 2 / height:.6f} "
            f"{(x2 - x1) / width:.6f} {(y2 - y1) / height:.6f}\n"
            for name, (x1, y1, x2, y2) in truth.of(classes)
        ]
        (folder / f"{Path(truth.file_name).stem}.txt").write_text("".join(lines))
    return folder
