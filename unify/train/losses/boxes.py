"""Box regression: positives only, each with the weight of its *box*, divided by the sum of those weights.

A machine box can be right about what is there and wrong about where: its box weight is the calibrated P(IoU >= 0.75),
not the weight of its class. Negatives have weight 0.
"""

from __future__ import annotations

import keras
from keras import ops

from unify.train.losses.base import PartialLoss
from unify.train.losses.counts import Counts
from unify.train.losses.shapes import Tensor, check_box_targets, value_error
from unify.train.losses.weights import expand_weights, mark_unknown, weighted


def box_l1(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """float32 [...] from float [..., D]; summed absolute differences."""
    return ops.sum(ops.abs(ops.cast(y_true, "float32") - ops.cast(y_pred, "float32")), axis=-1)


def box_giou(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """1 - generalized IoU (Rezatofighi et al. 2019), in [0, 2].

    Args:
        y_true: float [..., 4]; two opposite corners, smaller coordinates first, in one unit: xyxy or yxyx.
        y_pred: float [..., 4]; the same; a box turned inside out counts as empty.

    Returns:
        float32 [...]; finite in value and gradient for empty boxes too.
    """
    true, pred = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
    (true_low, true_high), (pred_low, pred_high) = ops.split(true, 2, axis=-1), ops.split(pred, 2, axis=-1)
    inner = _area(ops.maximum(true_low, pred_low), ops.minimum(true_high, pred_high))
    hull = _area(ops.minimum(true_low, pred_low), ops.maximum(true_high, pred_high))
    union = _area(true_low, true_high) + _area(pred_low, pred_high) - inner
    return 1.0 - _ratio(inner, union) + _ratio(hull - union, hull)


class PartialBoxLoss(PartialLoss):
    """What box losses share.

    Targets and predictions [B, ..., D]; ``sample_weight`` [B, ...] is needed: the box weight at positives, 0 elsewhere.
    What targets are where the weight is 0 does not matter, NaN included.

    Args:
        normalizer: what the sum is divided by; the summed box weight, at least 1, by default.
        reduction: ``"sum"``, or None for a loss per picture.
    """

    coordinates: int | None = None

    def elements(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None) -> tuple[Tensor, Counts]:
        check_box_targets(self.name, y_true, y_pred, self.coordinates)
        if sample_weight is None:
            expected = "sample_weight [B, ...]: the box weight of positives, 0 elsewhere"
            raise value_error(self.name, "which cells are positives is not said", "no sample_weight", expected)
        weights = expand_weights(sample_weight, y_true.shape[:-1], self.name)
        cells = mark_unknown(ops.ones(ops.shape(y_true)[:-1]), weights)
        negative = ops.expand_dims(cells < 0.0, -1)
        true, pred = (ops.where(negative, 0.0, ops.cast(boxes, "float32")) for boxes in (y_true, y_pred))
        return weighted(self.box_losses(true, pred), weights), Counts(cells, weights)

    def box_losses(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """float32 [...] from [..., D]; the pure function below the class."""
        raise NotImplementedError


@keras.saving.register_keras_serializable(package="unify")
class PartialBoxL1(PartialBoxLoss):
    """Summed absolute differences of positives, over their summed box weight; D numbers in the code of the head."""

    def box_losses(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return box_l1(y_true, y_pred)


@keras.saving.register_keras_serializable(package="unify")
class PartialBoxGIoU(PartialBoxLoss):
    """1 - generalized IoU of positives, over their summed box weight; boxes as two corners, xyxy or yxyx."""

    coordinates = 4

    def box_losses(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return box_giou(y_true, y_pred)


def _area(low: Tensor, high: Tensor) -> Tensor:
    first, second = ops.unstack(ops.maximum(high - low, 0.0), num=2, axis=-1)
    return first * second


def _ratio(part: Tensor, whole: Tensor) -> Tensor:
    """part / whole, 0 where the whole is empty: the gradient of a plain division is NaN there."""
    empty = whole <= 0.0
    return ops.where(empty, 0.0, part) / ops.where(empty, 1.0, whole)
