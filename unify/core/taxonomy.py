"""The taxonomy: all tasks, their classes and the ids that never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Taxonomy:
    """Tasks and classes.

    Attributes:
        tasks: task name -> its class names, in the file's order.
        ids: class name -> id, explicit, from 1 (0 is background), unique over all tasks.
        exclusive: groups of classes one object cannot both be.
    """

    tasks: Mapping[str, tuple[str, ...]]
    ids: Mapping[str, int]
    exclusive: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def num_columns(self) -> int:
        """C: the largest id. Column c is the class with id c + 1; skipped ids are columns nobody labels."""
        return max(self.ids.values(), default=0)

    @cached_property
    def names(self) -> dict[int, str]:
        """id -> class name, ascending by id."""
        return {class_id: name for name, class_id in sorted(self.ids.items(), key=lambda item: item[1])}

    @cached_property
    def task_of(self) -> dict[str, str]:
        """class name -> its task."""
        return {name: task for task, classes in self.tasks.items() for name in classes}
