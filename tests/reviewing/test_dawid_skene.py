"""Dawid and Skene's model: as crowd-kit finds it, and as it is written down."""

from __future__ import annotations

from collections import Counter
from math import exp, log

import numpy as np
import pytest

from unify.reviewing.dawid_skene import dawid_skene

CLASSES = (2, 3, 5, 7)
PEOPLE = "abcde"


def simulated(seed: int, items: int = 200) -> tuple[list[dict[str, int]], list[int]]:
    """Votes of people who are right in 45 to 95 % of the cases and have favourites when wrong, and the truth."""
    rng = np.random.default_rng(seed)
    says = {}
    for who, skill in zip(PEOPLE, (0.95, 0.85, 0.65, 0.5, 0.45)):
        wrong = rng.dirichlet(np.full(len(CLASSES), 0.5), len(CLASSES))
        says[who] = skill * np.eye(len(CLASSES)) + (1 - skill) * wrong
    truth = rng.choice(len(CLASSES), items, p=(0.5, 0.25, 0.15, 0.1))
    votes = []
    for each in truth.tolist():
        asked = rng.permutation(list(PEOPLE))[: rng.integers(3, 6)]
        votes.append({str(who): CLASSES[rng.choice(len(CLASSES), p=says[who][each])] for who in asked})
    return votes, [CLASSES[each] for each in truth.tolist()]


def accuracy(found: list[int], truth: list[int]) -> float:
    return float(np.mean(np.array(found) == truth))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")  # crowd-kit is older than pandas
def test_classes_are_those_that_crowd_kit_finds(seed: int):
    """But where it is torn between two: smoothing keeps ours from being certain of anyone."""
    aggregation = pytest.importorskip("crowdkit.aggregation", reason="needs crowd-kit")
    pandas = pytest.importorskip("pandas")
    votes, _ = simulated(seed)
    rows = [(item, who, class_id) for item, each in enumerate(votes) for who, class_id in each.items()]
    data = pandas.DataFrame(rows, columns=["task", "worker", "label"])
    theirs = aggregation.DawidSkene(n_iter=100, tol=1e-8).fit_predict_proba(data).sort_index()
    sure = (theirs.max(axis=1) > 0.6).to_numpy()
    ours = np.array(dawid_skene(votes))
    assert sure.mean() > 0.95
    assert (ours[sure] == theirs.idxmax(axis=1).to_numpy()[sure]).all()


@pytest.mark.parametrize("seed", range(3))
def test_classes_are_those_of_the_model_written_down_vote_by_vote(seed: int):
    votes, _ = simulated(seed, items=60)
    assert dawid_skene(votes) == written_down(votes)


def written_down(votes: list[dict[str, int]], smoothing: float = 0.01) -> list[int]:
    """Expectation maximisation in plain Python, from the majority's vote; counts are smoothed."""
    truth = [{c: list(each.values()).count(c) / len(each) for c in CLASSES} for each in votes]
    for _ in range(200):
        prior = {c: sum(each[c] for each in truth) / len(truth) + smoothing for c in CLASSES}
        counts: Counter = Counter()
        for each, probable in zip(votes, truth):
            for who, said in each.items():
                for c in CLASSES:
                    counts[who, c, said] += probable[c]

        def chance(who: str, c: int, said: int, counts: Counter = counts) -> float:
            total = sum(counts[who, c, other] + smoothing for other in CLASSES)
            return (counts[who, c, said] + smoothing) / total

        truth = []
        for each in votes:
            likely = {c: log(prior[c]) + sum(log(chance(w, c, said)) for w, said in each.items()) for c in CLASSES}
            total = sum(exp(value) for value in likely.values())
            truth.append({c: exp(value) / total for c, value in likely.items()})
    return [max(CLASSES, key=each.__getitem__) for each in truth]


@pytest.mark.parametrize("seed", range(5))
def test_who_is_right_elsewhere_counts_more_than_a_majority(seed: int):
    votes, truth = simulated(seed)
    majority = [Counter(sorted(each.values())).most_common(1)[0][0] for each in votes]
    assert accuracy(dawid_skene(votes), truth) > accuracy(majority, truth)
