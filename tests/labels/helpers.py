"""Small batches on disk. Two tasks, three classes: car 1, truck 2, pedestrian 4; column 2 (id 3) is nobody's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

from unify.core.taxonomy import Taxonomy
from unify.core.types import BatchRef, PictureTable, SourceLabels
from unify.registry.objects import Batch

TAXONOMY = Taxonomy(
    tasks={"vehicle": ("car", "truck"), "pedestrian": ("pedestrian",)}, ids={"car": 1, "truck": 2, "pedestrian": 4}
)
ORIENTATION_TAG = 0x0112


def write_picture(path: Path, size_wh=(64, 48), mode="RGB", orientation=None, seed=0) -> Path:
    """A picture of its own content for every seed; the format follows the extension."""
    path.parent.mkdir(parents=True, exist_ok=True)
    width, height = size_wh
    noise = np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8)
    picture = Image.fromarray(noise).convert(mode)
    exif = Image.Exif()
    if orientation:
        exif[ORIENTATION_TAG] = orientation
    picture.save(path, exif=exif)
    return path


def coco(images, annotations=(), categories=("car", "truck", "pedestrian")):
    """A COCO document: images as (id, name, width, height), annotations as (image, category, x, y, w, h), or dicts."""
    names = ("id", "file_name", "width", "height")
    return {
        "images": [image if isinstance(image, dict) else dict(zip(names, image)) for image in images],
        "annotations": [
            row if isinstance(row, dict) else {"id": index, "image_id": row[0], "category_id": row[1], "bbox": row[2:]}
            for index, row in enumerate(annotations, start=1)
        ],
        "categories": [
            row if isinstance(row, dict) else {"id": index, "name": row}
            for index, row in enumerate(categories, start=1)
        ],
    }


def write_json(path: Path, document) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    return path


def make_batch(folder: Path, **changes) -> Batch:
    """``vehicle:b1`` with car and truck labeled, reading ``labels.json`` and ``images`` of a folder."""
    values = {
        "ref": BatchRef("vehicle", "b1"),
        "annotations": folder / "labels.json",
        "images": folder / "images",
        "labeled_classes": ("car", "truck"),
        "where": "registry/datasets/vehicle.yaml:3:3",
    }
    return Batch(**values | changes)


def source(boxes_per_picture, categories=("car", "truck", "pedestrian"), image_hw=(0, 0), **changes) -> SourceLabels:
    """Labels in memory: for every picture a list of (category index, x1, y1, x2, y2)."""
    rows = [row for picture in boxes_per_picture for row in picture]
    num_boxes = len(rows)
    values = {
        "categories": tuple(categories),
        "file_names": [f"{index}.jpg" for index in range(len(boxes_per_picture))],
        "image_hw": np.tile(np.array(image_hw, np.int32), (len(boxes_per_picture), 1)),
        "box_offsets": np.cumsum([0, *map(len, boxes_per_picture)]),
        "boxes_xyxy": np.array([row[1:] for row in rows], np.float32).reshape(-1, 4),
        "box_category": np.array([row[0] for row in rows], np.int32),
        "box_area": np.full(num_boxes, np.nan, np.float32),
        "box_crowd": np.zeros(num_boxes, bool),
        "box_difficult": np.zeros(num_boxes, bool),
    }
    return SourceLabels(**values | changes)


def pictures(num_pictures, image_hw=(48, 64), orientation=1) -> PictureTable:
    """Picture rows in memory, all of one size."""
    return PictureTable(
        names=[f"{index}.jpg" for index in range(num_pictures)],
        folder="/images",
        sha256=np.zeros((num_pictures, 32), np.uint8),
        image_hw=np.tile(np.array(image_hw, np.int32), (num_pictures, 1)),
        num_bytes=np.zeros(num_pictures, np.int64),
        mtime_ns=np.zeros(num_pictures, np.int64),
        format=np.ones(num_pictures, np.uint8),
        orientation=np.full(num_pictures, orientation, np.uint8),
    )


def assert_same_labels(a: SourceLabels, b: SourceLabels) -> None:
    """Equal in every column, NaN equal to NaN, dtypes too."""
    assert (a.categories, a.file_names, a.normalized) == (b.categories, b.file_names, b.normalized)
    for name in ("image_hw", "box_offsets", "boxes_xyxy", "box_category", "box_area", "box_crowd", "box_difficult"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
        assert getattr(a, name).dtype == getattr(b, name).dtype, name
    for name in ("verified_absent", "not_exhaustive"):
        ours, theirs = getattr(a, name), getattr(b, name)
        assert (ours is None) == (theirs is None), name
        if ours is not None:
            np.testing.assert_array_equal(ours.offsets, theirs.offsets)
            np.testing.assert_array_equal(ours.values, theirs.values)


def boxes_of(labels, row):
    """(class or category, x1, y1, x2, y2) of one picture's boxes."""
    own = slice(labels.box_offsets[row], labels.box_offsets[row + 1])
    kinds = labels.box_class if hasattr(labels, "box_class") else labels.box_category
    return [(kind, *box) for kind, box in zip(kinds[own].tolist(), labels.boxes_xyxy[own].tolist())]
