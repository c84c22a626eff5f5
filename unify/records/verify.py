"""Checks a unified dataset against its manifest, down to the last byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unify.core.taxonomy import Taxonomy
from unify.core.types import JsonObject
from unify.errors import DatasetError, Problem
from unify.records.counts import dataset_classes, split_classes, sum_counts
from unify.records.label_map import LABEL_MAPS
from unify.records.manifest import MANIFEST_NAME, manifest_bytes, read_manifest, taxonomy_of
from unify.records.shard_check import RECOMPILE, RESTORE, ShardFindings, examine_shard, first_damage

_MOST_REPEATS = 20  # of the same kind; more say nothing new


@dataclass(frozen=True)
class VerifyReport:
    """What `verify_dataset` found.

    Attributes:
        ok: there is no problem.
        problems: everything that is wrong.
        examples: records that were read.
        shards: shards that were looked at.
    """

    ok: bool
    problems: tuple[Problem, ...]
    examples: int
    shards: int


def verify_dataset(folder: Path, *, progress: Callable[[int], None] | None = None) -> VerifyReport:
    """Every byte of every file against the manifest, and the manifest against itself. Damage becomes problems.

    The manifest's digest covers the manifest, and its digests cover the other files. Then every record is decoded and
    counted, so that a wrong writer is found as well as a wrong disk.

    Args:
        folder: the unified dataset.
        progress: called with how many examples were read since its last call.

    Raises:
        DatasetError: there is no such folder, or the system refuses to read it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DatasetError(Problem(str(folder), "no such folder", fix="give the folder a compile wrote"))
    try:
        manifest = read_manifest(folder)
    except DatasetError as error:
        return _frames_alone(folder, error.problems)
    try:
        return _against_manifest(folder, manifest, progress or (lambda count: None))
    except OSError as error:
        raise DatasetError(Problem(str(folder), f"the dataset cannot be read: {error.strerror}")) from error


def _frames_alone(folder: Path, problems: tuple[Problem, ...]) -> VerifyReport:
    """Without a manifest to compare with, the shards can still tell whether their records are whole."""
    shards = sorted(folder.glob("*.tfrecord"))
    found = [*problems, *(problem for path in shards for problem in first_damage(path))]
    return VerifyReport(False, tuple(found), 0, len(shards))


def _against_manifest(folder: Path, manifest: JsonObject, progress: Callable[[int], None]) -> VerifyReport:
    taxonomy = taxonomy_of(manifest)
    findings = {
        entry["file"]: examine_shard(folder / entry["file"], entry, taxonomy, progress) for entry in manifest["shards"]
    }
    problems = [
        *_manifest_problems(folder, manifest),
        *_label_map_problems(folder, manifest, taxonomy),
        *_stray_problems(folder, manifest),
        *(problem for shard in findings.values() for problem in shard.problems),
        *_repeat_problems(folder, findings),
    ]
    if all(shard.whole for shard in findings.values()):  # else counts differ for a reason already told
        problems.extend(_count_problems(folder, manifest, findings, taxonomy))
    examples = sum(shard.tally.examples for shard in findings.values())
    return VerifyReport(not problems, tuple(problems), examples, len(findings))


def _manifest_problems(folder: Path, manifest: JsonObject) -> Iterator[Problem]:
    path = folder / MANIFEST_NAME
    if path.read_bytes() != manifest_bytes(manifest):
        what = "the manifest's content is right, but its bytes are not those unify writes"
        yield Problem(str(path), what, fix=RESTORE)


def _label_map_problems(folder: Path, manifest: JsonObject, taxonomy: Taxonomy) -> Iterator[Problem]:
    for name, render in LABEL_MAPS.items():
        path = folder / name
        if not path.is_file():
            yield Problem(str(path), "the label map is missing", fix=RESTORE)
            continue
        data = path.read_bytes()
        got, expected = hashlib.sha256(data).hexdigest(), manifest["files"].get(name)
        if got != expected:
            what = "the label map is not the one that was written"
            yield Problem(str(path), what, got=f"sha256 {got}", expected=f"sha256 {expected}", fix=RESTORE)
        elif data != render(taxonomy).encode():
            yield Problem(str(path), "the label map does not fit the manifest's taxonomy", fix=RECOMPILE)


def _stray_problems(folder: Path, manifest: JsonObject) -> Iterator[Problem]:
    known = {entry["file"] for entry in manifest["shards"]}
    for path in sorted(folder.glob("*.tfrecord")):
        if path.name not in known:
            fix = "delete it: a trainer that reads *.tfrecord would read it too"
            yield Problem(str(path), "the shard is not in the manifest", fix=fix)


def _repeat_problems(folder: Path, findings: Mapping[str, ShardFindings]) -> Iterator[Problem]:
    """Source ids that stand in more than one record of the dataset."""
    names = list(findings)
    ids = np.concatenate([np.array(shard.source_ids, np.int64) for shard in findings.values()] or [np.empty(0)])
    shard_of = np.repeat(np.arange(len(names)), [len(shard.source_ids) for shard in findings.values()])
    order = np.argsort(ids, kind="stable")
    repeats = np.flatnonzero(np.diff(ids[order]) == 0)
    for at in repeats[:_MOST_REPEATS].tolist():
        first, second = (names[shard_of[order[place]]] for place in (at, at + 1))
        what, got = "the same picture stands in two records", f"source_id {ids[order[at]]} in {first} and {second}"
        yield Problem(str(folder / second), what, got=got, expected="one record a picture", fix=RECOMPILE)


def _count_problems(
    folder: Path, manifest: JsonObject, findings: Mapping[str, ShardFindings], taxonomy: Taxonomy
) -> Iterator[Problem]:
    path = str(folder / MANIFEST_NAME)
    counts = {name: shard.tally.counts(taxonomy) for name, shard in findings.items()}
    for split, stated in manifest["splits"].items():
        mine = [entry["file"] for entry in manifest["shards"] if entry["split"] == split]
        found = {
            "examples": sum(findings[name].tally.examples for name in mine),
            "boxes": sum(findings[name].tally.boxes for name in mine),
            "classes": split_classes(sum_counts((counts[name] for name in mine), taxonomy)),
        }
        yield from _differences(path, f"splits.{split}", found, stated)
    yield from _differences(
        path, "classes", dataset_classes(sum_counts(counts.values(), taxonomy)), manifest["classes"]
    )


def _differences(path: str, key: str, found: object, stated: object) -> Iterator[Problem]:
    """One problem for every number that differs, named by its place in the manifest."""
    if isinstance(found, dict) and isinstance(stated, dict):
        for name in sorted(found.keys() | stated.keys()):
            yield from _differences(path, f"{key}.{name}", found.get(name), stated.get(name))
    elif found != stated:
        what = f"{key} is not what the records say"
        yield Problem(path, what, got=f"{stated} in the manifest", expected=f"{found} in the records", fix=RECOMPILE)
