"""Answers ``unify show REF``: all there is to know of a dataset, an auto-labeler or a batch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from unify.core.types import JsonObject
from unify.progress import Progress, Silent
from unify.reporting.plain import plain
from unify.reporting.reference import NamedBatch, NamedLabeler, resolve
from unify.reporting.report import numbers, read_dataset
from unify.reporting.show_batch import batch_facts
from unify.reporting.show_labeler import labeler_facts
from unify.reporting.show_text import fact_lines


@dataclass(frozen=True)
class Facts:
    """What is known of something.

    Attributes:
        content: ``kind`` (``dataset``, ``autolabeler`` or ``batch``) and what there is to know; see `DATASET_KEYS`,
            `labeler_facts` and `batch_facts`.
    """

    content: JsonObject

    def lines(self) -> Iterator[str]:
        """As text."""
        yield from fact_lines(self.content)


def show(
    ref: str | os.PathLike[str],
    *,
    workspace: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Facts:
    """All there is to know of a unified dataset, an auto-labeler or a batch. Changes nothing.

    Args:
        ref: a dataset's folder, ``pedestrian:v3`` or ``pedestrian:b1``.
        workspace: folder that holds ``registry/``; the nearest parent by default.
        progress: told how the work goes.

    Raises:
        RegistryError: there is nothing of that name, or the registry is wrong.
        DatasetError: the dataset is damaged.
        LabelError: the batch's annotations cannot be read.
        UnifyError: a calibration file is damaged.
    """
    named, progress = resolve(ref, workspace), progress or Silent()
    if isinstance(named, NamedBatch):
        return Facts(plain(batch_facts(named.batch, named.registry, progress)))
    if isinstance(named, NamedLabeler):
        return Facts(plain(labeler_facts(named.version, named.registry)))
    content = plain(numbers(read_dataset(named, 0, None, marks=False, progress=progress)))
    return Facts({"kind": "dataset", **{key: content[key] for key in DATASET_KEYS}})


DATASET_KEYS = (
    *("headline", "warnings", "states", "bins", "tasks", "batches", "coverage", "classes", "autolabelers"),
    *("skipped", "failed", "lineage"),
)
"""What of ``report.json`` is shown of a dataset; pictures need a page."""
