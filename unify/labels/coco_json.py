"""COCO JSON as typed rows: only the fields that boxes need, everything else skipped while scanning.

Typed structs outside the reach of the garbage collector are what makes this several times faster and smaller than a
tree of dicts: a large file is millions of small objects, none of them in a cycle.
"""

from __future__ import annotations

import gc
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from unify.errors import LabelError, Problem

# Whole numbers as a rule; exporters also write text and, by way of data frames, 17.0.
Id = int | str | float | None


class Picture(msgspec.Struct, gc=False):
    """One entry of ``images``; ``coco_url`` stands in for the file name in LVIS 1.0."""

    id: Id = None
    file_name: str | None = None
    coco_url: str | None = None
    width: int | float | None = None
    height: int | float | None = None
    neg_category_ids: list[Id] | None = None
    not_exhaustive_category_ids: list[Id] | None = None


class Annotation(msgspec.Struct, gc=False):
    """One entry of ``annotations``; ``bbox`` is x, y, width, height in pixels."""

    id: Id = None
    image_id: Id = None
    category_id: Id = None
    bbox: list[float] | None = None
    area: float | None = None
    iscrowd: int | float | bool | None = None


class PlainAnnotation(msgspec.Struct, gc=False):
    """One entry of ``annotations`` as nearly every file has it: all there, ids whole numbers."""

    id: int
    image_id: int
    category_id: int
    bbox: tuple[float, float, float, float]
    area: float = math.nan
    iscrowd: int = 0


class Category(msgspec.Struct, gc=False):
    """One entry of ``categories``."""

    id: Id = None
    name: str | None = None


class CocoFile(msgspec.Struct, gc=False):
    """A whole file; None where a key is missing."""

    images: list[Picture] | None = None
    annotations: list[Annotation] | None = None
    categories: list[Category] | None = None


def decode_whole(path: Path) -> CocoFile:
    """Parse a COCO JSON file in one go.

    ``NaN`` and ``Infinity``, which Python writes and JSON forbids, are taken as numbers that are not finite.

    Raises:
        LabelError: the file is not JSON (with line and column), or a value has the wrong type.
        OSError: the file cannot be read.
    """
    content = path.read_bytes()
    try:
        return msgspec.json.decode(content, type=CocoFile)
    except msgspec.ValidationError as error:
        raise _wrong_type(path, error) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _decode_leniently(path, content)


def _decode_leniently(path: Path, content: bytes) -> CocoFile:
    """Python's own parser, slower: accepts NaN and a byte order mark, and knows line and column of what it rejects."""
    try:
        return msgspec.convert(json.loads(content), type=CocoFile)
    except json.JSONDecodeError as error:
        where = f"{path}:{error.lineno}:{error.colno}"
        what = f"is not JSON: {error.msg}"
    except UnicodeDecodeError as error:
        line_start = content.rfind(b"\n", 0, error.start)
        line = content.count(b"\n", 0, error.start) + 1
        where = f"{path}:{line}:{error.start - line_start}"
        what = f"is not UTF-8 text: {error.reason}"
    except msgspec.ValidationError as error:
        raise _wrong_type(path, error) from None
    raise LabelError(Problem(where, what, fix="export the annotations again; the file may have been cut short"))


def _wrong_type(path: Path, error: msgspec.ValidationError) -> LabelError:
    message, _, place = str(error).replace("`", "").partition(" - at ")
    return LabelError(Problem(str(path), f"is not COCO JSON at {place or '$'}", got=message))


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """The collector walks every new list again and again while a large file is parsed: half of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
