"""What there is to know of a batch."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from unify.core.types import BatchLabels, JsonObject, State
from unify.intake import STATE_FOLDER
from unify.labels.read import read_batch
from unify.progress import Progress
from unify.registry.lock import read_lock
from unify.registry.objects import Batch, Registry
from unify.registry.selection import batch_names, parse_selection
from unify.reporting.histograms import SIZES, sizes_px


def batch_facts(batch: Batch, registry: Registry, progress: Progress) -> JsonObject:
    """A batch as registered and as it is; bad pictures are listed, not refused. Nothing is locked.

    Keys: ``batch``, ``task``, ``split``, ``format``, ``annotations`` and ``images`` (as seen from the workspace),
    ``labeled_classes``, ``class_map``, ``ignore_categories``, ``exif_orientation``, ``notes``, ``registered`` (file and
    line), ``locked`` (digests, or None), ``pictures``, ``boxes``, ``classes`` (list of ``class``, ``labeled``,
    ``incomplete``, ``unknown``, ``boxes``, ``sizes``), ``bins``, ``changed``, ``skipped``, ``trained`` (auto-labelers
    that name it in ``trained_on``) and ``warnings``.

    Raises:
        LabelError: the annotations cannot be read.
        RegistryError: the lock file is damaged.
    """
    read = read_batch(
        batch,
        registry.taxonomy,
        state_dir=registry.workspace / STATE_FOLDER,
        on_error="skip",
        progress=progress.stage(f"reading {batch.ref}"),
    )
    labels, locked = read.labels, read_lock(registry.workspace).get(batch.ref)
    return {
        "kind": "batch",
        "batch": str(batch.ref),
        "task": batch.ref.task,
        "split": batch.split,
        "format": batch.format,
        "annotations": seen_from(batch.annotations, registry.workspace),
        "images": seen_from(batch.images, registry.workspace),
        "labeled_classes": list(batch.labeled_classes),
        "class_map": dict(batch.class_map),
        "ignore_categories": sorted(batch.ignore_categories),
        "exif_orientation": batch.exif_orientation,
        "notes": batch.notes,
        "registered": batch.where,
        "locked": {"annotations": locked.annotations, "pictures": locked.pictures} if locked else None,
        "pictures": len(labels.pictures),
        "boxes": len(labels.boxes_xyxy),
        "classes": _classes(labels, registry),
        "bins": {"sizes": SIZES.as_json()},
        "changed": dict(labels.counts),
        "skipped": [{"picture": each.name, "reason": each.reason} for each in labels.skipped],
        "trained": _trained(batch, registry),
        "warnings": list(read.warnings),
    }


def _classes(labels: BatchLabels, registry: Registry) -> list[JsonObject]:
    """One row a class that the batch says something of."""
    sizes = SIZES.place(sizes_px(labels.boxes_xyxy))
    rows = []
    for class_id, name in registry.taxonomy.names.items():
        states, mine = labels.state[:, class_id - 1], labels.box_class == class_id
        if not (states != State.UNKNOWN).any():
            continue
        rows.append(
            {
                "class": name,
                **{state.name.lower(): int((states == state).sum()) for state in reversed(State)},
                "boxes": int(mine.sum()),
                "sizes": np.bincount(sizes[mine], minlength=len(SIZES.labels)),
            }
        )
    return rows


def _trained(batch: Batch, registry: Registry) -> list[str]:
    known = batch_names(registry.taxonomy.tasks, registry.batches)
    return [
        str(version.ref)
        for stack in registry.autolabelers.values()
        for version in stack
        if any(
            batch.ref in parse_selection(text, known) for text in version.trained_on if ":" in text and "/" not in text
        )
    ]


def seen_from(path: Path, workspace: Path) -> str:
    """A path as a person in the workspace writes it."""
    return Path(os.path.relpath(path, workspace)).as_posix()
