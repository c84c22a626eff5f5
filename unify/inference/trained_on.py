"""Which of a compile's pictures an auto-labeler was trained on: what it says of those is no opinion of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from unify.planning.build import CompilePlan
from unify.registry.objects import AutoLabelerVersion
from unify.trained_on import TrainingClosure


def trained_on_as_written(version: AutoLabelerVersion) -> list[str]:
    """``trained_on``, without places on this machine."""
    return [Path(text).name if Path(text).is_absolute() else text for text in version.trained_on]


def count_self_labeled(plan: CompilePlan, examples: np.ndarray, batches: Collection[str]) -> int:
    """How many of ``examples``, int64 [n], stand in any of the batches."""
    numbers = [number for number, batch in enumerate(plan.batches) if str(batch.ref) in batches]
    rows = plan.rows.rows[np.isin(plan.rows.batch_of(plan.rows.rows), numbers)]
    return int(np.isin(examples, plan.rows.example_of_row[rows]).sum())


def closure_warnings(closure: TrainingClosure) -> Iterator[str]:
    """What cannot be told of an auto-labeler's training."""
    for dataset, reason in closure.unreadable.items():
        yield f"{closure.root} was trained on {Path(dataset).name}, of which nothing is known: {reason}"
    if way := closure.cycle():
        yield f"the training of {closure.root} leads back to itself: {' <- '.join(map(str, way))}"
