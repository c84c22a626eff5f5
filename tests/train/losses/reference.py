"""The losses again, in float64 NumPy, as the papers write them, with loops rather than tricks."""

from __future__ import annotations

import numpy as np


def sigmoid_parts(logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """-log p and -log(1 - p)."""
    logits = logits.astype(np.float64)
    return np.logaddexp(0, -logits), np.logaddexp(0, logits)


def focal(y_true: np.ndarray, logits: np.ndarray, weights: np.ndarray, alpha: float, gamma: float) -> np.ndarray:
    """Elements of Lin et al.'s loss for targets 0 and 1."""
    miss, false_alarm = sigmoid_parts(logits)
    positive = alpha * np.exp(-gamma * false_alarm) * miss
    negative = (1 - alpha) * np.exp(-gamma * miss) * false_alarm
    return np.where(y_true == 1, positive, negative) * weights


def binary(y_true: np.ndarray, logits: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Elements of cross-entropy for targets in [0, 1]."""
    miss, false_alarm = sigmoid_parts(logits)
    return (y_true * miss + (1 - y_true) * false_alarm) * weights


def quality_focal(y_true: np.ndarray, logits: np.ndarray, gamma: float) -> np.ndarray:
    """Elements of Li et al.'s loss for targets in [0, 1]."""
    probabilities = np.exp(-sigmoid_parts(logits)[0])
    return np.abs(probabilities - y_true) ** gamma * binary(y_true, logits, np.ones(()))


def heatmap(y_true: np.ndarray, logits: np.ndarray, weights: np.ndarray, gamma: float, penalty: float) -> np.ndarray:
    """Elements of Law and Deng's loss."""
    miss, false_alarm = sigmoid_parts(logits)
    positive = np.exp(-gamma * false_alarm) * miss
    negative = (1 - y_true.astype(np.float64)) ** penalty * np.exp(-gamma * miss) * false_alarm
    return np.where(y_true == 1, positive, negative) * weights


def marginal(y_true: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Cells of the marginal loss; background is the first logit."""
    losses = np.zeros(y_true.shape[:-1])
    for cell in np.ndindex(losses.shape):
        z, y = logits[cell].astype(np.float64), y_true[cell]
        unknown = [0, *(np.flatnonzero(y == -1) + 1)]
        possible = np.flatnonzero(y == 1) + 1 if (y == 1).any() else unknown
        losses[cell] = np.logaddexp.reduce(z) - np.logaddexp.reduce(z[possible])
    return losses


def giou(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """1 - generalized IoU of boxes xyxy with positive area, one by one."""
    losses = np.zeros(one.shape[:-1])
    for cell in np.ndindex(losses.shape):
        a, b = one[cell].astype(np.float64), other[cell].astype(np.float64)
        width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
        height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
        union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height
        hull = (max(a[2], b[2]) - min(a[0], b[0])) * (max(a[3], b[3]) - min(a[1], b[1]))
        losses[cell] = 1 - width * height / union + (hull - union) / hull
    return losses
