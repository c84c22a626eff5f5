"""In which order a strategy asks, on cached answers that are known exactly."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ranking.remembered import add_versions, digest, remember
from tests.workspaces import add_batch, add_config, make_workspace
from unify.errors import UnifyError
from unify.simulating.strategies import Question, Situation, ask, check_strategy, needs_detector

BOX, OTHER = (4.0, 4.0, 24.0, 20.0), (30.0, 10.0, 50.0, 40.0)
WORDS = ("sure", "unsure", "twice")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Nobody looked for vehicles or cyclists on three pictures; one detector looked for all."""
    folder = make_workspace(tmp_path / "ws")
    people = {word: [("pedestrian", (1, 1, 5, 9))] for word in WORDS}
    add_batch(folder, "pedestrian:b1", people, ["pedestrian"], labeled_classes="[pedestrian]")
    add_config(folder, ["pedestrian:b1"])
    add_versions(folder, "detector", ["car", "truck", "pedestrian", "cyclist"], "v1")
    found = {"sure": [(BOX, "car", 0.99)], "unsure": [(BOX, "car", 0.5)]}
    twice = {"twice": [(BOX, "car", 0.7), (OTHER, "cyclist", 0.7)]}
    remember(folder, "detector:v1", {**found, **twice})
    return folder


def asked(workspace: Path, strategy: str, budget: float = 100.0, seed: int = 0) -> list[Question]:
    return ask(strategy, Situation("mix", str(workspace), budget, 1.0, (seed,)))


BOTH = ("vehicle", "pedestrian")


def test_classic_strategies_ask_for_everything_that_is_unknown_on_a_picture(workspace: Path):
    by_top = asked(workspace, "entropy")
    assert by_top == [Question(digest(word), BOTH) for word in ("unsure", "twice", "sure")]


def test_a_sum_counts_the_boxes_of_all_tasks(workspace: Path):
    """Two boxes of 0.88 bits are more than one of 1 bit."""
    assert [each.picture for each in asked(workspace, "entropy-sum")] == [
        digest(w) for w in ("twice", "unsure", "sure")
    ]


def test_random_follows_the_seed_and_asks_for_each_once(workspace: Path):
    for strategy, count in (("random", 3), ("random-pairs", 6)):
        orders = [asked(workspace, strategy, seed=seed) for seed in range(8)]
        assert asked(workspace, strategy, seed=3) == orders[3]
        assert len({tuple(each) for each in orders}) > 1
        assert all(len(set(each)) == len(each) == count for each in orders)


def test_ours_asks_pairs_within_the_budget(workspace: Path):
    for strategy in ("rank", "ours"):
        questions = asked(workspace, strategy, budget=5.0)
        assert questions and all(len(each.tasks) == 1 for each in questions)


def test_only_some_need_a_detector():
    names = ("random", "random-pairs", "entropy-sum", "rank", "ours")
    assert [needs_detector(name) for name in names] == [False, False, True, True, True]


def test_a_strategy_is_a_name_or_a_measure_with_a_pooling():
    for name in ("random", "ours", "entropy", "entropy-sum", "least_confidence-max"):
        check_strategy(name)
    with pytest.raises(UnifyError, match="no such measure"):
        check_strategy("entropie-sum")
