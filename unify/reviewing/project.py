"""What people were shown: written beside the files for their tool, and read when their answers come back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from unify.core.digest import json_digest
from unify.core.types import JsonObject
from unify.errors import LabelError, Problem

PROJECT_NAME = "project.json"
FORMAT = "unify-review"
VERSION = 1
HUMAN = "human"
_ID_DIGITS = 16

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class ShownBox:
    """A box that people found on the picture when they opened it.

    Attributes:
        box_xyxy: stored pixels.
        class_name: its class.
        score: raw score of the auto-labeler, 1 for people's.
        source: ``human`` or an auto-labeler's reference.
        unsure: the auto-labeler would not make a label of it.
    """

    box_xyxy: Box
    class_name: str
    score: float
    source: str
    unsure: bool


@dataclass(frozen=True)
class ReviewPicture:
    """One picture of a project.

    Attributes:
        sha256: hex digest of its bytes.
        name: what the tool calls it: its path below the folder that is served, with ``/``.
        image_hw: height and width in stored pixels.
        orientation: EXIF orientation, 1..8.
        priority: place in the queue, from 1.
        score: what the queue says is gained.
        cost: what the queue says it costs.
        difficulty: ``easy``, ``medium``, ``hard``, or "".
        uncertainty: 0..1; mean of the five least certain predictions, 0 without any.
        reasons: why it was chosen.
        boxes: those that are shown, the surest first.
    """

    sha256: str
    name: str
    image_hw: tuple[int, int]
    orientation: int
    priority: int
    score: float
    cost: float
    difficulty: str
    uncertainty: float
    reasons: tuple[str, ...]
    boxes: tuple[ShownBox, ...]

    @property
    def about(self) -> str:
        """One line for the annotator."""
        return " · ".join([f"priority {self.priority}", *filter(None, [self.difficulty]), *self.reasons])


@dataclass(frozen=True)
class Project:
    """Pictures of one task, for one pool of annotators.

    Attributes:
        task: the task.
        classes: class name -> unified id, what people are asked for.
        tool: ``labelstudio``, ``cvat`` or ``coco``.
        autolabelers: reference -> fingerprint, of those whose boxes are shown.
        pictures: the most important first.
    """

    task: str
    classes: Mapping[str, int]
    tool: str
    autolabelers: Mapping[str, str]
    pictures: tuple[ReviewPicture, ...]

    @property
    def id(self) -> str:
        """16 hex digits that tell this project from every other."""
        return json_digest(asdict(self))[:_ID_DIGITS]

    def by_digest(self) -> dict[str, ReviewPicture]:
        """Hex sha256 -> picture."""
        return {each.sha256: each for each in self.pictures}

    def by_name(self) -> dict[str, ReviewPicture]:
        """What the tool calls it -> picture."""
        return {each.name: each for each in self.pictures}


def project_bytes(project: Project) -> bytes:
    """The file: sorted, versioned JSON without any path of this machine."""
    content = {"format": FORMAT, "version": VERSION, "id": project.id, **asdict(project)}
    return (json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def read_project(folder: Path) -> Project:
    """The project that `unify review export` wrote into a folder.

    Raises:
        LabelError: there is none, a newer version wrote it, or it was changed.
    """
    path = folder / PROJECT_NAME
    fix = "give the folder of one task below the --output of `unify review export`"
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise LabelError(Problem(str(path), f"no review project: {error.strerror}", fix=fix)) from error
    except ValueError as error:
        raise LabelError(Problem(str(path), "is not JSON", got=str(error), fix=fix)) from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise LabelError(Problem(str(path), "is no review project", expected=f'"format": "{FORMAT}"', fix=fix))
    if value.get("version") != VERSION:
        fix = "install the unify that wrote it, or export again"
        raise LabelError(Problem(str(path), "unknown version", str(value.get("version")), str(VERSION), fix))
    try:
        project = _project(value)
        intact = project.id == value["id"]
    except (KeyError, TypeError):
        intact = False
    if not intact:
        what = "was changed since it was written: what people were shown is not known any more"
        raise LabelError(Problem(str(path), what, fix="put the file back, or export again"))
    return project


def _project(value: dict[str, Any]) -> Project:
    return Project(
        task=value["task"],
        classes=value["classes"],
        tool=value["tool"],
        autolabelers=value["autolabelers"],
        pictures=tuple(_picture(each) for each in value["pictures"]),
    )


def _picture(value: JsonObject) -> ReviewPicture:
    boxes = tuple(ShownBox(**{**each, "box_xyxy": tuple(each["box_xyxy"])}) for each in value["boxes"])
    plain = {**value, "image_hw": tuple(value["image_hw"]), "reasons": tuple(value["reasons"]), "boxes": boxes}
    return ReviewPicture(**plain)
