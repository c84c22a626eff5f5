"""From raw measures to one score a pair: ranks within auto-labeler and task, combined over the measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from unify.ranking.costs import Costs, gain
from unify.ranking.difficulty import rate
from unify.ranking.learning import of_a_picture
from unify.ranking.measures import Measure
from unify.ranking.normalize import combine, largest, rank_fractions
from unify.ranking.scoring import Candidates
from unify.ranking.settings import RankSettings
from unify.ranking.spending import Pairs


@dataclass(frozen=True)
class ScoredCandidates:
    """Candidates of a task with all that selection asks of them; n of them.

    Attributes:
        candidates: what they are.
        fractions: measure -> float64 [n] in (0, 1); share of the task's candidates that are less uncertain.
        score: float64 [n] in (0, 1); NaN for those that are left out.
        cost: float64 [n].
        gain: float64 [n].
        level: uint8 [n]; `Level`.
    """

    candidates: Candidates
    fractions: Mapping[str, np.ndarray]
    score: np.ndarray
    cost: np.ndarray
    gain: np.ndarray
    level: np.ndarray


def combine_scores(
    candidates: Candidates, measures: Mapping[Measure, float], settings: RankSettings
) -> ScoredCandidates:
    """One score a candidate, with its cost and gain."""
    fractions = {
        name: largest([rank_fractions(_kept(values, settings.skip_empty)) for values in voices.values()])
        for name, voices in candidates.raw.items()
    }
    weights = {measure.name: weight for measure, weight in measures.items()}
    score = np.zeros(0)
    if fractions:
        score = combine(list(fractions.values()), [weights[name] for name in fractions])
    task = candidates.panel.task
    costs: Costs = settings.task_costs.get(task, settings.costs)
    return ScoredCandidates(
        candidates=candidates,
        fractions=fractions,
        score=score,
        cost=costs.of(candidates.shown, candidates.hidden),
        gain=gain(score, candidates.expected, settings.task_weights.get(task, 1.0)),
        level=rate(candidates.review, candidates.hidden, candidates.uncertainty),
    )


def _kept(values: np.ndarray, skip_empty: bool) -> np.ndarray:
    return np.where(np.isinf(values), np.nan, values) if skip_empty else values


@dataclass(frozen=True)
class PairTable:
    """All pairs that may be chosen, one table for all tasks.

    Attributes:
        pairs: as selection takes them; task is an index into the panels.
        place: int64 [Q]; index of the pair among its task's candidates.
    """

    pairs: Pairs
    place: np.ndarray


def gather_pairs(scored: Sequence[ScoredCandidates], labeled: np.ndarray) -> PairTable:
    """The candidates of all tasks that have a score.

    Args:
        scored: of each task.
        labeled: bool [N]; by picture, whether people labeled it for anything.
    """
    places = [np.flatnonzero(~np.isnan(each.score)) for each in scored]

    def joined(columns: Iterable[np.ndarray], kind: type = float) -> np.ndarray:
        return np.concatenate([np.zeros(0, kind), *(column[at] for column, at in zip(columns, places))])

    picture = joined((each.candidates.examples for each in scored), int)
    pairs = Pairs(
        task=np.repeat(np.arange(len(scored)), [len(at) for at in places]),
        picture=picture,
        gain=joined(each.gain for each in scored),
        cost=joined(each.cost for each in scored),
        labels=of_a_picture(joined(each.candidates.expected for each in scored)),
        opened=labeled[picture],
    )
    return PairTable(pairs, np.concatenate([np.zeros(0, np.int64), *places]))


def class_weights(boxes_per_class: np.ndarray, balance: float | None) -> np.ndarray:
    """``exp(-share / balance)`` with the share of each class among all human boxes: float32 [C + 1], by unified id.

    Args:
        boxes_per_class: int [C]; human boxes.
        balance: see `RankSettings`; None for 1 everywhere.
    """
    weights = np.ones(len(boxes_per_class) + 1, np.float32)
    if balance is not None:
        weights[1:] = np.exp(-boxes_per_class / max(int(boxes_per_class.sum()), 1) / balance)
    return weights
