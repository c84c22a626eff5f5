"""The Keras side of every partial loss: sample weights, masks, the normaliser, reduction and configuration."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from unify.train.losses.counts import Counts, sum_per_picture
from unify.train.losses.normalizers import Normalizer, get_normalizer
from unify.train.losses.shapes import Tensor, value_error


class PartialLoss(keras.losses.Loss):
    """sum of weighted elements / Z; subclasses say what the elements are.

    Keras weights and averages what a loss returns. That comes too late here: Z counts positives by weight. So the
    weights go into the sum, and ``reduction`` only says whether pictures are added up: ``"sum"``, or None for their
    shares [B] of the loss.
    """

    def __init__(
        self,
        normalizer: str | dict[str, Any] | Normalizer = "positives",
        reduction: str | None = "sum",
        name: str | None = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction)
        if reduction not in ("sum", "none", None):
            got, fix = f"reduction {reduction!r}", "choose a normalizer instead: it divides the sum"
            raise value_error(self.name, "the loss is normalized already", got, "'sum' or None", fix)
        self.normalizer = get_normalizer(normalizer)

    def __call__(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> Tensor:
        mask = getattr(y_pred, "_keras_mask", None)
        with keras.name_scope(self.name):
            y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
            weights = _combine(sample_weight, mask)
            losses = self.call(y_true, y_pred, weights)
            return ops.sum(losses) if self.reduction == "sum" else losses

    def call(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> Tensor:
        """float32 [B]; what each picture adds to the loss."""
        elements, counts = self.elements(y_true, y_pred, sample_weight)
        return sum_per_picture(elements) / self.normalizer.divisor(counts)

    def elements(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None) -> tuple[Tensor, Counts]:
        """Weighted losses float32 [B, ...], and the counts that the normaliser needs."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        normalizer = keras.saving.serialize_keras_object(self.normalizer)
        return {**super().get_config(), "normalizer": normalizer}


def _combine(sample_weight: Tensor | None, mask: Tensor | None) -> Tensor | None:
    """Sample weights, 0 where the mask of the predictions is False; leading axes are shared."""
    if mask is None:
        return None if sample_weight is None else ops.convert_to_tensor(sample_weight)
    mask = ops.cast(mask, "float32")
    if sample_weight is None:
        return mask
    weights = ops.cast(sample_weight, "float32")
    for _ in range(len(weights.shape) - len(mask.shape)):
        mask = ops.expand_dims(mask, -1)
    for _ in range(len(mask.shape) - len(weights.shape)):
        weights = ops.expand_dims(weights, -1)
    return weights * mask
