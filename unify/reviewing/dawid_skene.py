"""Whose vote counts how much: annotators' reliability and the true classes found together (Dawid and Skene 1979)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

_ROUNDS = 100
_CLOSE = 1e-6
_SMOOTHING = 0.01  # of a vote nobody gave, so that no one is certain of anything


def dawid_skene(votes: Sequence[Mapping[str, int]]) -> list[int]:
    """The likeliest class of every item, by expectation maximisation from the majority's vote.

    Args:
        votes: for each of I items annotator -> class id; one or more votes an item.

    Returns:
        I class ids; of equally likely ones the smallest.
    """
    people = sorted({who for each in votes for who in each})
    classes = sorted({class_id for each in votes for class_id in each.values()})
    given = np.zeros((len(votes), len(people), len(classes)))  # one-hot, all 0 where one did not vote
    for item, each in enumerate(votes):
        for who, class_id in each.items():
            given[item, people.index(who), classes.index(class_id)] = 1
    truth = given.sum(axis=1) / given.sum(axis=(1, 2))[:, None]
    for _ in range(_ROUNDS):
        before = truth
        truth = _expect(given, truth)
        if np.abs(truth - before).max() < _CLOSE:
            break
    return [classes[index] for index in truth.argmax(axis=1).tolist()]


def _expect(given: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """float64 [I, C]; probability of every class, from what each annotator says where each class is true."""
    says = np.einsum("ic,iak->ack", truth, given) + _SMOOTHING
    says /= says.sum(axis=2, keepdims=True)
    prior = truth.mean(axis=0) + _SMOOTHING
    log = np.log(prior / prior.sum()) + np.einsum("iak,ack->ic", given, np.log(says))
    likely = np.exp(log - log.max(axis=1, keepdims=True))
    return likely / likely.sum(axis=1, keepdims=True)
