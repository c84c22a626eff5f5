"""COCO JSON with more keys, for any tool that reads and writes it. Stored pixels, EXIF ignored.

The format has no word for a picture that nobody looked at: give back the pictures that somebody did.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from unify.core.types import JsonObject
from unify.errors import LabelError, Problem
from unify.reviewing.answers import Answer, Answers, finite, not_numbers, unknown_class, wrong_project
from unify.reviewing.project import Project, ReviewPicture

NAME = "coco"
ANNOTATIONS = "annotations.json"
_FIX = "export as COCO JSON"


def write(project: Project, image_url: str | None = None) -> dict[str, bytes]:
    """One file: images in the order of the queue.

    Args:
        project: the project.
        image_url: what stands before a picture's name in ``coco_url``; there is no such key by default.
    """
    content = {
        "info": {"description": f"review of {project.task}", "review": project.id, "task": project.task},
        "images": [_image(each, image_url) for each in project.pictures],
        "annotations": _annotations(project),
        "categories": [{"id": class_id, "name": name} for name, class_id in project.classes.items()],
    }
    return {ANNOTATIONS: (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()}


def _image(picture: ReviewPicture, image_url: str | None) -> JsonObject:
    height, width = picture.image_hw
    return {
        "id": picture.priority,
        "file_name": picture.name,
        **({"coco_url": image_url + picture.name} if image_url else {}),
        "width": width,
        "height": height,
        "sha256": picture.sha256,
        "score": picture.score,
        "cost": picture.cost,
        "difficulty": picture.difficulty,
        "uncertainty": round(picture.uncertainty, 4),
        "reasons": list(picture.reasons),
    }


def _annotations(project: Project) -> list[JsonObject]:
    rows = [(picture, box) for picture in project.pictures for box in picture.boxes]
    return [
        {
            "id": number,
            "image_id": picture.priority,
            "category_id": project.classes[box.class_name],
            "bbox": (bbox := xywh(box.box_xyxy)),
            "area": round(bbox[2] * bbox[3], 3),
            "iscrowd": 0,
            "score": box.score,
            "source": box.source,
            "unsure": box.unsure,
        }
        for number, (picture, box) in enumerate(rows, start=1)
    ]


def xywh(box_xyxy: Sequence[float]) -> list[float]:
    """``[x, y, width, height]`` to a thousandth of a pixel."""
    x1, y1, x2, y2 = box_xyxy
    return [round(each, 3) for each in (x1, y1, x2 - x1, y2 - y1)]


def read(project: Project, files: Sequence[Path]) -> Answers:
    """What people made of the pictures; each file is one annotator's. Every picture that is listed was looked at.

    Raises:
        LabelError: a file cannot be read, is another format or another project's; lists all that is wrong.
    """
    problems: list[Problem] = []
    answers = [answer for path in files for answer in _read_file(path, project, problems)]
    if problems:
        raise LabelError(problems)
    return Answers(tuple(answers))


def _read_file(path: Path, project: Project, problems: list[Problem]) -> list[Answer]:
    content = _parse(path)
    review = (content.get("info") or {}).get("review", project.id)
    if review != project.id:
        problems.append(wrong_project(str(path), str(review), project.id))
        return []
    pictures = _pictures(path, content["images"], project, problems)
    names = {each.get("id"): str(each.get("name")) for each in content["categories"]}
    boxes: dict[str, list[list[float]]] = {each.sha256: [] for each in pictures.values()}
    class_ids: dict[str, list[int]] = {each.sha256: [] for each in pictures.values()}
    listed = {each.get("id") for each in content["images"]}
    for number, row in enumerate(content["annotations"]):
        where = f"{path}: annotation {row.get('id', number)}"
        name, bbox = names.get(row.get("category_id"), str(row.get("category_id"))), row.get("bbox")
        if row.get("image_id") not in listed:
            problems.append(Problem(where, "its image is not in the file", got=f"image {row.get('image_id')}"))
        elif name not in project.classes:
            problems.append(unknown_class(where, name, list(project.classes)))
        elif not isinstance(bbox, list) or len(bbox) != 4 or not finite(bbox):
            problems.append(not_numbers(where, bbox))
        elif row["image_id"] in pictures:
            digest = pictures[row["image_id"]].sha256
            boxes[digest].append([bbox[0], bbox[1], bbox[0] + bbox[2], bbox[1] + bbox[3]])
            class_ids[digest].append(project.classes[name])
    return [
        Answer(digest, path.name, np.array(drawn, float).reshape(-1, 4), np.array(class_ids[digest], np.int32))
        for digest, drawn in boxes.items()
    ]


def _parse(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise LabelError(Problem(str(path), f"cannot be read: {error.strerror}")) from error
    except ValueError as error:
        raise LabelError(Problem(str(path), "is not JSON", got=str(error), fix=_FIX)) from error
    keys = ("images", "annotations", "categories")
    if not isinstance(content, dict) or not all(isinstance(content.get(key), list) for key in keys):
        raise LabelError(Problem(str(path), "is no COCO JSON", expected=f"lists {', '.join(keys)}", fix=_FIX))
    return content


def _pictures(
    path: Path, images: list[JsonObject], project: Project, problems: list[Problem]
) -> dict[Any, ReviewPicture]:
    """Id in the file -> picture; by digest where the tool kept it, else by name."""
    by_digest, by_name = project.by_digest(), project.by_name()
    found: dict[Any, ReviewPicture] = {}
    met: set[str] = set()
    for row in images:
        name = str(row.get("file_name"))
        where = f"{path}: {name}"
        picture = by_digest.get(row.get("sha256")) or by_name.get(name)
        if picture is None:
            fix = "keep the file names of the exported file"
            problems.append(Problem(where, "its picture is not of this project", fix=fix))
            continue
        if picture.sha256 in met:
            problems.append(Problem(where, "the picture is in the export twice", fix=_FIX))
        met.add(picture.sha256)
        height, width = picture.image_hw
        got = row.get("width", width), row.get("height", height)
        if got != (width, height):
            what, fix = "boxes were drawn on a picture of another size", "give the tool the files that are registered"
            problems.append(Problem(where, what, f"{got[0]} x {got[1]}", f"{width} x {height}", fix))
        found[row.get("id")] = picture
    return found
