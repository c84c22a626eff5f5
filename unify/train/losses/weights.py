"""The weight tensor: how much each (picture, cell, class) counts. It is all that partial labels are, to a loss.

    1        positive of a hand box, or of a machine box nobody doubts
    s        positive of a machine box: its calibrated probability of being right
    1        negative that an *exclusive* class proves: an object is one class of its group, so not the others
    0        ignored region
    1        negative of a labeled class
    r        negative of a machine-filled class: how far its absence may be trusted
    0        negative of an unknown class

The first line that fits, counts. Where weights are all 0 or 1, targets alone carry them: -1 marks what is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from keras import ops

from unify.train.losses.shapes import Tensor, check_weights

Groups = Sequence[Sequence[int]]
"""Groups of class columns that one object cannot both be."""


def classification_weights(
    targets: Tensor,
    absence_weight: Tensor,
    positive_weight: Tensor | float = 1.0,
    ignored: Tensor | None = None,
    exclusive: Groups = (),
) -> Tensor:
    """Weights by the table above. They go to the loss as ``sample_weight``.

    Args:
        targets: [B, ..., C]; 1 where a cell is matched to a box of the class (in heatmaps: at the peak), else less.
        absence_weight: [B, C] in [0, 1]; 1 labeled, ``r`` machine-filled, 0 unknown or incomplete.
        positive_weight: [B, ..., C] or what broadcasts to it, in [0, 1]; weight of the box a cell is matched to.
        ignored: bool [B, ..., C]; the cell lies in a region that is ignored for the class.
        exclusive: groups of columns; a cell matched at weight 1 to one class of a group is negative for the others.

    Returns:
        float32 [B, ..., C].
    """
    targets = ops.cast(targets, "float32")
    positive = ops.equal(targets, 1.0)
    positive_weight = ops.broadcast_to(ops.cast(positive_weight, "float32"), ops.shape(targets))
    absence = ops.cast(absence_weight, "float32")
    for _ in range(len(targets.shape) - 2):
        absence = ops.expand_dims(absence, 1)
    negative_weight = absence if ignored is None else ops.where(ignored, 0.0, absence)
    if exclusive:
        certain = ops.logical_and(positive, positive_weight >= 1.0)
        negative_weight = ops.where(_rivals(certain, exclusive), 1.0, negative_weight)
    return ops.where(positive, positive_weight, negative_weight)


def split_unknown(y_true: Tensor, sample_weight: Tensor | None, where: str) -> tuple[Tensor, Tensor]:
    """Targets without -1, and the weights that say the same.

    A target that is NaN stays so unless its weight is 0: the loss becomes NaN rather than quietly wrong.

    Args:
        y_true: [B, ..., C]; negative where unknown.
        sample_weight: float [B], [B, ...] or [B, ..., C], or None for 1.

    Returns:
        targets float32 [B, ..., C], 0 where the weight is 0; weights float32 [B, ..., C].
    """
    targets = ops.cast(y_true, "float32")
    unknown = targets < 0.0
    if sample_weight is None:
        return ops.where(unknown, 0.0, targets), ops.cast(ops.logical_not(unknown), "float32")
    weights = ops.where(unknown, 0.0, expand_weights(sample_weight, targets.shape, where))
    return ops.where(ops.equal(weights, 0.0), 0.0, targets), weights


def expand_weights(weights: Tensor, shape: Sequence[int | None], where: str) -> Tensor:
    """float32 weights with axes of size 1 appended up to the rank of ``shape``.

    Raises:
        ValueError: an axis fits neither 1 nor the target's; names both shapes.
    """
    weights = ops.cast(weights, "float32")
    check_weights(where, weights, tuple(shape))
    for _ in range(len(shape) - len(weights.shape)):
        weights = ops.expand_dims(weights, -1)
    return weights


def settle_exclusive(y_true: Tensor, sample_weight: Tensor | None, exclusive: Groups, where: str) -> Tensor:
    """Targets in which -1 became 0 where a cell is matched, at weight 1, to another class of the group."""
    targets = ops.cast(y_true, "float32")
    certain = ops.equal(targets, 1.0)
    if sample_weight is not None:
        certain = ops.logical_and(certain, expand_weights(sample_weight, targets.shape, where) >= 1.0)
    return ops.where(ops.logical_and(targets < 0.0, _rivals(certain, exclusive)), 0.0, targets)


def _rivals(certain: Tensor, exclusive: Groups) -> Tensor:
    """bool [..., C]: another class of one of the class's groups is certain here."""
    matrix = np.zeros((certain.shape[-1],) * 2, "float32")
    for group in exclusive:
        matrix[np.ix_(list(group), list(group))] = 1.0
    np.fill_diagonal(matrix, 0.0)
    return ops.matmul(ops.cast(certain, "float32"), matrix) > 0.5
