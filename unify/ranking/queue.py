"""The queue of questions: what it holds, and the files it is written to."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unify.core.types import JsonObject
from unify.errors import OutputError, Problem
from unify.files import write_whole


@dataclass(frozen=True)
class ShownBox:
    """A box that the person who is asked will see.

    Attributes:
        name: class.
        xyxy: stored pixels.
        score: probability in 0..1.
        uncertainty: nearness of the score to the accept threshold, in 0..1.
        review: it is under the accept threshold.
        autolabeler: who found it.
    """

    name: str
    xyxy: tuple[float, float, float, float]
    score: float
    uncertainty: float
    review: bool
    autolabeler: str


@dataclass(frozen=True)
class Query:
    """One question: please label this picture for this task.

    Attributes:
        picture: hex sha256 of the file.
        task: whose classes are asked about.
        score: how uncertain, in 0..1, among all candidates of the task.
        cost: expected, see `Costs`.
        difficulty: ``easy``, ``medium`` or ``hard``.
        reasons: why it was chosen; empty unless asked for.
        classes: the classes that are unknown there.
        batch: the first batch that holds the picture.
        file: its name in that batch's images folder.
        image_hw: stored height and width.
        boxes: what auto-labelers found, the surest first; empty unless asked for.
    """

    picture: str
    task: str
    score: float
    cost: float
    difficulty: str
    reasons: tuple[str, ...]
    classes: tuple[str, ...]
    batch: str
    file: str
    image_hw: tuple[int, int]
    boxes: tuple[ShownBox, ...] = ()

    def as_json(self) -> JsonObject:
        return {
            "picture": self.picture,
            "task": self.task,
            "score": round(self.score, 6),
            "cost": round(self.cost, 4),
            "difficulty": self.difficulty,
            "reasons": list(self.reasons),
        }


def csv_bytes(queries: Sequence[Query]) -> bytes:
    """A table, best first."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["place", "picture", "batch", "file", "task", "classes", "score", "cost", "difficulty", "reasons"])
    for place, each in enumerate(queries, start=1):
        row = each.as_json()
        writer.writerow(
            [
                *(place, each.picture, each.batch, each.file, each.task, " ".join(each.classes)),
                *(row["score"], row["cost"], each.difficulty, "; ".join(each.reasons)),
            ]
        )
    return text.getvalue().encode()


def coco_bytes(queries: Sequence[Query], class_ids: dict[str, int]) -> bytes:
    """COCO with the questions beside each picture, and the boxes that are to be confirmed as its annotations.

    Args:
        queries: best first.
        class_ids: class -> category id.
    """
    pictures: dict[str, JsonObject] = {}
    annotations = []
    for place, query in enumerate(queries, start=1):
        fresh = _picture(query, len(pictures) + 1)
        image = pictures.setdefault(query.picture, fresh)
        image["queries"].append({"place": place, **_question(query)})
        for box in query.boxes:
            annotations.append(_annotation(box, query, image["id"], class_ids[box.name], len(annotations) + 1))
    categories = [{"id": number, "name": name} for name, number in sorted(class_ids.items(), key=lambda each: each[1])]
    return _json_bytes({"images": list(pictures.values()), "annotations": annotations, "categories": categories})


def _picture(query: Query, number: int) -> JsonObject:
    height, width = query.image_hw
    place = {"file_name": query.file, "batch": query.batch, "sha256": query.picture}
    return {"id": number, **place, "height": height, "width": width, "queries": []}


def _question(query: Query) -> JsonObject:
    return {**{key: value for key, value in query.as_json().items() if key != "picture"}, "classes": [*query.classes]}


def _annotation(box: ShownBox, query: Query, image: int, category: int, number: int) -> JsonObject:
    left, top, right, bottom = box.xyxy
    size = right - left, bottom - top
    return {
        "id": number,
        "image_id": image,
        "category_id": category,
        "bbox": [round(each, 3) for each in (left, top, *size)],
        "area": round(size[0] * size[1], 3),
        "iscrowd": 0,
        "score": round(box.score, 6),
        "uncertainty": round(box.uncertainty, 6),
        "review": box.review,
        "task": query.task,
        "autolabeler": box.autolabeler,
    }


SUFFIXES = (".json", ".csv", ".coco.json")


def check_output(output: Path) -> None:
    """Raises OutputError where the name does not say what is to be written."""
    if not output.name.endswith(SUFFIXES):
        what = "the name does not say what to write"
        expected = "a name that ends in .json, .csv or .coco.json"
        raise OutputError(Problem(str(output), what, got=output.suffix or "no ending", expected=expected))


def write_queue(output: Path, queries: Sequence[Query], summary: JsonObject, class_ids: dict[str, int]) -> None:
    """Write a queue in the format that the file's name says; see `check_output`.

    Raises:
        OutputError: the file cannot be written.
    """
    if output.name.endswith(".coco.json"):
        content = coco_bytes(queries, class_ids)
    else:
        content = csv_bytes(queries) if output.suffix == ".csv" else _json_bytes(summary)
    write_whole(output, content)


def _json_bytes(content: JsonObject) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
