"""Focal terms in log space: finite in value and gradient for every logit and every gamma >= 0.

``sigmoid`` then ``pow`` has an infinite derivative at confident predictions when gamma < 1, and loses all digits of
1 - p there; -log p = softplus(-x) and -log(1 - p) = softplus(x) do neither.
"""

from __future__ import annotations

from keras import ops

from unify.train.losses.shapes import Tensor, value_error


def focal_terms(logits: Tensor, positive: Tensor, negative: Tensor, gamma: float) -> Tensor:
    """positive * (1 - p)^gamma * -log p  +  negative * p^gamma * -log(1 - p), with p = sigmoid(logits).

    Args:
        logits: float32 [...].
        positive: float32 [...]; coefficient of the first term.
        negative: float32 [...]; coefficient of the second.
        gamma: focusing exponent, >= 0; 0 is cross-entropy.
    """
    miss, false_alarm = ops.softplus(-logits), ops.softplus(logits)
    if gamma:
        positive = positive * ops.exp(-gamma * false_alarm)
        negative = negative * ops.exp(-gamma * miss)
    return positive * miss + negative * false_alarm


def known_logits(y_pred: Tensor, weights: Tensor, from_logits: bool) -> Tensor:
    """float32 logits, 0 where the weight is 0: what no weight asks for gets exactly no gradient, be it infinite."""
    predictions = ops.where(ops.equal(weights, 0.0), 0.0 if from_logits else 0.5, ops.cast(y_pred, "float32"))
    return predictions if from_logits else _logits_of(predictions)


def check_focus(where: str, name: str, value: float) -> float:
    """The value as float.

    Raises:
        ValueError: it is negative or not finite.
    """
    if not 0.0 <= value < float("inf"):
        raise value_error(where, f"{name} is out of range", str(value), "a number >= 0")
    return float(value)


def _logits_of(probabilities: Tensor) -> Tensor:
    """Logits of probabilities, kept 1e-7 away from 0 and 1 as Keras does."""
    probabilities = ops.clip(probabilities, 1e-7, 1.0 - 1e-7)
    return ops.log(probabilities) - ops.log1p(-probabilities)
