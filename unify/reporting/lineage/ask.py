"""Answers ``unify lineage REF``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from unify.core.types import JsonObject
from unify.progress import Progress, Silent
from unify.reporting.columns import DatasetNames
from unify.reporting.counts import count_columns, no_counts
from unify.reporting.lineage.counted import counted_lineage
from unify.reporting.lineage.gather import batch_lineage, labeler_lineage
from unify.reporting.lineage.graph import Lineage
from unify.reporting.lineage.show import lineage_json, lineage_lines, lineage_mermaid
from unify.reporting.plain import plain
from unify.reporting.reference import NamedBatch, NamedDataset, NamedLabeler, resolve
from unify.reporting.stream import iterate_columns


@dataclass(frozen=True)
class LineageReport:
    """Where the labels of something come from.

    Attributes:
        graph: everything behind it, with boxes on the edges.
    """

    graph: Lineage

    def summary(self) -> JsonObject:
        """The ``--format json`` of ``unify lineage``; keys as ``lineage`` in README.md."""
        return plain(lineage_json(self.graph))

    def mermaid(self) -> str:
        """A Mermaid flowchart."""
        return lineage_mermaid(self.graph)

    def lines(self) -> Iterator[str]:
        """As text."""
        yield from lineage_lines(self.graph)


def lineage(
    ref: str | os.PathLike[str],
    *,
    workspace: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> LineageReport:
    """Where the labels of a unified dataset, an auto-labeler or a batch come from, back to people.

    Every machine box of a dataset is accounted to human batches by one rule, `unify.reporting.lineage.graph.RULE`, and
    the counts add up. Of an auto-labeler the boxes are those it was trained on. A dataset's records are read once.

    Args:
        ref: a dataset's folder, ``pedestrian:v3`` or ``pedestrian:b1``.
        workspace: folder that holds ``registry/``; the nearest parent by default.
        progress: told how the work goes.

    Raises:
        RegistryError: there is nothing of that name, or something was trained on what it labeled itself.
        DatasetError: the dataset is damaged.
    """
    return LineageReport(lineage_of(resolve(ref, workspace), progress or Silent()))


def lineage_of(named: NamedDataset | NamedLabeler | NamedBatch, progress: Progress) -> Lineage:
    """The lineage of what a reference names. Errors as of `lineage`."""
    if isinstance(named, NamedBatch):
        return batch_lineage(named.batch.ref, named.registry)
    if isinstance(named, NamedLabeler):
        return labeler_lineage(named.version, named.registry)
    names, counts = DatasetNames(named.manifest), no_counts(DatasetNames(named.manifest))
    total = sum(entry["examples"] for entry in named.manifest["splits"].values())
    for columns in iterate_columns(named.folder, names, progress.stage(f"reading {named.folder.name}", total)):
        counts += count_columns(columns, names, {})
    return counted_lineage(named, names, counts)
