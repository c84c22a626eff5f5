"""What a unified dataset says of itself: put together from the plan, the lock entries and the written shards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from unify import merge
from unify.core.digest import json_digest
from unify.core.types import JsonObject
from unify.planning.build import CompilePlan
from unify.planning.summary import disagreements
from unify.records.counts import dataset_classes, split_classes, sum_counts
from unify.records.manifest import FORMAT, VERSION, taxonomy_entry
from unify.records.shard import ShardResult
from unify.registry.lock import LockEntry


def request_identity(plan: CompilePlan, entries: Sequence[LockEntry], autolabelers: Sequence[JsonObject] = ()) -> str:
    """Hex digest of everything that decides the bytes of the output: equal identities, equal datasets.

    Args:
        plan: what was planned.
        entries: lock entries of ``plan.batches``.
        autolabelers: who fills which classes, how: fingerprints, thresholds, calibrations.
    """
    return json_digest(
        {
            **_request(plan, entries, autolabelers),
            # The first rules go without a number: what was compiled before they had one stays as it is.
            **({"rules": merge.RULES} if merge.RULES > 1 else {}),
            "shards": [[shard.file_name, len(shard.examples)] for shard in plan.shards],
        }
    )


@dataclass(frozen=True)
class MachineFacts:
    """What machines did; nothing by default.

    Attributes:
        autolabelers: one entry each.
        conflicts: class -> machine boxes dropped for lying on a hand box of an exclusive class.
        failed: pictures that an auto-labeler could not process.
    """

    autolabelers: Sequence[JsonObject] = ()
    conflicts: Mapping[str, int] = field(default_factory=dict)
    failed: Sequence[JsonObject] = ()


def build_manifest(
    plan: CompilePlan,
    entries: Sequence[LockEntry],
    results: Sequence[ShardResult],
    identity: str,
    machines: MachineFacts,
) -> JsonObject:
    """The manifest, less the label maps' digests. No clock, no host name, no absolute path.

    Args:
        plan: what was planned.
        entries: lock entries of ``plan.batches``.
        results: what was written, in the order of ``plan.shards``.
        identity: see `request_identity`.
        machines: what auto-labelers did.
    """
    taxonomy = plan.taxonomy
    return {
        **_request(plan, entries, machines.autolabelers),
        "request": identity,
        "splits": {split: _split(plan, results, split) for split in plan.splits},
        "classes": dataset_classes(sum_counts((result.classes for result in results), taxonomy)),
        "shards": [
            {
                "file": result.file_name,
                "split": shard.split,
                "examples": result.examples,
                "boxes": result.boxes,
                "bytes": result.num_bytes,
                "sha256": result.sha256,
            }
            for shard, result in zip(plan.shards, results)
        ],
        "skipped": _skipped(plan, results),
        "merged": {
            "duplicates": int(plan.rows.row_start[-1] - len(plan.rows)),
            "disagreements": disagreements(plan),
            "unlabeled": len(plan.unlabeled),
        },
        "transcoded": sum(result.transcoded for result in results),
        "conflicts": dict(machines.conflicts),
        "failed": list(machines.failed),
    }


def _request(plan: CompilePlan, entries: Sequence[LockEntry], autolabelers: Sequence[JsonObject]) -> JsonObject:
    """The part of the manifest that is known before anything is written."""
    config, taxonomy = plan.config, plan.taxonomy
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": config.name,
        "seed": config.seed,
        "method": {task: str(method) for task, method in config.methods.items()},
        "taxonomy": taxonomy_entry(taxonomy),
        "inputs": [_input(plan, number, entry) for number, entry in enumerate(entries)],
        "autolabelers": list(autolabelers),
        "auto_label_splits": sorted(config.auto_label_splits) if autolabelers else [],
    }


def _input(plan: CompilePlan, number: int, entry: LockEntry) -> JsonObject:
    batch = plan.batches[number]
    return {
        "batch": str(batch.ref),
        "annotations": entry.annotations,
        "pictures": entry.pictures,
        "num_pictures": entry.num_pictures,
        "num_boxes": entry.num_boxes,
        "reading": dict(entry.reading),
        "changed": dict(batch.counts),
        "skipped": len(batch.skipped),
    }


def _split(plan: CompilePlan, results: Sequence[ShardResult], split: str) -> JsonObject:
    mine = [result for shard, result in zip(plan.shards, results) if shard.split == split]
    return {
        "examples": sum(result.examples for result in mine),
        "boxes": sum(result.boxes for result in mine),
        "classes": split_classes(sum_counts((result.classes for result in mine), plan.taxonomy)),
    }


def _skipped(plan: CompilePlan, results: Sequence[ShardResult]) -> list[JsonObject]:
    before = [picture for batch in plan.batches for picture in batch.skipped]
    late = [picture for result in results for picture in result.skipped]
    return [
        {"batch": picture.batch, "picture": picture.name, "reason": picture.reason}
        for picture in sorted({*before, *late}, key=lambda each: (each.batch, each.name, each.reason))
    ]
