"""Checks a unified dataset against its manifest, down to the last byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from unify.core.taxonomy import Taxonomy
from unify.core.types import JsonObject
from unify.errors import DatasetError, OutputError, Problem
from unify.records.counts import ClassCounts, count_example, dataset_classes, no_counts, split_classes, sum_counts
from unify.records.decode import DecodedExample, read_shard
from unify.records.label_map import LABEL_MAPS
from unify.records.manifest import MANIFEST_NAME, manifest_bytes, read_manifest, taxonomy_of
from unify.records.shard import check_shard, seal_shard

_EXAMPLES_PER_PROGRESS = 64
_REMEDY = "copy the file again from where it is whole, or compile the dataset again"


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


@dataclass
class _Split:
    """What the shards of one split turned out to hold; ``whole`` unless one of them could not be read."""

    counts: ClassCounts
    examples: int = 0
    boxes: int = 0
    whole: bool = True


@dataclass
class _Findings:
    problems: list[Problem] = field(default_factory=list)
    splits: dict[str, _Split] = field(default_factory=dict)
    first_seen: dict[int, str] = field(default_factory=dict)  # source id -> the shard it stands in


def verify_dataset(folder: Path, *, progress: Callable[[int], None] | None = None) -> VerifyReport:
    """Every byte of every file against the manifest, and the manifest against itself. Damage becomes problems.

    The manifest's digest covers the manifest, its digests cover the other files; then every record is decoded, and its
    counts compared with the manifest's, so that a wrong writer is found as well as a wrong disk.

    Args:
        folder: the unified dataset.
        progress: called every few dozen examples with how many were read since its last call.

    Raises:
        DatasetError: the folder does not exist or may not be read.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DatasetError(Problem(str(folder), "no such folder", fix="give the folder a compile wrote"))
    try:
        manifest = read_manifest(folder)
    except DatasetError as error:
        return _without_manifest(folder, list(error.problems))
    return _against_manifest(folder, manifest, progress or (lambda count: None))
