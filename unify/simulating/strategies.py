"""In which order a strategy asks.

A question is a picture and the tasks that are asked about it: those of which something is unknown there. Classic
strategies ask for all of them at once; `rank` and `ours` choose pairs of picture and task, at what they cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unify.inference.autolabeling import open_cache
from unify.progress import Silent
from unify.ranking.costs import Costs
from unify.ranking.measures import find_measures
from unify.ranking.pooling import POOLINGS
from unify.ranking.rank import rank
from unify.ranking.ranking import open_ranking
from unify.ranking.scoring import askable, sha256_of
from unify.ranking.settings import RankSettings
from unify.ranking.target import Target, open_target
from unify.registry.simulation_objects import LEARNING, RANDOM

RANDOM_PAIRS, RANK = "random-pairs", "rank"
_BLIND = (RANDOM, RANDOM_PAIRS)
_RANKED = (RANK, LEARNING)


@dataclass(frozen=True)
class Question:
    """What is asked of people at once.

    Attributes:
        picture: hex sha256.
        tasks: whose classes they search it for.
    """

    picture: str
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class Situation:
    """What a strategy may know.

    Attributes:
        config: name of a config of the workspace.
        workspace: folder that holds ``registry/``.
        budget: what may be spent.
        look: what opening a picture for a task costs; every box costs 1.
        seed: of random choices.
    """

    config: str
    workspace: str
    budget: float
    look: float
    seed: Sequence[int]


def needs_detector(strategy: str) -> bool:
    """Whether the strategy listens to the detector."""
    return strategy not in _BLIND


def check_strategy(strategy: str) -> None:
    """Raises UnifyError where there is no such strategy."""
    if strategy not in (*_BLIND, *_RANKED):
        find_measures([_measure_and_pooling(strategy)[0]])


def ask(strategy: str, now: Situation) -> list[Question]:
    """The questions of a strategy, in the order in which they are put.

    Raises:
        UnifyError: there is no such strategy, or anything is wrong with the workspace.
    """
    if strategy in _RANKED:
        costs = Costs(look=max(now.look, 1e-6), draw=1.0)
        settings = RankSettings(costs=costs, unaided=True, learning_weights=strategy == LEARNING)
        report = rank(now.config, budget=now.budget, settings=settings, workspace=now.workspace, workers=1)
        return [Question(each.picture, (each.task,)) for each in report.queries]
    target = open_target(now.config, workspace=now.workspace, workers=1)
    pairs = _unknown_pairs(target)
    if strategy == RANDOM_PAIRS:
        order = np.random.default_rng(now.seed).permutation(len(pairs))
        return _questions(target, [pairs[at] for at in order.tolist()])
    tasks_of: dict[int, list[str]] = {}
    for example, task in pairs:
        tasks_of.setdefault(example, []).append(task)
    examples = list(tasks_of)
    if strategy == RANDOM:
        order = np.random.default_rng(now.seed).permutation(len(examples))
    else:
        order = np.argsort(-_scores(strategy, target, examples), kind="stable")
    chosen = [examples[at] for at in order.tolist()]
    return _questions(target, [(example, *tasks_of[example]) for example in chosen])


def _unknown_pairs(target: Target) -> list[tuple[int, str]]:
    ids = target.registry.taxonomy.ids
    return [
        (example, task)
        for task, classes in target.registry.taxonomy.tasks.items()
        for example in askable(target.plan, np.array([ids[name] for name in classes])).tolist()
    ]


def _questions(target: Target, chosen: Sequence[tuple]) -> list[Question]:
    digests = sha256_of(target.plan, np.array([example for example, *_ in chosen], np.int64))
    return [Question(digest.tobytes().hex(), tuple(tasks)) for digest, (_, *tasks) in zip(digests, chosen)]


def _measure_and_pooling(strategy: str) -> tuple[str, str]:
    measure, _, pooling = strategy.rpartition("-")
    return (measure, pooling) if pooling in POOLINGS else (strategy, "top5")


def _scores(strategy: str, target: Target, examples: Sequence[int]) -> np.ndarray:
    """float [n]; how uncertain the detector is of each picture, over the tasks that are unknown there."""
    measure, pooling = _measure_and_pooling(strategy)
    settings = RankSettings(measures={measure: 1.0}, pooling=pooling)
    ranking = open_ranking(target, settings, None, open_cache(target.registry.workspace, None))
    scores = dict.fromkeys(examples, 0.0)
    for scored in ranking.score(Silent()):
        candidates = scored.candidates
        (values,) = candidates.raw[measure].values()
        for example, value in zip(candidates.examples.tolist(), np.maximum(values, 0).tolist()):
            scores[example] = scores[example] + value if pooling == "sum" else max(scores[example], value)
    return np.array([scores[example] for example in examples])
