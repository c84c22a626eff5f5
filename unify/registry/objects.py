"""What a workspace declares, as frozen values. Built and checked by ``load.py``; nobody re-checks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

from unify.core.taxonomy import Taxonomy
from unify.core.types import BatchRef, Method


@dataclass(frozen=True)
class Batch:
    """A registered batch of human labels.

    Attributes:
        ref: ``task:batch``.
        annotations: absolute path of the annotation file or folder.
        images: absolute path of the images folder.
        format: a key of ``unify.labels.FORMATS``: ``coco``, ``voc``, ``yolo``.
        split: ``train`` by default.
        labeled_classes: classes searched exhaustively on every picture; the task's classes by default.
        class_map: the file's category -> class.
        ignore_categories: categories of the file that are left out.
        exif_orientation: ``ignore`` (boxes are in stored pixels) or ``apply`` (boxes are in rotated pixels).
        image_set: a text file that names the batch's pictures, one name or stem a line; None takes all.
        notes: free text.
        where: ``file:line:col`` of the registration, for messages.
    """

    ref: BatchRef
    annotations: Path
    images: Path
    format: str = "coco"
    split: str = "train"
    labeled_classes: tuple[str, ...] = ()
    class_map: Mapping[str, str] = field(default_factory=dict)
    ignore_categories: frozenset[str] = frozenset()
    exif_orientation: str = "ignore"
    image_set: Path | None = None
    notes: str = ""
    where: str = ""


@dataclass(frozen=True, order=True)
class AutoLabelerRef:
    """``pedestrian:v3``: one version of one auto-labeler."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name}:{self.version}"


@dataclass(frozen=True)
class AutoLabelerVersion:
    """One version of an auto-labeler.

    Attributes:
        ref: ``name:version``.
        classes: the classes it finds.
        adapter: a known adapter or ``path/to/file.py:Class``.
        path: weights or file, absolute; None where the adapter needs none.
        options: the adapter's options.
        thresholds: class -> score from which ``hard`` labels a box.
        calibration: absolute path of the calibration file, or None.
        trained_on: batch selections (``pedestrian:[b1-b3]``) and unified datasets, as written.
        metrics: free numbers.
        where: ``file:line:col`` of the registration.
    """

    ref: AutoLabelerRef
    classes: tuple[str, ...]
    adapter: str
    path: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    calibration: Path | None = None
    trained_on: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    where: str = ""


@dataclass(frozen=True)
class Registry:
    """A whole workspace's registry.

    Attributes:
        workspace: absolute folder that holds ``registry/``.
        taxonomy: tasks and classes.
        batches: in the order of the files.
        autolabelers: name -> versions, newest first: the top of the stack is the default.
    """

    workspace: Path
    taxonomy: Taxonomy
    batches: Mapping[BatchRef, Batch]
    autolabelers: Mapping[str, tuple[AutoLabelerVersion, ...]]


@dataclass(frozen=True)
class AutoLabelerChoice:
    """An auto-labeler that a config uses, with the config's own thresholds over the registered ones."""

    version: AutoLabelerVersion
    thresholds: Mapping[str, float]


@dataclass(frozen=True)
class ExecutorChoice:
    """Where work runs; None where nobody said.

    Attributes:
        name: ``local`` or ``ray``.
        workers: processes, or actors on the cluster.
        ray_address: of the cluster.
        gpus_per_worker: of workers that run models on the cluster.
    """

    name: str | None = None
    workers: int | None = None
    ray_address: str | None = None
    gpus_per_worker: float | None = None

    def over(self, other: ExecutorChoice) -> ExecutorChoice:
        """This choice, and the other's word where this says nothing; of another executor all words."""
        if self.name not in (None, other.name):
            return self
        return ExecutorChoice(
            *(theirs if mine is None else mine for mine, theirs in zip(astuple(self), astuple(other)))
        )


@dataclass(frozen=True)
class CompileConfig:
    """A compile request, references resolved.

    Attributes:
        name: the unified dataset's name.
        methods: task -> method, for every task of the taxonomy.
        batches: the selected batches, in the config's order: a later one wins a disagreement.
        autolabelers: task -> the auto-labelers that fill its classes.
        output: absolute folder of the unified dataset.
        seed: decides the order of the examples.
        shard_size_mb: target shard size, 2**20 bytes each.
        auto_label_splits: splits whose unknown classes are filled; by default a model is not measured against a
            machine's opinion.
        ignore_zone: whether ``hard`` ignores boxes between the low and the high threshold; else they are background.
        on_missing: ``error`` or ``mask``: what to do with an unknown class that no auto-labeler fills.
        executor: where the work runs; it has no part in the result.
        where: ``file`` of the config.
        datasets_where: ``file:line:col`` of its ``datasets`` key.
    """

    name: str
    methods: Mapping[str, Method]
    batches: tuple[Batch, ...]
    autolabelers: Mapping[str, tuple[AutoLabelerChoice, ...]]
    output: Path
    seed: int = 0
    shard_size_mb: float = 128.0
    auto_label_splits: tuple[str, ...] = ("train",)
    ignore_zone: bool = False
    on_missing: str = "error"
    executor: ExecutorChoice = ExecutorChoice()
    where: str = ""
    datasets_where: str = ""
