"""Commit markers: a segment counts from the moment its marker is there, and the marker says what it must be."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from unify.autolabel.cache.columns import ColumnSpec
from unify.core.digest import canonical_json, json_digest
from unify.errors import CacheError, Problem

VERSION = 1


@dataclass(frozen=True)
class Marker:
    """What is known of a committed segment without opening it.

    Attributes:
        id: its name.
        first_ns: when the first of its answers was committed, by the writer's clock; decides between several answers.
        last_ns: when the last of them was.
        num_bytes: size of its file.
        crc32c: checksum of its file.
        pictures: rows, failed ones included.
        failed: rows that failed.
        boxes: in all rows.
        columns: optional columns of its predictions.
        autolabelers: references of the auto-labeler as it was called when it answered.
        replaces: segments whose answers it holds, together with those committed just before it.
    """

    id: str
    first_ns: int
    last_ns: int
    num_bytes: int
    crc32c: int
    pictures: int
    failed: int
    boxes: int
    columns: tuple[ColumnSpec, ...] = ()
    autolabelers: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()


def encode_marker(marker: Marker) -> bytes:
    content = {"version": VERSION, **asdict(marker)}
    return canonical_json({**content, "digest": json_digest(content)}) + b"\n"


def decode_marker(data: bytes, path: str) -> Marker | None:
    """The marker; None where the file is damaged or not all there yet.

    Args:
        data: the file.
        path: where it lies, for messages.

    Raises:
        CacheError: a newer version of unify wrote it.
    """
    try:
        content = json.loads(data)
        digest = content.pop("digest")
        if json_digest(content) != digest:
            return None
    except (ValueError, KeyError, AttributeError, TypeError):
        return None
    if content.pop("version") != VERSION:
        what, fix = "a newer version of unify wrote this cache", "install it, or choose another place with --cache"
        raise CacheError(Problem(path, what, expected=f"version {VERSION}", fix=fix))
    lists = {name: tuple(content.pop(name)) for name in ("autolabelers", "replaces")}
    return Marker(columns=tuple(ColumnSpec(*spec) for spec in content.pop("columns")), **lists, **content)
