"""Registry objects and label columns in, a `CompilePlan` out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unify.core.digest import shuffle_keys
from unify.core.taxonomy import Taxonomy
from unify.core.types import BatchLabels, Method, State
from unify.errors import PlanError, Problem
from unify.planning.coverage import Coverage, unite
from unify.planning.identity import ExampleRows, example_splits, group_rows
from unify.planning.jobs import InferenceJob, inference_jobs
from unify.planning.shards import MEBIBYTE, record_sizes, shard_boundaries, shard_name
from unify.registry.objects import CompileConfig


@dataclass(frozen=True)
class ShardPlan:
    """One shard before it is written.

    Attributes:
        file_name: ``train-00000-of-00004.tfrecord``.
        split: its split.
        examples: int64 [n]; example numbers in the order of the records.
    """

    file_name: str
    split: str
    examples: np.ndarray


@dataclass(frozen=True)
class CompilePlan:
    """What a compile would do.

    Attributes:
        config: the request.
        taxonomy: tasks and classes.
        batches: B batches in config order.
        rows: which pictures of which batches make up each of the E examples.
        coverage: what people know of every class on every example.
        splits: split names.
        split: int16 [E]; index into ``splits``.
        boxes_per_class: int64 [C]; human boxes that count.
        boxes_per_example: int64 [E].
        unlabeled: int64 [U]; examples nobody looked at, and no machine will, for any class; they are left out.
        jobs: inference that the methods need.
        shards: the layout, all splits.
    """

    config: CompileConfig
    taxonomy: Taxonomy
    batches: tuple[BatchLabels, ...]
    rows: ExampleRows
    coverage: Coverage
    splits: tuple[str, ...]
    split: np.ndarray
    boxes_per_class: np.ndarray
    boxes_per_example: np.ndarray
    unlabeled: np.ndarray
    jobs: tuple[InferenceJob, ...]
    shards: tuple[ShardPlan, ...]


def build_plan(config: CompileConfig, taxonomy: Taxonomy, batches: Sequence[BatchLabels]) -> CompilePlan:
    """Plan a compile. Pure: the same columns give the same plan.

    Args:
        config: the request; ``config.batches`` and ``batches`` are in the same order.
        taxonomy: tasks and classes.
        batches: labels of the selected batches.

    Raises:
        PlanError: a picture stands in two splits, or there is nothing to compile.
    """
    rows = group_rows(batches)
    splits, split = example_splits(batches, rows)
    coverage = unite(batches, rows, taxonomy.num_columns)
    boxes_per_class, boxes_per_example = _count_boxes(batches, rows, coverage, taxonomy.num_columns)
    jobs = inference_jobs(config, taxonomy, batches, rows, coverage.state)
    kept = _worth_writing(config, coverage.state, jobs)
    if not kept.any():
        raise PlanError(
            Problem(
                where=config.datasets_where or config.where,
                what="the selected batches hold no picture with a labeled class",
                got=f"{_count(len(rows), 'picture', 'pictures')} in {_count(len(batches), 'batch', 'batches')}",
                fix="select batches with pictures, or list their labeled_classes",
            )
        )
    order = _example_order(config, batches, rows)
    sizes = record_sizes(_first_row_column(batches, rows, "num_bytes"), boxes_per_example)
    return CompilePlan(
        config=config,
        taxonomy=taxonomy,
        batches=tuple(batches),
        rows=rows,
        coverage=coverage,
        splits=splits,
        split=split,
        boxes_per_class=boxes_per_class,
        boxes_per_example=boxes_per_example,
        unlabeled=np.flatnonzero(~kept),
        jobs=jobs,
        shards=_layout(config, splits, split, order[kept[order]], sizes),
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _worth_writing(config: CompileConfig, state: np.ndarray, jobs: Sequence[InferenceJob]) -> np.ndarray:
    """bool [E]: something is, or will be, known of at least one class."""
    if Method.NAIVE in config.methods.values():
        return np.ones(len(state), bool)
    kept = (state > State.UNKNOWN).any(axis=1)
    for job in jobs:
        kept[job.examples] = True
    return kept


def _count_boxes(
    batches: Sequence[BatchLabels], rows: ExampleRows, coverage: Coverage, num_columns: int
) -> tuple[np.ndarray, np.ndarray]:
    per_class = np.zeros(num_columns, np.int64)
    per_example = np.zeros(len(rows), np.int64)
    for number, batch in enumerate(batches):
        first = rows.row_start[number]
        row_of_box = first + np.repeat(np.arange(len(batch.pictures)), np.diff(batch.box_offsets))
        example_of_box = rows.example_of_row[row_of_box]
        columns = batch.box_class - 1
        kept = coverage.keeps(example_of_box, row_of_box, columns)
        per_class += np.bincount(columns[kept], minlength=num_columns)
        per_example += np.bincount(example_of_box[kept], minlength=len(rows))
    return per_class, per_example


def _first_row_column(batches: Sequence[BatchLabels], rows: ExampleRows, name: str) -> np.ndarray:
    return np.concatenate([getattr(batch.pictures, name) for batch in batches])[rows.first_row]


def _example_order(config: CompileConfig, batches: Sequence[BatchLabels], rows: ExampleRows) -> np.ndarray:
    keys = shuffle_keys(_first_row_column(batches, rows, "sha256"), config.seed)
    return np.argsort(keys, kind="stable")  # examples are numbered by content id, which breaks ties


def _layout(
    config: CompileConfig, splits: tuple[str, ...], split: np.ndarray, order: np.ndarray, sizes: np.ndarray
) -> tuple[ShardPlan, ...]:
    shards = []
    for number, name in enumerate(splits):
        members = order[split[order] == number]
        cuts = shard_boundaries(sizes[members], config.shard_size_mb * MEBIBYTE)
        for index in range(len(cuts) - 1):
            shards.append(
                ShardPlan(shard_name(name, index, len(cuts) - 1), name, members[cuts[index] : cuts[index + 1]])
            )
    return tuple(shards)
