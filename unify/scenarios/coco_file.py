"""Writes what somebody labeled on pictures of known truth as COCO detection JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

from unify.core.types import JsonObject
from unify.scenarios.truth import Truth


def write_coco(path: Path, truths: Sequence[Truth], classes: Sequence[str]) -> None:
    """Write the objects of some classes; ids count from 1, those of categories in the order of ``classes``.

    An object without a place is written without a ``bbox``: it is there, so nobody can call its class absent.
    """
    images = [{"id": number, "file_name": each.file_name, **_size(each)} for number, each in enumerate(truths, 1)]
    rows = [row for image_id, each in enumerate(truths, 1) for row in _annotations(each, image_id, classes)]
    annotations = [{"id": number, **row} for number, row in enumerate(rows, 1)]
    categories = [{"id": number, "name": name} for number, name in enumerate(classes, 1)]
    content = {"images": images, "annotations": annotations, "categories": categories}
    path.write_text(json.dumps(content), encoding="utf-8")


def _size(truth: Truth) -> JsonObject:
    height, width = truth.image_hw
    return {"height": height, "width": width} if height else {}


def _annotations(truth: Truth, image_id: int, classes: Sequence[str]) -> list[JsonObject]:
    return [
        {
            "image_id": image_id,
            "category_id": classes.index(name) + 1,
            **_place(box, truth.areas[row] if truth.areas is not None else math.nan),
            "iscrowd": int(truth.crowd is not None and truth.crowd[row]),
        }
        for row, (name, box) in zip(truth.rows_of(classes), truth.of(classes))
    ]


def _place(box: Sequence[float], stated_area: float) -> JsonObject:
    """``bbox`` and ``area``, the stated one if there is one; nothing for a box that is not finite."""
    x1, y1, x2, y2 = box
    width, height = round(x2 - x1, 3), round(y2 - y1, 3)
    if not all(map(math.isfinite, box)):
        return {}
    area = float(stated_area) if math.isfinite(stated_area) else width * height
    return {"bbox": [x1, y1, width, height], "area": round(area, 1)}
