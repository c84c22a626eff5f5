"""The loss of CenterNet heatmaps: a peak is a positive, and near a peak a false alarm is punished less."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from unify.train.losses.kernels import check_focus, focal, known_logits
from unify.train.losses.shapes import Tensor
from unify.train.losses.sigmoid import PartialSigmoidLoss


def partial_heatmap_focal_crossentropy(
    y_true: Tensor, y_pred: Tensor, gamma: float = 2.0, penalty: float = 4.0, from_logits: bool = True
) -> Tensor:
    """Penalty-reduced focal loss of every element (Law and Deng 2018, Zhou et al. 2019).

    (1 - p)^gamma * -log p where the target is 1; (1 - target)^penalty * p^gamma * -log(1 - p) elsewhere.

    Args:
        y_true: [B, ..., C]; in [0, 1], or -1 where unknown.
        y_pred: float [B, ..., C]; logits, or probabilities.
        gamma: >= 0; how strongly easy elements are damped.
        penalty: >= 0; how fast negatives count again away from a peak.
        from_logits: whether predictions are logits.

    Returns:
        float32 [B, ..., C]; where unknown, exactly 0 in value and gradient.
    """
    y_true = ops.cast(y_true, "float32")
    peak = ops.equal(y_true, 1.0)
    losses = focal(known_logits(y_pred, y_true < 0.0, from_logits), ops.cast(peak, "float32"), gamma)
    return losses * ops.where(peak, 1.0, ops.power(1.0 - ops.maximum(y_true, 0.0), penalty))


@keras.saving.register_keras_serializable(package="unify")
class PartialHeatmapFocalCrossentropy(PartialSigmoidLoss):
    """Penalty-reduced focal loss over what somebody looked for.

    Targets [B, H, W, C] or [B, A, C]: 1 at a peak, (0, 1) around it, 0 away, -1 unknown; weights by
    `classification_weights` as ``sample_weight``. Only peaks count as positives.

    Args:
        gamma: >= 0; how strongly easy elements are damped.
        penalty: >= 0; how fast negatives count again away from a peak.
        normalizer, class_weights, exclusive, from_logits, reduction: see `PartialSigmoidLoss`.
    """

    def __init__(self, gamma: float = 2.0, penalty: float = 4.0, **options: Any) -> None:
        super().__init__(**options)
        self.gamma = check_focus(self.name, "gamma", gamma)
        self.penalty = check_focus(self.name, "penalty", penalty)

    def counted(self, targets: Tensor) -> Tensor:
        return ops.floor(targets)

    def element_losses(self, targets: Tensor, y_pred: Tensor) -> Tensor:
        return partial_heatmap_focal_crossentropy(targets, y_pred, self.gamma, self.penalty, self.from_logits)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "gamma": self.gamma, "penalty": self.penalty}
