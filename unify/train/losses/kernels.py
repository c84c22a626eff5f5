"""The focal kernel from logits, with its gradient: finite for every logit and every gamma >= 0.

``sigmoid`` then ``log`` and ``pow`` loses all digits of 1 - p at confident predictions, and has an infinite derivative
there when gamma < 1. The smaller of p and 1 - p, s = sigmoid(-|logit|), keeps them all:

    entropy = -y log p - (1 - y) log(1 - p) = relu(logit) - y logit - log(1 - s)
    error   = p - y                         = s - y at negative logits, (1 - y) - s at others
    focal   = |error|^gamma entropy
    d focal / d logit = |error|^gamma / error (error^2 + gamma entropy p (1 - p))

This is Lin et al.'s (1 - p_t)^gamma * -log p_t at y = 0 and y = 1, the quality focal loss of Li et al. 2020 between
them, and cross-entropy for every y at gamma = 0.
"""

from __future__ import annotations

from collections.abc import Callable

from keras import ops

from unify.train.losses.shapes import Tensor, value_error

_CERTAINLY_ABSENT = -1e9  # a logit whose loss against target 0, and its gradient, are exactly 0 in float32


def focal(logits: Tensor, targets: Tensor, gamma: float) -> Tensor:
    """Focal loss of every element.

    The gradient is written out: automatic differentiation costs half as much again, and at a logit of exactly 0, where
    fresh heads start, it would take the wrong side of ``abs`` and ``relu``.

    Args:
        logits: float32 [...].
        targets: float32 [...] in [0, 1]; not differentiated.
        gamma: focusing exponent, >= 0; 0 is cross-entropy.
    """

    @ops.custom_gradient
    def of_logits(logits: Tensor) -> tuple[Tensor, Callable[..., Tensor]]:
        smaller = ops.sigmoid(-ops.abs(logits))
        entropy = ops.relu(logits) - logits * targets - ops.log1p(-smaller)
        error = ops.where(logits < 0.0, smaller - targets, (1.0 - targets) - smaller)

        def gradient(*arguments: Tensor, upstream: Tensor | None = None) -> Tensor:
            upstream = arguments[0] if upstream is None else upstream  # backends pass it either way
            if not gamma:
                return upstream * error
            variance = smaller - ops.square(smaller)
            return upstream * (_over_error(error, gamma) * (ops.square(error) + gamma * entropy * variance))

        return _damping(error, gamma) * entropy, gradient

    return of_logits(logits)


def known_logits(y_pred: Tensor, unknown: Tensor, from_logits: bool) -> Tensor:
    """float32 logits, certainly absent where unknown: no loss and exactly no gradient there, whatever was predicted."""
    predictions = ops.cast(y_pred, "float32")
    if not from_logits:
        predictions = _logits_of(ops.where(unknown, 0.5, predictions))
    return ops.where(unknown, _CERTAINLY_ABSENT, predictions)


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


def _damping(error: Tensor, gamma: float) -> Tensor | float:
    """|error|^gamma; at the usual gamma a square, which costs a tenth of a power."""
    if gamma == 0.0:
        return 1.0
    return ops.square(error) if gamma == 2.0 else ops.power(ops.abs(error), gamma)


def _over_error(error: Tensor, gamma: float) -> Tensor:
    """|error|^gamma / error, gamma > 0; 0 where the error is 0: at soft targets, the loss may have a kink there."""
    if gamma == 2.0:
        return error
    return _damping(error, gamma) / ops.where(ops.equal(error, 0.0), 1.0, error)
