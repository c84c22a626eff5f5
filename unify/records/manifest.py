"""``manifest.json``: what a unified dataset holds and where it came from, sealed by a digest.

Sorted keys, no clock, no host name, no absolute path: the same inputs give the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypedDict

import msgspec

from unify.core.digest import json_digest
from unify.core.taxonomy import Taxonomy
from unify.core.types import JsonObject
from unify.errors import DatasetError, Problem, did_you_mean

MANIFEST_NAME = "manifest.json"
FORMAT = "unify-dataset"
VERSION = 1


class TaxonomyEntry(TypedDict):
    """The taxonomy as the manifest holds it."""

    tasks: dict[str, list[str]]
    ids: dict[str, int]
    exclusive: list[list[str]]


class SplitClassEntry(TypedDict):
    """One class in one split: pictures by state, and boxes."""

    labeled: int
    incomplete: int
    unknown: int
    boxes: int


class ClassEntry(SplitClassEntry):
    """One class in the whole dataset; ``sources`` holds boxes by source."""

    sources: dict[str, int]
    auto_label_ratio: float


class SplitEntry(TypedDict):
    """One split."""

    examples: int
    boxes: int
    classes: dict[str, SplitClassEntry]


class ShardEntry(TypedDict):
    """One shard; ``file`` is a name in the dataset's folder."""

    file: str
    split: str
    examples: int
    boxes: int
    bytes: int
    sha256: str


class SkippedEntry(TypedDict):
    """One picture that is not in the dataset."""

    batch: str
    picture: str
    reason: str


class Manifest(TypedDict):
    """The whole manifest, version 1. Writers may add keys; readers ignore those they do not know."""

    format: str
    version: int
    name: str
    seed: int
    method: dict[str, str]
    taxonomy: TaxonomyEntry
    inputs: list[JsonObject]
    autolabelers: list[JsonObject]
    auto_label_splits: list[str]
    splits: dict[str, SplitEntry]
    classes: dict[str, ClassEntry]
    shards: list[ShardEntry]
    files: dict[str, str]
    skipped: list[SkippedEntry]
    merged: JsonObject
    transcoded: int
    request: str
    digest: str


def seal_manifest(content: JsonObject) -> JsonObject:
    """The manifest with format, version and the digest of everything else in it.

    Args:
        content: all other keys of `Manifest`.
    """
    unsealed = {**content, "format": FORMAT, "version": VERSION}
    unsealed.pop("digest", None)
    return {**unsealed, "digest": json_digest(unsealed)}


def manifest_bytes(manifest: JsonObject) -> bytes:
    """The one way a manifest is written: sorted keys, two spaces, UTF-8, newline at the end."""
    return (json.dumps(manifest, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def read_manifest(folder: Path) -> JsonObject:
    """The manifest of the dataset in a folder.

    Raises:
        DatasetError: there is none, it is not ours, a newer version wrote it, or it is damaged.
    """
    path = Path(folder, MANIFEST_NAME)
    manifest = _parsed(path)
    _check_version(path, manifest)
    _check_digest(path, manifest)
    try:
        msgspec.convert(manifest, Manifest)
    except msgspec.ValidationError as error:
        raise _not_readable(path, "the manifest is not shaped like one", str(error)) from error
    _check_file_names(path, manifest)
    return manifest


def taxonomy_of(manifest: JsonObject) -> Taxonomy:
    """The taxonomy the dataset was compiled with."""
    entry = manifest["taxonomy"]
    tasks = {task: tuple(classes) for task, classes in entry["tasks"].items()}
    return Taxonomy(tasks, entry["ids"], tuple(map(tuple, entry["exclusive"])))


def taxonomy_entry(taxonomy: Taxonomy) -> JsonObject:
    """A taxonomy as the manifest holds it."""
    return {
        "tasks": {task: list(classes) for task, classes in taxonomy.tasks.items()},
        "ids": dict(taxonomy.ids),
        "exclusive": [list(group) for group in taxonomy.exclusive],
    }


def shard_paths(folder: Path, manifest: JsonObject, split: str) -> list[Path]:
    """The shards of a split, in order.

    Raises:
        DatasetError: the dataset has no such split; names those it has.
    """
    if split not in manifest["splits"]:
        known = sorted(manifest["splits"])
        what, expected = f"the dataset has no split '{split}'", f"one of: {', '.join(known)}"
        problem = Problem(str(folder), what, got=split, expected=expected, fix=did_you_mean(split, known))
        raise DatasetError(problem)
    return [Path(folder, shard["file"]) for shard in manifest["shards"] if shard["split"] == split]


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError as error:
        what, fix = "there is no unified dataset here: its manifest is missing", "give the folder a compile wrote"
        raise DatasetError(Problem(str(path), what, fix=fix)) from error
    except OSError as error:
        raise DatasetError(Problem(str(path), f"the manifest cannot be read: {error.strerror}")) from error
    except (ValueError, RecursionError) as error:
        raise _not_readable(path, "the manifest is not JSON", str(error)) from error


def _check_version(path: Path, manifest: Any) -> None:
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _not_readable(path, "the file is not the manifest of a unified dataset", "", f'"format": "{FORMAT}"')
    version = manifest.get("version")
    if version != VERSION:
        newer = isinstance(version, int) and version > VERSION
        fix = "update unify to read this dataset" if newer else ""
        problem = Problem(str(path), "unknown manifest version", got=str(version), expected=str(VERSION), fix=fix)
        raise DatasetError(problem)


def _check_digest(path: Path, manifest: JsonObject) -> None:
    stored = manifest.get("digest")
    try:
        computed = json_digest({key: value for key, value in manifest.items() if key != "digest"})
    except ValueError as error:  # NaN or half a character: JSON lets them in, we never wrote them
        raise _not_readable(path, "the manifest is not JSON", str(error)) from error
    if stored != computed:
        what = "the manifest was changed after it was written: its digest does not fit its content"
        raise _not_readable(path, what, f"digest {stored}", f"digest {computed}")


def _check_file_names(path: Path, manifest: JsonObject) -> None:
    for entry in manifest["shards"]:
        if Path(entry["file"]).name != entry["file"]:
            what = "the manifest names a shard outside its folder"
            raise _not_readable(path, what, entry["file"], "the name of a file beside the manifest")


def _not_readable(path: Path, what: str, got: str, expected: str = "") -> DatasetError:
    fix = "copy the manifest again from where it is whole, or compile again"
    return DatasetError(Problem(str(path), what, got=got, expected=expected, fix=fix))
