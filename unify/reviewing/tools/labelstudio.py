"""Label Studio: a labeling config, tasks with one prediction each, and its JSON export.

Places are percent of the picture as a browser turns it by EXIF. Tasks are imported in the order of the file, and the
data manager shows them in that order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import numpy as np

from unify.core.types import JsonObject
from unify.errors import LabelError, Problem
from unify.reviewing.answers import (
    Answer,
    Answers,
    finite,
    not_numbers,
    turned_box,
    turned_corners,
    unknown_class,
    wrong_project,
)
from unify.reviewing.colours import class_colour
from unify.reviewing.frames import displayed_hw, from_displayed, to_displayed
from unify.reviewing.project import Project, ReviewPicture, ShownBox

NAME = "labelstudio"
CONFIG, TASKS = "config.xml", "tasks.json"
LOCAL_FILES = "/data/local-files/?d="  # what the tool calls the files below LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT
_LABEL, _IMAGE = "label", "image"
_FIX = "export as 'JSON', not 'JSON-MIN' or another format"


def write(project: Project, image_url: str | None = None) -> dict[str, bytes]:
    """The files to make a project of.

    Args:
        project: the project.
        image_url: what stands before a picture's name in its address; the tool's own local files by default.
    """
    tasks = [_task(project, each, image_url or LOCAL_FILES) for each in project.pictures]
    return {
        CONFIG: labeling_config(project),
        TASKS: (json.dumps(tasks, indent=1, ensure_ascii=False) + "\n").encode(),
    }


def labeling_config(project: Project) -> bytes:
    """What the tool asks: boxes of the task's classes, each in its colour."""
    view = ElementTree.Element("View")
    ask = f"{project.task}: box every {', '.join(project.classes)}. Submit without a box where there is none."
    ElementTree.SubElement(view, "Header", value=ask, size="4")
    ElementTree.SubElement(view, "Header", value="$about", size="6")
    ElementTree.SubElement(view, "Image", name=_IMAGE, value="$image", zoom="true", zoomControl="true")
    labels = ElementTree.SubElement(view, "RectangleLabels", name=_LABEL, toName=_IMAGE)
    for name, class_id in project.classes.items():
        ElementTree.SubElement(labels, "Label", value=name, background=class_colour(class_id))
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="utf-8") + b"\n"


def _task(project: Project, picture: ReviewPicture, image_url: str) -> JsonObject:
    data = {
        "image": image_url + quote(picture.name),
        "about": picture.about,
        "task": project.task,
        "review": project.id,
        "sha256": picture.sha256,
        "priority": picture.priority,
        "score": picture.score,
        "cost": picture.cost,
        "difficulty": picture.difficulty,
        "uncertainty": round(picture.uncertainty, 4),
    }
    if not picture.boxes:
        return {"data": data}
    sources = dict.fromkeys(each.source for each in picture.boxes)
    prediction = {
        "model_version": "+".join(sources),
        "score": round(float(np.mean([each.score for each in picture.boxes])), 4),
        "result": [_region(picture, each, number) for number, each in enumerate(picture.boxes)],
    }
    return {"data": data, "predictions": [prediction]}


def _region(picture: ReviewPicture, box: ShownBox, number: int) -> JsonObject:
    height, width = displayed_hw(picture.image_hw, picture.orientation)
    placed = to_displayed(np.array([box.box_xyxy]), picture.image_hw, picture.orientation)[0]
    x1, y1, x2, y2 = (placed / np.array([width, height, width, height]) * 100).tolist()
    note = f"{box.source} is not sure: {box.score:.2f}"
    return {
        "id": f"box{number}",
        "type": "rectanglelabels",
        "from_name": _LABEL,
        "to_name": _IMAGE,
        "original_width": width,
        "original_height": height,
        "image_rotation": 0,
        "value": {
            "x": x1,
            "y": y1,
            "width": x2 - x1,
            "height": y2 - y1,
            "rotation": 0,
            "rectanglelabels": [box.class_name],
        },
        "score": box.score,
        **({"meta": {"text": [note]}} if box.unsure else {}),
    }


def read(project: Project, files: Sequence[Path]) -> Answers:
    """What people submitted. A task that nobody submitted, or that was skipped, has no answer.

    Raises:
        LabelError: a file cannot be read, is another format or another project's; lists all that is wrong.
    """
    problems: list[Problem] = []
    answers: list[Answer] = []
    rotated = 0
    known = project.by_digest()
    met: set[str] = set()
    for path in files:
        for number, task in enumerate(_tasks(path)):
            where = f"{path}: task {task.get('id', number)}"
            picture = _picture_of(where, task, project, known, problems)
            if picture is None:
                continue
            if picture.sha256 in met:
                fix = "delete one of the two in the tool and export again"
                problems.append(Problem(where, "its picture is in the export twice", got=picture.name, fix=fix))
            met.add(picture.sha256)
            for each in _submitted(task):
                answer, turned = _answer(where, each, picture, project, problems)
                answers.append(answer)
                rotated += turned
    if problems:
        raise LabelError(problems)
    return Answers(tuple(answers), {"rotated": rotated} if rotated else {})


def _tasks(path: Path) -> list[dict[str, Any]]:
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise LabelError(Problem(str(path), f"cannot be read: {error.strerror}")) from error
    except ValueError as error:
        raise LabelError(Problem(str(path), "is not JSON", got=str(error), fix=_FIX)) from error
    whole = isinstance(value, list) and all(isinstance(each, dict) and "annotations" in each for each in value)
    if not whole:
        expected = "a list of tasks with 'data' and 'annotations'"
        raise LabelError(Problem(str(path), "is no JSON export of Label Studio", expected=expected, fix=_FIX))
    return value


def _picture_of(
    where: str, task: JsonObject, project: Project, known: dict[str, ReviewPicture], problems: list[Problem]
) -> ReviewPicture | None:
    data = task.get("data") or {}
    if data.get("review") != project.id:
        problems.append(wrong_project(where, f"{data.get('review')}, task {data.get('task')}", project.id))
        return None
    picture = known.get(data.get("sha256", ""))
    if picture is None:
        problems.append(Problem(where, "its picture is not of this project", got=f"{data.get('sha256')}"))
    return picture


def _submitted(task: JsonObject) -> Iterator[JsonObject]:
    yield from (each for each in task["annotations"] if not each.get("was_cancelled"))


def _answer(
    where: str, annotation: JsonObject, picture: ReviewPicture, project: Project, problems: list[Problem]
) -> tuple[Answer, int]:
    """One person's answer, and how many of its boxes were turned."""
    boxes, class_ids, rotated = [], [], 0
    for region in annotation.get("result") or []:
        value = region.get("value") or {}
        names = value.get("rectanglelabels")
        if region.get("type") != "rectanglelabels" or not isinstance(names, list) or len(names) != 1:
            expected = "a rectangle with one class"
            problems.append(
                Problem(where, "a region that is no box", got=f"{region.get('type')} {names}", expected=expected)
            )
            continue
        if names[0] not in project.classes:
            problems.append(unknown_class(where, names[0], list(project.classes)))
            continue
        numbers = [value.get(key) for key in ("x", "y", "width", "height")]
        turn = value.get("rotation") or 0
        if not finite([*numbers, turn]):
            problems.append(not_numbers(where, numbers))
            continue
        problems += _size_problems(where, region, picture)
        boxes.append(_place(numbers, turn, picture))
        class_ids.append(project.classes[names[0]])
        rotated += turn % 360 != 0
    placed = from_displayed(np.array(boxes, float).reshape(-1, 4), picture.image_hw, picture.orientation)
    return Answer(picture.sha256, _annotator(annotation), placed, np.array(class_ids, np.int32)), rotated


def _place(numbers: Sequence[float], turn: float, picture: ReviewPicture) -> np.ndarray:
    """float64 [4]; the upright box, in pixels of the picture as it is displayed."""
    height, width = displayed_hw(picture.image_hw, picture.orientation)
    x, y, w, h = np.array(numbers) * np.array([width, height, width, height]) / 100
    if turn % 360 == 0:
        return np.array([x, y, x + w, y + h])
    # It turns boxes about their upper left corner.
    corners = turned_corners((0, 0), (w, h), turn)
    return turned_box(corners - corners[0] + np.array([x, y]))


def _size_problems(where: str, region: JsonObject, picture: ReviewPicture) -> Iterator[Problem]:
    height, width = displayed_hw(picture.image_hw, picture.orientation)
    got = region.get("original_width"), region.get("original_height")
    if None not in got and got != (width, height):
        fix = "serve the tool the same files that are registered"
        yield Problem(
            where, "boxes were drawn on a picture of another size", f"{got[0]} x {got[1]}", f"{width} x {height}", fix
        )


def _annotator(annotation: JsonObject) -> str:
    who = annotation.get("completed_by")
    return str(who.get("email") or who.get("id")) if isinstance(who, dict) else str(who)
