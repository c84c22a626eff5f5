"""Which pictures an auto-labeler was trained on: what it says of those is no opinion of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from unify.errors import DatasetError
from unify.planning.build import CompilePlan
from unify.records.manifest import read_manifest
from unify.registry.objects import AutoLabelerVersion, Registry
from unify.registry.selection import batch_names, parse_selection


def training_batches(version: AutoLabelerVersion, registry: Registry) -> set[str]:
    """References of the batches behind ``trained_on``, through unified datasets whose manifest can be read."""
    known = batch_names(registry.taxonomy.tasks, registry.batches)
    found: set[str] = set()
    for text in version.trained_on:
        if ":" in text and "/" not in text:  # else it names a unified dataset
            found |= {str(ref) for ref in parse_selection(text, known)}
        else:
            found |= _batches_of_dataset(registry.workspace / text)
    return found


def trained_on_as_written(version: AutoLabelerVersion) -> list[str]:
    """``trained_on``, without places on this machine."""
    return [Path(text).name if Path(text).is_absolute() else text for text in version.trained_on]


def count_self_labeled(plan: CompilePlan, examples: np.ndarray, batches: set[str]) -> int:
    """How many of ``examples``, int64 [n], stand in any of the batches."""
    numbers = [number for number, batch in enumerate(plan.batches) if str(batch.ref) in batches]
    rows = plan.rows.rows[np.isin(plan.rows.batch_of(plan.rows.rows), numbers)]
    return int(np.isin(examples, plan.rows.example_of_row[rows]).sum())


def _batches_of_dataset(folder: Path) -> set[str]:
    try:
        inputs = read_manifest(folder)["inputs"]
    except DatasetError:  # on another machine, or long gone: nothing to tell from
        return set()
    return {str(each.get("batch")) for each in inputs}
