"""``registry/lock.yaml``: what every batch was when it was first used. A batch is immutable from then on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from unify.core.types import BatchRef
from unify.errors import Problem, RegistryError
from unify.files import write_whole
from unify.registry.guard import registry_guard
from unify.registry.objects import Batch, Registry
from unify.registry.shape import check_shape
from unify.registry.wording import count, inline, plain
from unify.registry.yaml_source import read_yaml

LOCK = "registry/lock.yaml"

_VERSION = 1
_HEADER = """\
# Written by unify. Commit this file; do not edit it.
# It holds what every batch was when it was first used: a changed batch is found by comparing with it.
"""
_DAMAGED = f"{LOCK} is damaged: take it from version control; nothing was changed."
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True)
class LockEntry:
    """What a batch was when it was first used.

    Attributes:
        annotations: digest of the annotation file or files, ``sha256:<hex>``.
        pictures: digest of the picture names and bytes, and of which of them are in the batch, ``sha256:<hex>``.
        num_pictures: pictures in the batch.
        num_boxes: boxes in its annotations.
        reading: the keys that give the bytes their meaning, by `reading_of`.
    """

    annotations: str
    pictures: str
    num_pictures: int
    num_boxes: int
    reading: Mapping[str, Any]


def reading_of(batch: Batch) -> dict[str, Any]:
    """The keys of a registration that give the batch's bytes their meaning; paths and notes do not."""
    return {
        "format": batch.format,
        "split": batch.split,
        "labeled_classes": sorted(batch.labeled_classes),
        "class_map": dict(sorted(batch.class_map.items())),
        "ignore_categories": sorted(batch.ignore_categories),
        "exif_orientation": batch.exif_orientation,
    }


def read_lock(workspace: Path) -> dict[BatchRef, LockEntry]:
    """The locked batches; empty where nothing is locked yet.

    Raises:
        RegistryError: the file is damaged, or a newer version of unify wrote it.
    """
    from unify.registry.schema import LockFile

    path = workspace / LOCK
    if not path.exists():
        return {}
    try:
        file = read_yaml(path, LOCK)
    except RegistryError as error:
        raise RegistryError(error.problems, summary=_DAMAGED) from error
    if file.value.get("version", _VERSION) != _VERSION:
        got, fix = plain(file.value["version"]), "install the unify that wrote it, or a newer one"
        raise RegistryError(file.problem(("version",), "unknown version", got=got, expected=str(_VERSION), fix=fix))
    entry, problems = check_shape(file, LockFile)
    if problems:
        raise RegistryError(problems, summary=_DAMAGED)
    return {_ref(name): LockEntry(**locked.model_dump()) for name, locked in entry.batches.items()}


def write_lock(workspace: Path, entries: Mapping[BatchRef, LockEntry], *, remove: Iterable[BatchRef] = ()) -> None:
    """Merges entries into the lock file, less those in ``remove``; where nothing changes, nothing is written.

    Raises:
        RegistryError: the file is damaged; it is left as it is.
        OutputError: it cannot be written; it is as it was.
    """
    dropped = set(remove)
    before = read_lock(workspace)
    if _merged(before, entries, dropped) == before:
        return
    with registry_guard(workspace):
        # Read again: another process may have locked its batches in between.
        after = _merged(read_lock(workspace), entries, dropped)
        write_whole(workspace / LOCK, _render(after).encode(), durable=True)


def _merged(
    before: Mapping[BatchRef, LockEntry], entries: Mapping[BatchRef, LockEntry], dropped: set[BatchRef]
) -> dict[BatchRef, LockEntry]:
    return {ref: entry for ref, entry in {**before, **entries}.items() if ref not in dropped}


def changes(batch: Batch, locked: LockEntry, now: LockEntry) -> list[Problem]:
    """What of a locked batch is no longer as it was; empty where it is untouched."""
    problems = []
    if now.annotations != locked.annotations:
        got, expected = (
            f"{_short(entry.annotations)}, {count(entry.num_boxes, 'box', 'boxes')}" for entry in (now, locked)
        )
        problems.append(_change(batch, "annotations", got, expected, "put the annotations back"))
    if now.pictures != locked.pictures:
        got, expected = (f"{_short(entry.pictures)}, {count(entry.num_pictures, 'picture')}" for entry in (now, locked))
        problems.append(_change(batch, "pictures", got, expected, "put the pictures back"))
    for key, value in locked.reading.items():
        if now.reading[key] != value:
            got, expected = plain(now.reading[key], most=1000), plain(value, most=1000)
            problems.append(_change(batch, key, got, expected, f"write '{key}: {inline(value)}' in the batch"))
    return problems


def _change(batch: Batch, key: str, got: str, expected: str, put_back: str) -> Problem:
    fix = f"{put_back}, or register a new batch; if nobody used it yet: unify check --relock {batch.ref}"
    what = f"batch '{batch.ref}' is locked, but its {key} changed"
    return Problem(batch.where, what, got=got, expected=f"{expected}, as in {LOCK}", fix=fix)


def vanished(registry: Registry, locked: Iterable[BatchRef]) -> list[Problem]:
    """Locked batches that are no longer registered."""
    return [
        Problem(
            LOCK,
            f"batch '{ref}' is locked but no longer registered",
            expected=f"'{ref.batch}' in registry/datasets/{ref.task}.yaml",
            fix=f"register it again; if nobody used it yet: unify check --relock {ref}",
        )
        for ref in sorted(locked)
        if ref not in registry.batches
    ]


def _render(entries: Mapping[BatchRef, LockEntry]) -> str:
    batches = {str(ref): asdict(entry) for ref, entry in entries.items()}
    content = {"version": _VERSION, "batches": batches}
    return _HEADER + yaml.dump(content, Dumper=_Dumper, sort_keys=True, allow_unicode=True, width=10_000)


def _ref(name: str) -> BatchRef:
    task, _, batch = name.partition(":")
    return BatchRef(task, batch)


def _short(digest: str) -> str:
    return digest[: len("sha256:") + 12] + "…"
