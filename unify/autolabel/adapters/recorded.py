"""Another tool's detections, replayed: COCO results JSON, ``[{image_id, category_id, bbox: [x, y, w, h], score}]``.

An ``image_id`` is the picture's file name, its sha256, or a number: that of a COCO file named by the option ``images``,
else that of ``unify export --to coco``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import msgspec
import numpy as np
from pydantic import Field

from unify.autolabel.adapters.weights import weights_of
from unify.autolabel.interface import AutoLabelerSpec
from unify.autolabel.options import Options
from unify.autolabel.problems import problem_of
from unify.core.digest import content_ids
from unify.core.predictions import Failure, PictureKey
from unify.errors import Problem, RegistryError
from unify.registry.objects import AutoLabelerVersion


class Shape(Options):
    """Options of recorded detections."""

    without_effect: ClassVar[frozenset[str]] = Options.without_effect | {"images"}  # its content has

    first_class: int = Field(1, ge=0)
    images: str = Field("", description="COCO file whose images have the ids of the results, from the workspace")
    unlisted: Literal["failure", "empty"] = Field(
        "failure", description="a picture that is not in the file: nobody asked the tool, or it found nothing"
    )


class _Detection(msgspec.Struct, gc=False):
    image_id: int | str
    category_id: int
    bbox: tuple[float, float, float, float]
    score: float


class _Image(msgspec.Struct, gc=False):
    id: int | str
    file_name: str


class _Images(msgspec.Struct):
    images: list[_Image]


def files_of(version: AutoLabelerVersion, workspace: Path, options: Shape) -> tuple[Path, ...]:
    """The results, and the COCO file of their pictures."""
    if not options.images:
        return (weights_of(version),)
    images = workspace / options.images
    if not images.is_file():
        what, fix = "has no COCO file where its option 'images' says", "correct 'images:', a path from the workspace"
        raise RegistryError(problem_of(version, what, got=f"nothing at {images}", fix=fix))
    return weights_of(version), images


def load(spec: AutoLabelerSpec) -> _Recorded:
    """All detections, by picture."""
    options: Shape = spec.options
    results, *images = spec.files
    detections = _decode(results, list[_Detection], "a list of {image_id, category_id, bbox: [x, y, w, h], score}")
    by_picture: dict[int | str, list[_Detection]] = defaultdict(list)
    names: dict[int | str, str] = {}
    for path in images:
        names = {
            each.id: each.file_name for each in _decode(path, _Images, "images, each with id and file_name").images
        }
        by_picture.update({name: [] for name in names.values()})
    for each in detections:
        by_picture[names.get(each.image_id, each.image_id)].append(each)
    return _Recorded(by_picture, fail_unlisted=options.unlisted == "failure")


class _Recorded:
    advice: Mapping[str, str] = {
        "numbers": "set 'first_class' to the results' number of the first class, or name their classes in 'class_names'"
    }
    preparation = "nothing is looked at"

    def __init__(self, by_picture: Mapping[int | str, list[_Detection]], *, fail_unlisted: bool) -> None:
        self._by_picture = by_picture
        self._fail_unlisted = fail_unlisted

    def prepare(self, picture: np.ndarray) -> None:
        return None

    def assemble(self, pictures: Sequence[None]) -> None:
        return None

    def __call__(self, batch: None, keys: Sequence[PictureKey] | None) -> list[Any]:
        if keys is None:
            raise ValueError("recorded detections are looked up by the picture's name, and it has none")
        return [self._answer_of(key) for key in keys]

    def _answer_of(self, key: PictureKey) -> dict[str, Any] | Failure:
        found = next((each for each in _ids_of(key) if each in self._by_picture), None)
        if found is None and self._fail_unlisted:
            return Failure("not among the recorded pictures")
        detections = self._by_picture[found] if found is not None else []
        boxes = np.array([each.bbox for each in detections], np.float64).reshape(-1, 4)
        boxes[:, 2:] += boxes[:, :2]
        scores = np.array([each.score for each in detections], np.float64)
        return {"boxes": boxes, "scores": scores, "classes": [each.category_id for each in detections]}


def _ids_of(key: PictureKey) -> tuple[int | str, ...]:
    """What a results file may call a picture."""
    digest = np.frombuffer(bytes.fromhex(key.sha256), np.uint8).reshape(1, 32)
    return key.name, key.sha256, int(content_ids(digest)[0])


def _decode(path: Path, shape: Any, expected: str) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes(), type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        what, fix = "is not what the adapter 'recorded' replays", "write the file again"
        raise RegistryError(Problem(str(path), what, got=str(error), expected=expected, fix=fix)) from error
