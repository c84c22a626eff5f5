"""The loss of CenterNet heatmaps: a peak is a positive, and near a peak a miss is punished less."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from unify.train.losses.kernels import check_focus, focal_terms, known_logits
from unify.train.losses.shapes import Tensor
from unify.train.losses.sigmoid import PartialSigmoidLoss


def partial_heatmap_focal_crossentropy(
    y_true: Tensor,
    y_pred: Tensor,
    weights: Tensor,
    gamma: float = 2.0,
    penalty: float = 4.0,
    from_logits: bool = True,
) -> Tensor:
    """Penalty-reduced focal loss of every element, times its weight (Law and Deng 2018, Zhou et al. 2019).

    (1 - p)^gamma * -log p where the target is 1; (1 - target)^penalty * p^gamma * -log(1 - p) elsewhere.

    Args:
        y_true: float [B, ..., C] in [0, 1]; any number where the weight is 0.
        y_pred: float [B, ..., C]; logits, or probabilities.
        weights: float32 [B, ..., C]; see `weights.py`.
        gamma: >= 0; how strongly easy elements are damped.
        penalty: >= 0; how fast negatives count again away from a peak.
        from_logits: whether predictions are logits.

    Returns:
        float32 [B, ..., C]; where the weight is 0, exactly 0 in value and gradient.
    """
    targets = ops.cast(y_true, "float32")
    peak = ops.cast(ops.equal(targets, 1.0), "float32")
    positive = weights * peak
    negative = (weights - positive) * ops.power(1.0 - targets, penalty)
    return focal_terms(known_logits(y_pred, weights, from_logits), positive, negative, gamma)


@keras.saving.register_keras_serializable(package="unify")
class PartialHeatmapFocalCrossentropy(PartialSigmoidLoss):
    """Penalty-reduced focal loss over what somebody looked for.

    Targets [B, H, W, C] or [B, A, C]: 1 at a peak, (0, 1) around it, 0 away, -1 unknown; weights [B, H, W, C] as
    ``sample_weight``. Only peaks count as positives.

    Args:
        gamma: >= 0; how strongly easy elements are damped.
        penalty: >= 0; how fast negatives count again away from a peak.
        normalizer, class_weights, exclusive, from_logits, reduction: see `PartialSigmoidLoss`.
    """

    def __init__(self, gamma: float = 2.0, penalty: float = 4.0, **options: Any) -> None:
        super().__init__(**options)
        self.gamma = check_focus(self.name, "gamma", gamma)
        self.penalty = check_focus(self.name, "penalty", penalty)

    def positive(self, targets: Tensor) -> Tensor:
        return ops.cast(ops.equal(targets, 1.0), "float32")

    def element_losses(self, targets: Tensor, y_pred: Tensor, weights: Tensor) -> Tensor:
        return partial_heatmap_focal_crossentropy(targets, y_pred, weights, self.gamma, self.penalty, self.from_logits)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "gamma": self.gamma, "penalty": self.penalty}
