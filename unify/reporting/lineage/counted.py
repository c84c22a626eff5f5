"""The lineage of a dataset whose boxes were counted."""

from __future__ import annotations

from unify.records.counts import HUMAN
from unify.reporting.columns import DatasetNames
from unify.reporting.counts import Counts
from unify.reporting.lineage.gather import dataset_lineage
from unify.reporting.lineage.graph import Lineage
from unify.reporting.reference import NamedDataset


def counted_lineage(named: NamedDataset, names: DatasetNames, counts: Counts) -> Lineage:
    """What is behind a dataset. Raises RegistryError."""
    drawn = dict(zip(names.batches, counts.drawn.tolist()))
    boxes = dict(zip(names.sources, counts.boxes.sum(axis=1).tolist()))
    boxes.pop(HUMAN)
    return dataset_lineage(named.folder, named.manifest, named.registry, drawn, boxes)
