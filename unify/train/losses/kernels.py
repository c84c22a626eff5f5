"""The focal kernel in log space, with its gradient: finite for every logit and every gamma >= 0.

``sigmoid`` then ``pow`` has an infinite derivative at confident predictions when gamma < 1, and loses all digits of
1 - p there. With b the cross-entropy of a target and m that of its opposite,

    b = -y log p - (1 - y) log(1 - p)        m = -(1 - y) log p - y log(1 - p)
    focal = exp(-gamma m) b                  d focal / d logit = exp(-gamma m) (p - y + gamma b (1 - y - p))

which is Lin et al.'s (1 - p_t)^gamma * -log p_t at y = 0 and y = 1, and cross-entropy for every y at gamma = 0.
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
        both = ops.log1p(ops.exp(-ops.abs(logits)))
        positive_part, share = ops.relu(logits), logits * targets
        entropy = both + (positive_part - share)
        damping = ops.exp(-gamma * (both + (positive_part - logits + share))) if gamma else 1.0

        def gradient(*arguments: Tensor, upstream: Tensor | None = None) -> Tensor:
            upstream = arguments[0] if upstream is None else upstream  # backends pass it either way
            slope = ops.sigmoid(logits) - targets
            if gamma:
                slope = damping * (slope + gamma * entropy * (1.0 - 2.0 * targets - slope))
            return upstream * slope

        return damping * entropy, gradient

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
