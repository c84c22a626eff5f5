"""Detections as columns, and COCO results JSON as detections."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np

from unify.errors import Problem, UnifyError, shorten

_MOST_ENTRIES = 10  # of a file that is wrong throughout; more say nothing new
_SHAPE = "a list of {image_id, category_id, bbox: [x, y, width, height] in pixels, score}"


@dataclass(frozen=True)
class Detections:
    """D detections. Where scores are equal within a picture, the earlier one counts first, as in pycocotools.

    Attributes:
        picture_ids: D pictures, each by its sha256 (64 hex digits) or by its image id in ``unify export --to coco
            --split`` of the evaluated split.
        class_ids: int [D]; unified class ids, from 1.
        boxes_xywh_px: float [D, 4]; left, top, width, height in stored pixels.
        scores: float [D]; any finite numbers, the surer the larger.
        origin: where they come from, for messages.

    Raises:
        UnifyError: the columns differ in length.
    """

    picture_ids: Sequence[int | str]
    class_ids: np.ndarray
    boxes_xywh_px: np.ndarray
    scores: np.ndarray
    origin: str = "detections"

    def __post_init__(self) -> None:
        count = len(self.picture_ids)
        wanted = {"class_ids": (count,), "boxes_xywh_px": (count, 4), "scores": (count,)}
        shapes = {name: np.shape(getattr(self, name)) for name in wanted}
        problems = [
            Problem(self.origin, f"{name} has the wrong shape", got=str(shapes[name]), expected=str(shape))
            for name, shape in wanted.items()
            if shapes[name] != shape
        ]
        if problems:
            raise UnifyError(problems)

    def __len__(self) -> int:
        return len(self.picture_ids)


class _Entry(msgspec.Struct, gc=False):
    """One entry of a results file; other keys are left alone."""

    image_id: int | str
    category_id: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
    bbox: tuple[float, float, float, float]
    score: float


def read_detections(path: Path) -> Detections:
    """A COCO results file; an empty list is a detector that found nothing.

    Raises:
        UnifyError: the file cannot be read, is not JSON (with line and column), or holds something else; lists the
            first ten wrong entries.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        fix = "give the results file that the detector wrote"
        raise UnifyError(Problem(str(path), f"the detections cannot be read: {error.strerror}", fix=fix)) from error
    try:
        entries = msgspec.json.decode(content, type=list[_Entry])
    except (msgspec.DecodeError, UnicodeDecodeError):  # the slow way knows lines, columns and every wrong entry
        entries = _convert(path, _parse(path, content))
    return Detections(
        picture_ids=[entry.image_id for entry in entries],
        class_ids=np.array([entry.category_id for entry in entries], np.int64),
        boxes_xywh_px=np.array([entry.bbox for entry in entries], np.float64).reshape(-1, 4),
        scores=np.array([entry.score for entry in entries], np.float64),
        origin=str(path),
    )


def _parse(path: Path, content: bytes) -> Any:
    """The file by Python's own parser, which takes NaN for a number: the check of values then says where it stands."""
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        where, what = f"{path}:{error.lineno}:{error.colno}", f"is not JSON: {error.msg}"
    except UnicodeDecodeError as error:
        where, what = str(path), f"is not UTF-8 text: {error.reason} at byte {error.start}"
    except RecursionError:
        where, what = str(path), "is not a results file: lists within lists without end"
    raise UnifyError(Problem(where, what, fix="write the results again; the file may have been cut short"))


def _convert(path: Path, parsed: Any) -> list[_Entry]:
    if not isinstance(parsed, list):
        got = f"an object with the keys {shorten(list(parsed))}" if isinstance(parsed, dict) else "a single value"
        fix = "give the detector's results, not the annotations"
        raise UnifyError(Problem(str(path), "is not a COCO results file", got=got, expected=_SHAPE, fix=fix))
    entries: list[_Entry] = []
    problems = list(_collect(path, parsed, entries))
    if problems:
        left_out = len(problems) - _MOST_ENTRIES
        summary = f"and {left_out:,} more wrong entries" if left_out > 0 else ""
        raise UnifyError(problems[:_MOST_ENTRIES], summary=summary)
    return entries


def _collect(path: Path, parsed: list[Any], entries: list[_Entry]) -> Iterator[Problem]:
    """Fill ``entries`` and tell what is wrong with the others."""
    for number, entry in enumerate(parsed):
        try:
            entries.append(msgspec.convert(entry, _Entry))
        except msgspec.ValidationError as error:
            message, _, place = str(error).replace("`", "").partition(" - at $")
            what = f"entry {number} is not a detection"
            yield Problem(str(path), what, got=f"{place.lstrip('.')}: {message}" if place else message, expected=_SHAPE)
