"""What a report says first: the dataset in one line of numbers, and its batches."""

from __future__ import annotations

from unify.core.types import JsonObject
from unify.reporting.columns import DatasetNames
from unify.reporting.counts import Counts, Groups
from unify.reporting.plain import share


def headline(counts: Counts, names: DatasetNames) -> JsonObject:
    """``headline`` of the report."""
    manifest = names.manifest
    boxes, machine = int(counts.boxes.sum()), int(counts.boxes[1:].sum())
    examples = dict(zip(Groups(names).labels, counts.pictures.tolist()))
    return {
        "name": manifest["name"],
        "digest": manifest["digest"],
        "seed": manifest["seed"],
        "method": manifest["method"],
        "splits": {
            split: {"examples": examples["split", split], "boxes": in_split}
            for split, in_split in zip(names.splits, counts.split_boxes.tolist())
        },
        "examples": int(counts.pictures[0]),
        "boxes": boxes,
        "human_boxes": boxes - machine,
        "machine_boxes": machine,
        "ignored_boxes": int(counts.ignored.sum()),
        "machine_share": share(machine, boxes),
        "skipped": len(manifest["skipped"]),
        "failed": len(manifest.get("failed", ())),
        "transcoded": manifest["transcoded"],
        "duplicates": manifest["merged"].get("duplicates", 0),
        "disagreements": sum(manifest["merged"].get("disagreements", {}).values()),
        "conflicts": sum(manifest.get("conflicts", {}).values()),
        "shards": len(manifest["shards"]),
        "bytes": sum(shard["bytes"] for shard in manifest["shards"]),
    }


def task_rows(names: DatasetNames) -> list[JsonObject]:
    """``tasks`` of the report."""
    method = names.manifest["method"]
    return [
        {"task": task, "method": method.get(task, ""), "classes": list(classes)}
        for task, classes in names.taxonomy.tasks.items()
    ]


def batch_rows(counts: Counts, names: DatasetNames) -> list[JsonObject]:
    """``batches`` of the report."""
    examples = dict(zip(Groups(names).labels, counts.pictures.tolist()))
    return [
        {
            "batch": batch,
            "task": batch.partition(":")[0],
            "split": entry.get("reading", {}).get("split"),
            "labeled_classes": [
                name for name, labeled in zip(names.classes, names.labeled_by_batch[number].tolist()) if labeled
            ],
            "pictures": entry.get("num_pictures"),
            "boxes": entry.get("num_boxes"),
            "examples": examples["batch", batch],
            "human_boxes": int(counts.batch_boxes[number, 0]),
            "machine_boxes": int(counts.batch_boxes[number, 1]),
            "annotations": entry.get("annotations"),
            "pictures_digest": entry.get("pictures"),
            "changed": entry.get("changed", {}),
            "skipped": entry.get("skipped", 0),
        }
        for number, (batch, entry) in enumerate(zip(names.batches, names.manifest["inputs"]))
    ]
