"""Losses of sigmoid heads: every class of every cell is its own yes-or-no question, asked where somebody looked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from unify.train.losses.base import PartialLoss
from unify.train.losses.counts import Counts
from unify.train.losses.kernels import check_focus, focal, known_logits
from unify.train.losses.shapes import Tensor, check_class_targets, value_error
from unify.train.losses.weights import Groups, expand_weights, mark_unknown, settle_exclusive, weighted


def partial_binary_crossentropy(y_true: Tensor, y_pred: Tensor, from_logits: bool = True) -> Tensor:
    """Binary cross-entropy of every element.

    Args:
        y_true: [B, ..., C]; in [0, 1], or -1 where unknown.
        y_pred: float [B, ..., C]; logits, or probabilities.
        from_logits: whether predictions are logits.

    Returns:
        float32 [B, ..., C]; where unknown, exactly 0 in value and gradient.
    """
    return partial_binary_focal_crossentropy(y_true, y_pred, None, 0.0, from_logits)


def partial_binary_focal_crossentropy(
    y_true: Tensor, y_pred: Tensor, alpha: float | None = 0.25, gamma: float = 2.0, from_logits: bool = True
) -> Tensor:
    """Focal loss of every element (Lin et al. 2017).

    A target between 0 and 1 gets the quality focal loss (Li et al. 2020): its cross-entropy, damped by
    |p - target|^gamma, which is smallest at p = target. (Keras damps by the mean probability instead; the two agree at
    targets 0 and 1, and at every target if gamma is 0.)

    Args:
        y_true: [B, ..., C]; in [0, 1], or -1 where unknown.
        y_pred: float [B, ..., C]; logits, or probabilities.
        alpha: positives count alpha, negatives 1 - alpha; None: both count 1.
        gamma: >= 0; how strongly easy elements are damped.
        from_logits: whether predictions are logits.

    Returns:
        float32 [B, ..., C]; where unknown, exactly 0 in value and gradient.
    """
    y_true = ops.cast(y_true, "float32")
    targets = ops.maximum(y_true, 0.0)
    losses = focal(known_logits(y_pred, y_true < 0.0, from_logits), targets, gamma)
    return losses if alpha is None else losses * ((1.0 - alpha) + (2.0 * alpha - 1.0) * targets)


class PartialSigmoidLoss(PartialLoss):
    """What losses over independent classes share; subclasses say what one element costs.

    Args:
        normalizer: what the sum is divided by; see `normalizers.py`.
        class_weights: C factors on the classes' losses, not on the counts; see `class_balance`. A `keras.Variable` of
            them may be assigned others between trainings: on TensorFlow the next step takes them untraced, but on JAX
            a traced step keeps the old ones.
        exclusive: groups of class columns that one object cannot both be: a cell matched at weight 1 to one of a group
            is negative for the others, even where they are unknown; see `exclusive_columns`.
        from_logits: whether predictions are logits.
        reduction: ``"sum"``, or None for a loss per picture.
    """

    def __init__(
        self,
        normalizer: Any = "positives",
        class_weights: Sequence[float] | keras.Variable | None = None,
        exclusive: Groups = (),
        from_logits: bool = True,
        reduction: str | None = "sum",
        name: str | None = None,
    ) -> None:
        super().__init__(normalizer, reduction, name)
        replaceable = class_weights is None or isinstance(class_weights, keras.Variable)
        self.class_weights = class_weights if replaceable else tuple(map(float, class_weights))
        self.exclusive = tuple(tuple(map(int, group)) for group in exclusive)
        self.from_logits = from_logits

    def elements(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None) -> tuple[Tensor, Counts]:
        check_class_targets(self.name, y_true, y_pred)
        self._check_columns(y_pred.shape[-1])
        weights = expand_weights(sample_weight, y_true.shape, self.name)
        if self.exclusive:
            y_true = settle_exclusive(y_true, weights, self.exclusive)
        targets = mark_unknown(y_true, weights)
        losses = weighted(self.element_losses(targets, y_pred), weights)
        return weighted(losses, self._class_factors()), Counts(self.counted(targets), weights)

    def counted(self, targets: Tensor) -> Tensor:
        """float32 [B, ..., C]; targets as they count for the normaliser."""
        return targets

    def element_losses(self, targets: Tensor, y_pred: Tensor) -> Tensor:
        """float32 [B, ..., C]; the pure function below the class."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        weights = self.class_weights
        if isinstance(weights, keras.Variable):
            weights = tuple(ops.convert_to_numpy(weights).tolist())
        own = {"class_weights": weights, "exclusive": self.exclusive, "from_logits": self.from_logits}
        return {**super().get_config(), **own}

    def _class_factors(self) -> Tensor | None:
        return None if self.class_weights is None else ops.convert_to_tensor(self.class_weights, "float32")

    def _check_columns(self, classes: int) -> None:
        if self.class_weights is not None and np.shape(self.class_weights) != (classes,):
            got = f"{np.shape(self.class_weights)[0]} class weights for {classes} classes"
            raise value_error(self.name, "class weights do not fit", got, "one weight for every class column")
        beyond = {column for group in self.exclusive for column in group if not 0 <= column < classes}
        if beyond:
            got = f"columns {sorted(beyond)} of {classes}"
            raise value_error(self.name, "an exclusive group names a class that is not there", got, "0 <= column < C")


@keras.saving.register_keras_serializable(package="unify")
class PartialBinaryCrossentropy(PartialSigmoidLoss):
    """Binary cross-entropy over what somebody looked for.

    Targets [B, ..., C]: 1 present, 0 absent, -1 unknown; weights by `classification_weights` as ``sample_weight``.
    Unknown elements get exactly no gradient; nothing known gives 0; fully labeled and ``normalizer="labeled"`` is
    `keras.losses.BinaryCrossentropy`. A NaN target makes the loss NaN, unless its weight is 0.

        loss = PartialBinaryCrossentropy()
        loss([[[1, 0, -1]]], [[[0.0, 0.0, 9.0]]])       # 2 log 2 / 1 positive = 1.386

    Args:
        normalizer, class_weights, exclusive, from_logits, reduction: see `PartialSigmoidLoss`.
    """

    def element_losses(self, targets: Tensor, y_pred: Tensor) -> Tensor:
        return partial_binary_crossentropy(targets, y_pred, self.from_logits)


@keras.saving.register_keras_serializable(package="unify")
class PartialBinaryFocalCrossentropy(PartialSigmoidLoss):
    """Focal loss over what somebody looked for.

    Targets, weights and promises are those of `PartialBinaryCrossentropy`; the stock loss it becomes is
    `keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True)`, without class balancing if ``alpha`` is None.

    Args:
        alpha: positives count alpha in [0, 1], negatives 1 - alpha; None: both count 1.
        gamma: >= 0; how strongly easy elements are damped.
        normalizer, class_weights, exclusive, from_logits, reduction: see `PartialSigmoidLoss`.
    """

    def __init__(self, alpha: float | None = 0.25, gamma: float = 2.0, **options: Any) -> None:
        super().__init__(**options)
        if alpha is not None and not 0.0 <= alpha <= 1.0:
            raise value_error(self.name, "alpha is out of range", str(alpha), "a number in [0, 1], or None")
        self.alpha = alpha
        self.gamma = check_focus(self.name, "gamma", gamma)

    def element_losses(self, targets: Tensor, y_pred: Tensor) -> Tensor:
        return partial_binary_focal_crossentropy(targets, y_pred, self.alpha, self.gamma, self.from_logits)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "alpha": self.alpha, "gamma": self.gamma}
