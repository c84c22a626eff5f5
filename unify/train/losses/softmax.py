"""The loss of softmax heads: what nobody looked for may be there, so it counts as background (marginal likelihood).

With U = background and all unknown classes, and lse = logsumexp of logits z:

    lse(z) - z_y        at a cell matched to class y: no other class can be there, known or not
    lse(z) - lse(z_U)   elsewhere

(Shi et al. 2021, Fidon et al. 2021.) Moving probability about within U changes nothing. Exclusive classes need no
option.
"""

from __future__ import annotations

import keras
from keras import ops

from unify.train.losses.base import PartialLoss
from unify.train.losses.counts import Counts
from unify.train.losses.shapes import Tensor, check_class_targets
from unify.train.losses.weights import expand_weights, mark_unknown, weighted

_NEVER = -1e30  # a logit that takes no share in a logsumexp; finite, so that no gradient is inf * 0


def partial_categorical_crossentropy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Marginal cross-entropy of every cell.

    Args:
        y_true: [B, ..., C]; 1 the cell's class (several: one of them), 0 absent, -1 unknown.
        y_pred: float [B, ..., 1 + C]; logits, background first.

    Returns:
        float32 [B, ...]; 0 where nothing is known, NaN where a target is.
    """
    targets, logits = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
    possible = ops.where(_matched(targets), targets > 0.0, targets < 0.0)
    possible = ops.concatenate([ops.logical_not(_matched(targets)), possible], axis=-1)
    losses = _logsumexp(logits) - _logsumexp(ops.where(possible, logits, _NEVER))
    return ops.where(ops.any(ops.isnan(targets), axis=-1), float("nan"), losses)


@keras.saving.register_keras_serializable(package="unify")
class PartialCategoricalCrossentropy(PartialLoss):
    """Marginal cross-entropy over classes and background.

    Targets [B, A, C]: 1 the cell's class, 0 absent, -1 unknown; a row without 1 is background, as far as is known.
    Logits [B, A, 1 + C], background first, as class ids have it. ``sample_weight`` is per cell, [B, A] or less: machine
    positives their weight, ignored cells 0. Fully labeled and ``normalizer="labeled"`` it is
    `keras.losses.CategoricalCrossentropy(from_logits=True)`.

    Args:
        normalizer: what the sum is divided by; elements are cells, positives are matched cells.
        reduction: ``"sum"``, or None for a loss per picture.
    """

    def elements(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None) -> tuple[Tensor, Counts]:
        check_class_targets(self.name, y_true, y_pred, background=1)
        targets = ops.cast(y_true, "float32")
        weights = expand_weights(sample_weight, targets.shape[:-1], self.name)
        cells = mark_unknown(ops.max(targets, axis=-1), weights)
        unknown = ops.expand_dims(cells < 0.0, -1)
        targets, logits = ops.where(unknown, -1.0, targets), ops.where(unknown, 0.0, ops.cast(y_pred, "float32"))
        return weighted(partial_categorical_crossentropy(targets, logits), weights), Counts(cells, weights)


def _matched(targets: Tensor) -> Tensor:
    """bool [B, ..., 1]."""
    return ops.any(targets > 0.0, axis=-1, keepdims=True)


def _logsumexp(logits: Tensor) -> Tensor:
    """[...] from [..., K]. PyTorch's own takes exp(logit - result) as gradient, which is 2e-4 off at logits of 1e4."""
    top = ops.stop_gradient(ops.max(logits, axis=-1, keepdims=True))
    return ops.squeeze(top, -1) + ops.log(ops.sum(ops.exp(logits - top), axis=-1))
