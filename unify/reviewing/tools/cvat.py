"""CVAT: labels for its constructor, and annotations in the format 'CVAT for images 1.1', both ways.

Pixels of the picture as it is turned by EXIF, as the tool shows it. What is said of a picture stands in a tag on it.
The file has no word for a picture that nobody looked at: export jobs that are completed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

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

NAME = "cvat"
LABELS, ANNOTATIONS, PICTURES = "labels.json", "annotations.xml", "pictures.txt"
ABOUT = "about this picture"  # a tag; no class can be called so, for the blanks
_BOX_FACTS = ("score", "source", "unsure")
_PICTURE_FACTS = ("review", "priority", "score", "cost", "difficulty", "uncertainty", "reasons")
_EDGES = ("xtl", "ytl", "xbr", "ybr")
_FIX = "export as 'CVAT for images 1.1'"


def write(project: Project, image_url: str | None = None) -> dict[str, bytes]:
    """The files to make a task of. ``image_url`` has no use here: pictures are named as in ``pictures.txt``."""
    names = "".join(f"{each.name}\n" for each in project.pictures)
    labels = json.dumps(_labels(project), indent=1) + "\n"
    return {LABELS: labels.encode(), ANNOTATIONS: _annotations(project), PICTURES: names.encode()}


def _labels(project: Project) -> list[JsonObject]:
    """What the raw view of the label constructor takes."""
    classes = [
        {"name": name, "color": class_colour(number), "type": "rectangle", "attributes": _attributes(_BOX_FACTS)}
        for name, number in project.classes.items()
    ]
    return [*classes, {"name": ABOUT, "type": "tag", "attributes": _attributes(_PICTURE_FACTS)}]


def _attributes(names: Sequence[str]) -> list[JsonObject]:
    return [
        {"name": name, "mutable": False, "input_type": "text", "default_value": "", "values": [""]} for name in names
    ]


def _annotations(project: Project) -> bytes:
    root = Element("annotations")
    SubElement(root, "version").text = "1.1"
    task = SubElement(SubElement(root, "meta"), "task")
    SubElement(task, "name").text = f"{project.task} {project.id}"
    SubElement(task, "size").text = str(len(project.pictures))
    SubElement(task, "mode").text = "annotation"
    for number, picture in enumerate(project.pictures):
        root.append(_image(project, picture, number))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _image(project: Project, picture: ReviewPicture, number: int) -> Element:
    height, width = displayed_hw(picture.image_hw, picture.orientation)
    image = Element("image", id=str(number), name=picture.name, width=str(width), height=str(height))
    tag = SubElement(image, "tag", label=ABOUT, source="auto")
    facts = (project.id, picture.priority, picture.score, picture.cost, picture.difficulty, picture.uncertainty)
    _add_facts(tag, _PICTURE_FACTS, (*facts, "; ".join(picture.reasons)))
    for box in picture.boxes:
        image.append(_box(picture, box))
    return image


def _box(picture: ReviewPicture, box: ShownBox) -> Element:
    placed = to_displayed(np.array([box.box_xyxy]), picture.image_hw, picture.orientation)[0]
    edges = {name: f"{edge:.2f}" for name, edge in zip(_EDGES, placed.tolist())}
    element = Element("box", label=box.class_name, source="auto", occluded="0", **edges, z_order="0")
    _add_facts(element, _BOX_FACTS, (box.score, box.source, "true" if box.unsure else "false"))
    return element


def _add_facts(element: Element, names: Sequence[str], values: Sequence[object]) -> None:
    for name, value in zip(names, values):
        SubElement(element, "attribute", name=name).text = f"{value}"


def read(project: Project, files: Sequence[Path]) -> Answers:
    """What people made of the pictures; each file is one annotator's. Every picture that is listed was looked at.

    Raises:
        LabelError: a file cannot be read, is another format or another project's; lists all that is wrong.
    """
    problems: list[Problem] = []
    answers: list[Answer] = []
    rotated, known = 0, project.by_name()
    for path in files:
        met: set[str] = set()
        for image in _images(path):
            where = f"{path}: {image.get('name')}"
            picture = _picture_of(where, image, project, known, problems)
            if picture is None:
                continue
            if picture.sha256 in met:
                problems.append(Problem(where, "the picture is in the export twice", fix=_FIX))
            met.add(picture.sha256)
            answer, turned = _answer(where, path.name, image, picture, project, problems)
            answers.append(answer)
            rotated += turned
    if problems:
        raise LabelError(problems)
    return Answers(tuple(answers), {"rotated": rotated} if rotated else {})


def _images(path: Path) -> list[Element]:
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except OSError as error:
        raise LabelError(Problem(str(path), f"cannot be read: {error.strerror}")) from error
    except ElementTree.ParseError as error:
        line, column = error.position
        raise LabelError(Problem(f"{path}:{line}:{column + 1}", f"is not XML: {error}", fix=_FIX)) from error
    if root.tag != "annotations" or root.find("track") is not None:
        raise LabelError(Problem(str(path), "is no 'CVAT for images 1.1'", got=f"<{root.tag}>", fix=_FIX))
    return root.findall("image")


def _picture_of(
    where: str, image: Element, project: Project, known: dict[str, ReviewPicture], problems: list[Problem]
) -> ReviewPicture | None:
    reviews = {
        fact.text or ""
        for tag in image.findall("tag")
        if tag.get("label") == ABOUT
        for fact in tag.findall("attribute")
        if fact.get("name") == "review"
    }
    if reviews - {project.id}:
        problems.append(wrong_project(where, ", ".join(sorted(reviews)), project.id))
        return None
    picture = known.get(image.get("name", ""))
    if picture is None:
        fix = "keep the names of pictures.txt, and export from the task of this project"
        problems.append(Problem(where, "its picture is not of this project", fix=fix))
        return None
    height, width = displayed_hw(picture.image_hw, picture.orientation)
    got = image.get("width"), image.get("height")
    if got != (str(width), str(height)):
        what, fix = "boxes were drawn on a picture of another size", "give the tool the same files that are registered"
        problems.append(Problem(where, what, f"{got[0]} x {got[1]}", f"{width} x {height}", fix))
    return picture


def _answer(
    where: str, annotator: str, image: Element, picture: ReviewPicture, project: Project, problems: list[Problem]
) -> tuple[Answer, int]:
    """One person's answer, and how many of its boxes were turned."""
    boxes, class_ids, rotated = [], [], 0
    problems += _other_shapes(where, image)
    for element in image.findall("box"):
        name = element.get("label", "")
        if name not in project.classes:
            problems.append(unknown_class(where, name, list(project.classes)))
            continue
        numbers = [_number(element.get(edge)) for edge in _EDGES]
        turn = _number(element.get("rotation", "0"))
        if not finite([*numbers, turn]):
            problems.append(not_numbers(where, [element.get(edge) for edge in _EDGES]))
            continue
        boxes.append(_place(numbers, turn))
        class_ids.append(project.classes[name])
        rotated += turn % 360 != 0
    placed = from_displayed(np.array(boxes, float).reshape(-1, 4), picture.image_hw, picture.orientation)
    return Answer(picture.sha256, annotator, placed, np.array(class_ids, np.int32)), rotated


def _other_shapes(where: str, image: Element) -> Iterator[Problem]:
    others = sorted({element.tag for element in image} - {"box", "tag"})
    if others:
        yield Problem(where, "shapes that are no boxes", got=", ".join(others), expected="rectangles")


def _place(numbers: Sequence[float], turn: float) -> np.ndarray:
    """float64 [4]; the upright box. CVAT turns boxes about their center."""
    x1, y1, x2, y2 = numbers
    if turn % 360 == 0:
        return np.array(numbers)
    return turned_box(turned_corners(((x1 + x2) / 2, (y1 + y2) / 2), (x2 - x1, y2 - y1), turn))


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")
