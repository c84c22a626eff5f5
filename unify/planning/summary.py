"""A plan in numbers: what ``unify plan`` prints and what its ``--json`` holds."""

from __future__ import annotations

import numpy as np

from unify.core.types import JsonObject, State
from unify.planning.build import CompilePlan


def plan_summary(plan: CompilePlan) -> JsonObject:
    """The plan as JSON-able numbers.

    Keys: ``examples`` (split -> n), ``classes`` (name -> labeled, incomplete, unknown, boxes), ``jobs``, ``batches``
    (what each batch adds), ``shards`` (split -> n), ``duplicates``, ``disagreements`` (class -> pictures),
    ``unlabeled``, ``skipped``.
    """
    return {
        "name": plan.config.name,
        "method": {task: str(method) for task, method in plan.config.methods.items()},
        "examples": examples_per_split(plan),
        "classes": class_counts(plan),
        "jobs": [
            {"autolabeler": job.autolabeler, "batch": job.batch, "pictures": len(job.examples), "cached": job.cached}
            for job in plan.jobs
        ],
        "batches": [_batch_summary(plan, number) for number in range(len(plan.batches))],
        "shards": {split: sum(shard.split == split for shard in plan.shards) for split in plan.splits},
        "duplicates": int(plan.rows.row_start[-1] - len(plan.rows)),
        "disagreements": disagreements(plan),
        "unlabeled": len(plan.unlabeled),
        "skipped": sum(len(batch.skipped) for batch in plan.batches),
    }


def examples_per_split(plan: CompilePlan) -> dict[str, int]:
    """split -> examples that will be written."""
    return {split: sum(len(s.examples) for s in plan.shards if s.split == split) for split in plan.splits}


def class_counts(plan: CompilePlan) -> dict[str, dict[str, int]]:
    """class -> pictures by state, and human boxes, over the examples that will be written."""
    written = np.ones(len(plan.rows), bool)
    written[plan.unlabeled] = False
    state = plan.coverage.state[written]
    return {
        name: {
            "labeled": int((state[:, class_id - 1] == State.LABELED).sum()),
            "incomplete": int((state[:, class_id - 1] == State.INCOMPLETE).sum()),
            "unknown": int((state[:, class_id - 1] == State.UNKNOWN).sum()),
            "boxes": int(plan.boxes_per_class[class_id - 1]),
        }
        for class_id, name in plan.taxonomy.names.items()
    }


def disagreements(plan: CompilePlan) -> dict[str, int]:
    """class -> pictures that two batches both searched and boxed differently; classes without any are left out."""
    counts = plan.coverage.disagreements
    return {name: int(counts[i - 1]) for i, name in plan.taxonomy.names.items() if counts[i - 1]}


def _batch_summary(plan: CompilePlan, number: int) -> JsonObject:
    batch = plan.batches[number]
    new = plan.rows.batch_of(plan.rows.first_row) == number
    labeled = (batch.state == State.LABELED).any(axis=0)
    return {
        "batch": str(batch.ref),
        "split": batch.split,
        "pictures": len(batch.pictures),
        "new": int(new.sum()),
        "boxes": len(batch.boxes_xyxy),
        "labeled_classes": [name for class_id, name in plan.taxonomy.names.items() if labeled[class_id - 1]],
        "changed": dict(batch.counts),
        "skipped": len(batch.skipped),
    }
