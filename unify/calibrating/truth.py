"""What people know of the pictures that an auto-labeler is measured on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from unify.core.types import ExampleTable, Method, State
from unify.errors import RegistryError
from unify.inference.pictures import Pictures
from unify.intake import take_in
from unify.labels.read import ReadBatch
from unify.merge.human import merge_examples
from unify.planning.build import CompilePlan, build_plan
from unify.progress import Progress
from unify.registry.objects import Batch, CompileConfig, Registry
from unify.registry.selection import batch_names, parse_selection

ON = "--on"


@dataclass(frozen=True)
class Truth:
    """Human labels of batches, the same picture in several of them united as a compile does it.

    Attributes:
        plan: the examples; nothing is filled.
        warnings: what a person should know of the batches, one sentence each.
    """

    plan: CompilePlan
    warnings: tuple[str, ...]

    @cached_property
    def pictures(self) -> Pictures:
        """All pictures, numbered as the plan's rows."""
        return Pictures([batch.pictures for batch in self.plan.batches])

    def searched(self, class_ids: Sequence[int]) -> np.ndarray:
        """int64, ascending by their first row: examples that people searched for one of the classes or more."""
        state = self.plan.coverage.state[:, np.asarray(class_ids) - 1]
        examples = np.flatnonzero((state == State.LABELED).any(axis=1))
        return examples[np.argsort(self.rows_of(examples))]

    def rows_of(self, examples: np.ndarray) -> np.ndarray:
        """int64 [n]; the rows of ``pictures`` at which examples are looked at."""
        return self.plan.rows.first_row[examples]

    def labels_of(self, examples: np.ndarray) -> ExampleTable:
        """Boxes and states of examples, in that order."""
        return merge_examples(self.plan, examples)


def select_batches(registry: Registry, selections: Sequence[str]) -> tuple[Batch, ...]:
    """The batches of some selections, each once.

    Raises:
        RegistryError: everything that is wrong with the selections.
    """
    known = batch_names(registry.taxonomy.tasks, registry.batches)
    chosen, problems = {}, []
    for text in selections:
        try:
            chosen.update(dict.fromkeys(parse_selection(text, known)))
        except RegistryError as error:
            problems += [replace(problem, where=f"{ON} {text}") for problem in error.problems]
    if problems:
        raise RegistryError(problems)
    return tuple(registry.batches[ref] for ref in chosen)


def read_truth(
    registry: Registry, batches: Sequence[Batch], *, workers: int, on_error: str, progress: Progress
) -> Truth:
    """Read batches as a compile does: locked ones must be what they were.

    Raises:
        UnifyError: anything is wrong with annotations, pictures or lock, or no picture has a labeled class.
    """
    read = take_in(registry, batches, on_error=on_error, workers=workers, fresh=True, progress=progress)
    config = CompileConfig(
        name="calibrate",
        methods=dict.fromkeys(registry.taxonomy.tasks, Method.PARTIAL),
        batches=tuple(batches),
        autolabelers={},
        output=registry.workspace,
        where=ON,
    )
    plan = build_plan(config, registry.taxonomy, [each.labels for each in read])
    return Truth(plan, tuple(text for each in read for text in _warnings(each)))


def _warnings(read: ReadBatch) -> Iterator[str]:
    yield from (f"{read.labels.ref}: {text}" for text in read.warnings)
    if skipped := len(read.labels.skipped):
        yield f"{read.labels.ref}: {skipped:,} bad {'picture' if skipped == 1 else 'pictures'} left out"
