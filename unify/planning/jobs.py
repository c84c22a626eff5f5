"""Inference jobs: which auto-labeler would have to look at which batch's pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unify.core.taxonomy import Taxonomy
from unify.core.types import BatchLabels, State
from unify.planning.identity import ExampleRows
from unify.registry.objects import AutoLabelerChoice, CompileConfig


@dataclass(frozen=True)
class InferenceJob:
    """One auto-labeler over one batch.

    Attributes:
        autolabeler: reference, ``vehicle:v4``.
        batch: reference, ``pedestrian:b1``.
        examples: int64 [n]; example numbers, each in the job of the first batch that holds it.
        cached: how many of them the prediction cache holds already.
    """

    autolabeler: str
    batch: str
    examples: np.ndarray
    cached: int = 0


def inference_jobs(
    config: CompileConfig,
    taxonomy: Taxonomy,
    batches: Sequence[BatchLabels],
    examples: ExampleRows,
    state: np.ndarray,
) -> tuple[InferenceJob, ...]:
    """Jobs that `hard` and `soft` tasks need, in the order of the config's tasks, auto-labelers and batches."""
    fills = [batch.split in config.auto_label_splits for batch in batches]
    batch_of_example = examples.batch_of(examples.first_row)
    jobs = []
    for task, choices in config.autolabelers.items():
        if not config.methods[task].needs_predictions:
            continue
        for choice in choices:
            columns = _filled_columns(choice, task, taxonomy)
            needed = (state[:, columns] == State.UNKNOWN).any(axis=1)
            for number, batch in enumerate(batches):
                wanted = np.flatnonzero(needed & (batch_of_example == number)) if fills[number] else []
                if len(wanted):
                    jobs.append(InferenceJob(str(choice.version.ref), str(batch.ref), np.asarray(wanted)))
    return tuple(jobs)


def _filled_columns(choice: AutoLabelerChoice, task: str, taxonomy: Taxonomy) -> np.ndarray:
    names = [name for name in choice.version.classes if taxonomy.task_of.get(name) == task]
    return np.array([taxonomy.ids[name] - 1 for name in names], np.int64)
