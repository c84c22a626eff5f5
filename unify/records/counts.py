"""What the manifest counts, per class: from a table when writing, from decoded records when verifying.

Counts are plain dictionaries, ``{class: {"labeled", "incomplete", "unknown", "boxes", "sources": {name: boxes}}}``,
with every class of the taxonomy in them, so that they go into JSON and across processes as they are. Boxes of weight 0
are not counted: nothing is learned from them, they only keep a region from counting as background.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from unify.core.taxonomy import Taxonomy
from unify.core.types import ExampleTable, State

if TYPE_CHECKING:
    from unify.records.decode import DecodedExample

HUMAN = "human"
ClassCounts = dict[str, dict[str, Any]]
_NUMBERS = ("labeled", "incomplete", "unknown", "boxes")


def no_counts(taxonomy: Taxonomy) -> ClassCounts:
    """Every class of the taxonomy, by id, with nothing counted."""
    return {name: {**dict.fromkeys(_NUMBERS, 0), "sources": {}} for name in taxonomy.names.values()}


def count_table(table: ExampleTable, taxonomy: Taxonomy, kept: np.ndarray) -> ClassCounts:
    """Counts of the examples where ``kept`` (bool [E]) is set."""
    states = table.state[kept]
    by_source = _boxes_by_source(table, np.repeat(kept, np.diff(table.box_offsets)) & (table.box_weight > 0))
    counts = no_counts(taxonomy)
    for name, class_id in taxonomy.ids.items():
        for state in State:
            counts[name][state.name.lower()] = int((states[:, class_id - 1] == state).sum())
        for source, boxes in zip(table.sources, by_source[class_id].tolist()):
            _add_boxes(counts[name], source, boxes)
    return counts


class Tally:
    """Counts decoded examples one by one, any number of them."""

    def __init__(self) -> None:
        self.examples = 0
        self.boxes = 0
        self._states: dict[State, Counter[int]] = {State.LABELED: Counter(), State.INCOMPLETE: Counter()}
        self._boxes: Counter[tuple[int, str]] = Counter()

    def add(self, example: DecodedExample) -> None:
        self.examples += 1
        self.boxes += len(example.class_ids)
        self._states[State.LABELED].update(example.labeled_ids.tolist())
        self._states[State.INCOMPLETE].update(example.incomplete_ids.tolist())
        rows = zip(example.class_ids.tolist(), example.source, example.weight.tolist())
        self._boxes.update((class_id, source) for class_id, source, weight in rows if weight > 0)

    def counts(self, taxonomy: Taxonomy) -> ClassCounts:
        """What was counted; ids that the taxonomy does not have are left out."""
        counts = no_counts(taxonomy)
        for name, class_id in taxonomy.ids.items():
            known = {state.name.lower(): count[class_id] for state, count in self._states.items()}
            counts[name].update(known, unknown=self.examples - sum(known.values()))
        for (class_id, source), boxes in self._boxes.items():
            if class_id in taxonomy.names:
                _add_boxes(counts[taxonomy.names[class_id]], source, boxes)
        return counts


def _boxes_by_source(table: ExampleTable, counted: np.ndarray) -> np.ndarray:
    """int64 [C + 1, sources]: boxes by class id and source; ``counted`` is bool [N]."""
    ids, sources = table.state.shape[1] + 1, len(table.sources)
    cells = table.box_class[counted] * sources + table.box_source[counted]
    return np.bincount(cells, minlength=ids * sources).reshape(ids, sources)


def _add_boxes(row: dict[str, Any], source: str, boxes: int) -> None:
    if boxes:
        row["boxes"] += boxes
        row["sources"][source] = row["sources"].get(source, 0) + boxes


def sum_counts(parts: Iterable[ClassCounts], taxonomy: Taxonomy) -> ClassCounts:
    """The counts of several shards or splits together."""
    total = no_counts(taxonomy)
    for part in parts:
        for name, row in part.items():
            for number in _NUMBERS[:-1]:
                total[name][number] += row[number]
            for source, boxes in row["sources"].items():
                _add_boxes(total[name], source, boxes)
    return total


def split_classes(counts: ClassCounts) -> ClassCounts:
    """The ``classes`` of one split as the manifest holds them: without sources."""
    return {name: {number: row[number] for number in _NUMBERS} for name, row in counts.items()}


def dataset_classes(counts: ClassCounts) -> ClassCounts:
    """The ``classes`` of the whole dataset as the manifest holds them: with sources and auto-label ratio."""
    return {name: {**row, "auto_label_ratio": _auto_label_ratio(row)} for name, row in counts.items()}


def _auto_label_ratio(row: dict[str, Any]) -> float:
    """Machine boxes / all boxes, 0 where there is no box."""
    return (row["boxes"] - row["sources"].get(HUMAN, 0)) / row["boxes"] if row["boxes"] else 0.0
