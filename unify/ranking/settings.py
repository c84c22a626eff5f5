"""The knobs of a ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from unify.errors import Problem, UnifyError, did_you_mean, shorten
from unify.ranking.costs import Costs
from unify.ranking.pooling import POOLINGS

# Taken where nobody chooses, as far as the cache has what they need.
USUAL_MEASURES = ("least_confidence", "margin", "entropy")


@dataclass(frozen=True, kw_only=True)
class RankSettings:
    """Knobs of `rank`; formulas and evidence for the defaults stand at their users.

    Attributes:
        measures: measure -> weight in the combination, over 0; empty for `USUAL_MEASURES`.
        pooling: how a picture's boxes become one number: a key of `POOLINGS`.
        costs: of a question.
        task_costs: task -> its own costs.
        task_weights: task -> how much its gain counts; 1 by default.
        learning_weights: weigh tasks by how much one more box is likely to help each (`learning_weights`) as well, the
            less the more of them are chosen.
        together: how many times as much a question is worth on a picture that people label for anything else as
            well, or did. A training step that shows it then teaches several tasks; pictures that are labeled for one
            task each leave the others less of the steps.
        floors: task -> least part of the budget, in its unit.
        ceilings: task -> largest part of it.
        shortlist: see `Diversity`; so are the next two.
        near_duplicate: in 0..2.
        density: 0 or more.
        balance: share of a class among all human boxes at which a box of it counts e times less; None for no balance.
        unaided: people are shown no boxes and draw all of them; see `without_help`.
        skip_empty: leave out pictures on which no box of the task was found, instead of putting them last.
        explain: say of every question why it was chosen.

    Raises:
        UnifyError: a number is out of its range, or a name unknown; lists all of them.
    """

    measures: Mapping[str, float] = field(default_factory=dict)
    pooling: str = "top5"
    costs: Costs = Costs()
    task_costs: Mapping[str, Costs] = field(default_factory=dict)
    task_weights: Mapping[str, float] = field(default_factory=dict)
    learning_weights: bool = False
    together: float = 3.0
    floors: Mapping[str, float] = field(default_factory=dict)
    ceilings: Mapping[str, float] = field(default_factory=dict)
    shortlist: float = 4.0
    near_duplicate: float = 0.05
    density: float = 0.0
    balance: float | None = None
    unaided: bool = False
    skip_empty: bool = False
    explain: bool = False

    def __post_init__(self) -> None:
        problems = [
            *_wrong("weight of measure", self.measures, over=0),
            *_wrong("weight of task", self.task_weights, least=0),
            *_wrong("floor of task", self.floors, least=0),
            *_wrong("ceiling of task", self.ceilings, least=0),
            *_wrong("", {"shortlist": self.shortlist, "together": self.together}, least=1),
            *_wrong("", {"near_duplicate": self.near_duplicate, "density": self.density}, least=0),
            *_wrong("", {} if self.balance is None else {"balance": self.balance}, over=0),
        ]
        if self.pooling not in POOLINGS:
            expected, fix = f"one of {', '.join(POOLINGS)}", did_you_mean(self.pooling, list(POOLINGS))
            problems.append(Problem("rank settings", "no such pooling", self.pooling, expected, fix))
        if problems:
            raise UnifyError(problems)

    def check(self, tasks: list[str], budget: float = float("inf")) -> None:
        """Hold names and sums against the tasks and the budget.

        Raises:
            UnifyError: an unknown task, a floor over its ceiling, or floors over the budget; lists all of them.
        """
        named = [self.task_costs, self.task_weights, self.floors, self.ceilings]
        problems = _unknown_tasks(tasks, [task for each in named for task in each])
        if not budget > 0:
            problems.append(Problem("rank settings", "budget is out of range", f"{budget:g}", "a number over 0"))
        for task, floor in self.floors.items():
            ceiling = self.ceilings.get(task, float("inf"))
            if floor > ceiling:
                problems.append(Problem(task, "its floor is over its ceiling", f"{floor:g}", f"at most {ceiling:g}"))
        if sum(self.floors.values()) > budget:
            got = f"{sum(self.floors.values()):g}"
            problems.append(Problem("floors", "the floors are over the budget", got, f"at most {budget:g}"))
        if problems:
            raise UnifyError(problems)


def check_tasks(tasks: list[str], named: Sequence[str]) -> None:
    """Raises UnifyError where one that is named is none of the tasks."""
    problems = _unknown_tasks(tasks, named)
    if problems:
        raise UnifyError(problems)


def _unknown_tasks(tasks: list[str], named: Sequence[str]) -> list[Problem]:
    return [
        Problem(task, "no such task", expected=f"one of {shorten(tasks)}", fix=did_you_mean(task, tasks))
        for task in dict.fromkeys(named)
        if task not in tasks
    ]


def _wrong(
    what: str, values: Mapping[str, float], *, least: float | None = None, over: float | None = None
) -> list[Problem]:
    """Values that are not finite, or not ``least`` or more, or not ``over``."""
    expected = f"a number over {over:g}" if over is not None else f"a number, {least:g} or more"
    return [
        Problem("rank settings", f"{what} {name} is out of range".lstrip(), f"{value:g}", expected)
        for name, value in values.items()
        if not (value < float("inf") and (value > over if over is not None else value >= least))
    ]
