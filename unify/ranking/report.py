"""What a ranking found, for people and for ``--json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from unify.core.types import JsonObject
from unify.errors import shorten
from unify.ranking.panels import COMMITTEE, Panel
from unify.ranking.queue import Query
from unify.ranking.ranking import Ranking
from unify.ranking.scores import ScoredCandidates
from unify.ranking.target import Target


@dataclass(frozen=True)
class RankReport:
    """What `rank` found.

    Attributes:
        queries: the questions, by falling score.
        measures: measure -> weight, those that were taken.
        budget: what might be spent; None without a limit.
        pairs: candidates: pairs of picture and task that could be asked.
        near_duplicates: of the shortlists, passed over.
        missing: auto-labeler, or ``committee`` -> pictures it was not asked about, which are no candidates.
        failed: auto-labeler -> pictures it could not process.
        fill_command: what has the auto-labelers asked about the missing ones.
        warnings: what a person should know, one sentence each.
        seconds: wall time.
    """

    queries: tuple[Query, ...]
    measures: Mapping[str, float]
    budget: float | None
    pairs: int
    near_duplicates: int
    missing: Mapping[str, int]
    failed: Mapping[str, int]
    fill_command: str
    warnings: tuple[str, ...]
    seconds: float

    @property
    def spent(self) -> dict[str, float]:
        """Task -> what its questions cost."""
        spent: dict[str, float] = {}
        for query in self.queries:
            spent[query.task] = spent.get(query.task, 0.0) + query.cost
        return dict(sorted(spent.items()))

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify rank``."""
        return {
            "queries": [query.as_json() for query in self.queries],
            "measures": dict(self.measures),
            "budget": self.budget,
            "spent": {task: round(cost, 4) for task, cost in self.spent.items()},
            "candidates": self.pairs,
            "near_duplicates": self.near_duplicates,
            "missing": dict(self.missing),
            "failed": dict(self.failed),
            "fill_command": self.fill_command if self.missing else "",
            "warnings": list(self.warnings),
        }


def make_report(
    target: Target,
    ranking: Ranking,
    scored: Sequence[ScoredCandidates],
    queries: Sequence[Query],
    *,
    seconds: float,
    budget: float | None = None,
    near_duplicates: int = 0,
) -> RankReport:
    """What was found, put together."""
    return RankReport(
        queries=tuple(queries),
        measures={measure.name: weight for measure, weight in ranking.measures.items()},
        budget=budget,
        pairs=sum(int((~np.isnan(each.score)).sum()) for each in scored),
        near_duplicates=near_duplicates,
        missing=_summed(each.candidates.missing for each in scored),
        failed=_summed(each.candidates.failed for each in scored),
        fill_command=target.fill_command,
        warnings=tuple(warnings_of(target, ranking.panels, scored)),
        seconds=seconds,
    )


def _summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(total)


def warnings_of(target: Target, panels: Sequence[Panel], scored: Sequence[ScoredCandidates]) -> Iterator[str]:
    """What a person should know of what could not be ranked."""
    tasks = [panel.task for panel in panels]
    nobody = [task for task in target.registry.taxonomy.tasks if task not in target.config.autolabelers]
    if nobody:
        yield f"{shorten(nobody)}: no auto-labeler finds its classes, so nothing is known of what to ask"
    for each in scored:
        task = each.candidates.panel.task
        for name, count in each.candidates.missing.items():
            who = "fewer than two auto-labelers" if name == COMMITTEE else f"{name} never"
            yield f"{task}: {who} looked at {_pictures(count)}, left out; fill the cache: {target.fill_command}"
        for name, count in each.candidates.failed.items():
            yield f"{task}: {name} failed on {_pictures(count)}, left out"
    if tasks and not any(len(each.candidates) for each in scored) and not any(e.candidates.missing for e in scored):
        yield f"no picture of the chosen splits is unknown for {shorten(tasks)}: there is nothing to ask"


def _pictures(count: int) -> str:
    return f"{count:,} picture" if count == 1 else f"{count:,} pictures"
