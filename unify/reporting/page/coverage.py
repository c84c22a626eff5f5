"""The rows of the coverage matrix in the order that tells the story: each batch alone, then what they make together."""

from __future__ import annotations

from typing import NamedTuple

from unify.core.types import JsonObject


class Group(NamedTuple):
    """Rows under one heading."""

    title: str
    rows: list[JsonObject]


def coverage_groups(content: JsonObject) -> list[Group]:
    """Batches by task, then splits, then all pictures; a sum of one row is left out."""
    rows, task_of = content["coverage"], {each["batch"]: each["task"] for each in content["batches"]}
    groups = []
    for task in [each["task"] for each in content["tasks"]]:
        batches = [row for row in rows if row["kind"] == "batch" and task_of.get(row["name"]) == task]
        if batches:
            groups.append(Group(task, batches))
    splits = [row for row in rows if row["kind"] == "split"]
    everything = [row for row in rows if row["kind"] == "all"]
    groups.append(Group("together", [*(splits if len(splits) > 1 else []), *everything]))
    return groups


def states_present(content: JsonObject) -> list[str]:
    """The states that any cell has, in the order to show: a legend explains no others."""
    shares = [cell["shares"] for row in content["coverage"] for cell in row["classes"].values()]
    return [state for state in content["states"] if any(each.get(state) for each in shares)]
