"""The rule of the game: with ``hard`` or ``soft``, a class nobody labeled on some pictures needs an auto-labeler."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from unify.core.types import BatchRef, Method
from unify.errors import shorten
from unify.registry.objects import AutoLabelerChoice, Batch, Registry


def unfilled_classes(
    registry: Registry,
    methods: Mapping[str, Method],
    batches: Sequence[Batch],
    autolabelers: Mapping[str, Sequence[AutoLabelerChoice]],
    splits: Collection[str],
) -> dict[BatchRef, tuple[str, ...]]:
    """The classes that would stay unknown in the splits that are filled; batches that lack nothing are left out.

    The classes in question are those that a selected batch labels: a class that no selected batch labels is no part
    of the dataset.
    """
    in_question = [name for name in registry.taxonomy.ids if any(name in batch.labeled_classes for batch in batches)]
    filled = {
        name
        for task, choices in autolabelers.items()
        for choice in choices
        for name in choice.version.classes
        if registry.taxonomy.task_of[name] == task
    }
    needed = [
        name
        for name in in_question
        if methods[registry.taxonomy.task_of[name]].needs_predictions and name not in filled
    ]
    lacking = {
        batch.ref: tuple(name for name in needed if name not in batch.labeled_classes)
        for batch in batches
        if batch.split in splits
    }
    return {ref: names for ref, names in lacking.items() if names}


def describe_unfilled(unfilled: Mapping[BatchRef, tuple[str, ...]]) -> str:
    """``pedestrian, cyclist on vehicle:b6; car on pedestrian:b1, pedestrian:b2``."""
    batches_of: dict[tuple[str, ...], list[str]] = {}
    for ref, names in unfilled.items():
        batches_of.setdefault(names, []).append(str(ref))
    return "; ".join(f"{', '.join(names)} on {shorten(refs)}" for names, refs in batches_of.items())
