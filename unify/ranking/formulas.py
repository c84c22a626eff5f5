"""How uncertain one box is, from its cached scores alone. Larger is more uncertain; NumPy over N boxes at once.

K classes are listed of each box, the likeliest first. Independent scores (sigmoid) become a distribution where a
formula needs one: class c gets p_c / (sum of p + p_0), background p_0 / (sum of p + p_0), with p_0 the product of all
1 - p_c. Of exclusive scores (softmax) the rest to one is one more outcome: background, or classes that are not listed.
"""

from __future__ import annotations

import numpy as np

from unify.core.boxes import paired_iou
from unify.core.predictions import ScoreKind

NEAREST_TO_CERTAIN = 1e-6  # log(0) is infinite


def outcomes(listed: np.ndarray, kind: ScoreKind) -> np.ndarray:
    """Distribution of each box over its listed classes and, last, everything else.

    Args:
        listed: float [N, K]; scores in 0..1, 0 where a box lists fewer classes.
        kind: what the scores are to each other.

    Returns:
        float32 [N, K + 1]; rows sum to 1.
    """
    both = np.empty((len(listed), listed.shape[1] + 1), np.float32)
    both[:, :-1] = listed
    both[:, -1] = _rest(listed, kind)
    both /= both.sum(axis=1, keepdims=True)
    return both


def least_confidence(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """How near the score is to the threshold: ``1 - |p - t| / max(t, 1 - t)``, so that junk is not uncertain.

    Args:
        probabilities: float [N] in 0..1.
        thresholds: float [N] in 0..1; from here on a box counts.

    Returns:
        float32 [N] in 0..1; at a threshold of 0.5 it is ``1 - |2 p - 1|``.
    """
    inside = np.clip(thresholds, 0, 1)
    return (1 - np.abs(probabilities - inside) / np.maximum(inside, 1 - inside)).astype(np.float32)


def softmax_least_confidence(listed: np.ndarray, num_outcomes: int) -> np.ndarray:
    """``(1 - q1) S / (S - 1)`` with the likeliest of S outcomes, background included: float32 [N] in 0..1."""
    top = np.maximum(listed[:, 0], _rest(listed, ScoreKind.SOFTMAX))
    return np.clip((1 - top) * (num_outcomes / (num_outcomes - 1)), 0, 1).astype(np.float32)


def margin(listed: np.ndarray, kind: ScoreKind) -> np.ndarray:
    """``1 - (q1 - q2)`` between the two likeliest outcomes, background included.

    A box torn between two classes scores high, and so does one torn between a class and nothing; with one class it is
    ``1 - |2 p - 1|``.

    Args:
        listed: float [N, K]; falling.
        kind: what the scores are to each other.

    Returns:
        float32 [N] in 0..1.
    """
    rest = _rest(listed, kind)
    total = listed.sum(axis=1) + rest
    second_class = listed[:, 1] if listed.shape[1] > 1 else np.zeros_like(rest)
    first = np.maximum(listed[:, 0], rest)
    second = np.maximum(np.minimum(listed[:, 0], rest), second_class)
    return (1 - (first - second) / total).astype(np.float32)


def binary_entropy(probabilities: np.ndarray) -> np.ndarray:
    """``-p log2 p - (1 - p) log2 (1 - p)`` in bits: float32 in 0..1, shaped like ``probabilities``."""
    inside = _inside(probabilities)
    outside = 1 - inside
    return -(inside * np.log2(inside) + outside * np.log2(outside))


def entropy(listed: np.ndarray, num_outcomes: int) -> np.ndarray:
    """``H(q) / log S`` of exclusive scores over S outcomes, what is not listed being one: float32 [N] in 0..1."""
    rest = _rest(listed, ScoreKind.SOFTMAX)
    summed = _minus_x_log_x(rest)
    for column in range(listed.shape[1]):
        summed += _minus_x_log_x(listed[:, column])
    return np.clip(summed / np.float32(np.log(num_outcomes)), 0, 1)


def evidential(evidence: np.ndarray, num_classes: int) -> np.ndarray:
    """``K / S`` with S = K + evidence, the strength of a Dirichlet (Sensoy, Kaplan and Kandemir 2018).

    Args:
        evidence: float [N]; summed over the classes, 0 or more.
        num_classes: K.

    Returns:
        float32 [N] in (0, 1]; 1 without any evidence.
    """
    return (num_classes / (num_classes + np.maximum(evidence, 0))).astype(np.float32)


def expected_gradient(listed: np.ndarray, kind: ScoreKind, features: np.ndarray | None = None) -> np.ndarray:
    """Expected length of the gradient of the last layer, over the label that the model itself expects.

    Independent scores: ``|f| sum_c 2 p_c (1 - p_c)``; exclusive ones: ``|f| sum_c q_c |q - e_c|`` (Settles, Craven and
    Ray 2008, for one linear layer).

    Args:
        listed: float [N, K].
        kind: what the scores are to each other.
        features: float [N, E], what the last layer sees; None takes their length for 1.

    Returns:
        float32 [N], 0 or more.
    """
    if kind is ScoreKind.SIGMOID:
        change = (2 * listed * (1 - listed)).sum(axis=1)
    else:
        q = outcomes(listed, kind)
        squares = (q * q).sum(axis=1, keepdims=True)
        change = (q * np.sqrt(np.maximum(squares - 2 * q + 1, 0))).sum(axis=1)
    length = 1 if features is None else np.linalg.norm(features, axis=1)
    return (change * length).astype(np.float32)


def tightness_doubt(scores: np.ndarray, boxes_xyxy: np.ndarray, proposals_xyxy: np.ndarray) -> np.ndarray:
    """``1 - |T + p - 1|`` with T the overlap of the box and its proposal (LT/C of Kao et al. 2018, arXiv 1801.05124).

    Sure but loose, or tight but unsure: the two halves of the detector contradict each other.

    Returns:
        float32 [N] in 0..1.
    """
    tightness = paired_iou(boxes_xyxy, proposals_xyxy)
    return (1 - np.abs(tightness + scores - 1)).astype(np.float32)


def jensen_shannon(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Divergence in bits between distributions, float [N, K] each: float64 [N] in 0..1."""
    mean = (first + second) / 2
    bits = (_minus_x_log_x(mean) - (_minus_x_log_x(first) + _minus_x_log_x(second)) / 2).sum(axis=1) / np.log(2)
    return np.clip(bits, 0, 1).astype(np.float64)


def _rest(listed: np.ndarray, kind: ScoreKind) -> np.ndarray:
    """float32 [N]; what all that is not listed weighs, before the row is brought to a sum of 1."""
    if kind is ScoreKind.SIGMOID:
        return np.prod(1 - listed, axis=1, dtype=np.float32)
    return np.maximum(1 - listed.sum(axis=1, dtype=np.float32), 0)


def _inside(values: np.ndarray) -> np.ndarray:
    return np.clip(values, NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN).astype(np.float32)


def _minus_x_log_x(values: np.ndarray) -> np.ndarray:
    """``-x ln x``, 0 at 0."""
    return -values * np.log(np.maximum(values, np.float32(1e-30)))
