"""Examines one shard: the bytes against the manifest, then what its records say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from unify.core.digest import content_ids
from unify.core.taxonomy import Taxonomy
from unify.core.types import JsonObject
from unify.errors import DatasetError, OutputError, Problem
from unify.records.counts import Tally
from unify.records.decode import DecodedExample, read_shard
from unify.records.shard import check_shard, seal_shard

RESTORE = "copy the file again from where it is whole, or compile the dataset again"
RECOMPILE = "a writer got it wrong, not the disk: compile the dataset again"
_MOST_PROBLEMS = 20  # of one shard; more say nothing new


@dataclass
class ShardFindings:
    """What was found out about one shard.

    Attributes:
        problems: all that is wrong with it.
        whole: every record was read; else the counts mean nothing.
        tally: counts of its examples.
        source_ids: content ids of its examples, in order.
    """

    problems: list[Problem] = field(default_factory=list)
    whole: bool = False
    tally: Tally = field(default_factory=Tally)
    source_ids: list[int] = field(default_factory=list)


def examine_shard(path: Path, entry: JsonObject, taxonomy: Taxonomy, progress: Callable[[int], None]) -> ShardFindings:
    """Everything that can be said about a shard; damage becomes problems.

    Args:
        path: the shard.
        entry: what the manifest says of it.
        taxonomy: the dataset's.
        progress: called with 1 for every example read.
    """
    findings = ShardFindings(problems=_damage(path, entry))
    if findings.problems:
        return findings
    try:
        for example in read_shard(path):
            if len(findings.problems) < _MOST_PROBLEMS:
                findings.problems.extend(_contradictions(path, findings.tally.examples, example, taxonomy))
            findings.tally.add(example)
            findings.source_ids.append(example.source_id)
            progress(1)
    except DatasetError as error:
        findings.problems.extend(error.problems)
        return findings
    findings.whole = True
    for what, got in (("examples", findings.tally.examples), ("boxes", findings.tally.boxes)):
        if got != entry[what]:
            findings.problems.append(_wrong(path, f"the shard holds another number of {what}", got, entry[what]))
    return findings


def first_damage(path: Path) -> tuple[Problem, ...]:
    """The first record whose frame is broken, or nothing."""
    try:
        check_shard(path)
    except DatasetError as error:
        return error.problems
    return ()


def _damage(path: Path, entry: JsonObject) -> list[Problem]:
    if not path.is_file():
        return [Problem(str(path), "the shard is missing", fix=RESTORE)]
    try:
        num_bytes, sha256 = seal_shard(path)
    except OutputError as error:
        return list(error.problems)
    if (num_bytes, sha256) == (entry["bytes"], entry["sha256"]):
        return []
    broken = first_damage(path)
    detail = broken[0].what if broken else "its records are whole, but they are others"
    what = f"the shard is not the one that was written: {detail}"
    got, expected = f"{num_bytes} bytes, sha256 {sha256}", f"{entry['bytes']} bytes, sha256 {entry['sha256']}"
    return [Problem(str(path), what, got=got, expected=expected, fix=RESTORE)]


def _contradictions(path: Path, number: int, example: DecodedExample, taxonomy: Taxonomy) -> list[Problem]:
    problems = []
    content_id = _content_id(example.sha256)
    if example.source_id != content_id:
        what = f"record {number}: source_id is not the content id of its sha256"
        problems.append(_wrong(path, what, example.source_id, content_id))
    ids = {*example.class_ids.tolist(), *example.labeled_ids.tolist(), *example.incomplete_ids.tolist()}
    strange = sorted(ids - taxonomy.names.keys())
    if strange:
        what = f"record {number}: class ids that the taxonomy does not have"
        problems.append(_wrong(path, what, strange, f"ids among {sorted(taxonomy.names)}"))
    return problems


def _content_id(sha256: str) -> int:
    digest = np.frombuffer(bytes.fromhex(sha256), np.uint8)
    return int(content_ids(digest[np.newaxis])[0])


def _wrong(path: Path, what: str, got: object, expected: object) -> Problem:
    return Problem(str(path), what, got=str(got), expected=str(expected), fix=RECOMPILE)
