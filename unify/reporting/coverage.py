"""The coverage matrix: how many pictures of every component are labeled, filled, or unknown for every class."""

from __future__ import annotations

from unify.core.types import JsonObject
from unify.reporting.columns import STATES, DatasetNames
from unify.reporting.counts import Counts, Groups
from unify.reporting.plain import share


def coverage_rows(counts: Counts, names: DatasetNames) -> list[JsonObject]:
    """``coverage`` of the report: a row for all pictures, every split, every task and every batch."""
    return [
        {
            "kind": kind,
            "name": name,
            "examples": int(counts.pictures[row]),
            "classes": {
                class_name: _cell(counts.coverage[row, column].tolist())
                for column, class_name in enumerate(names.classes)
            },
        }
        for row, (kind, name) in enumerate(Groups(names).labels)
    ]


def _cell(pictures: list[int]) -> JsonObject:
    whole = sum(pictures)
    return {
        "pictures": dict(zip(STATES, pictures)),
        "shares": {state: share(count, whole) for state, count in zip(STATES, pictures)},
    }
