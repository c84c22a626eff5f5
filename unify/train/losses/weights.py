"""The weight tensor: how much each (picture, cell, class) counts. It is all that partial labels are, to a loss.

    1        positive of a hand box, or of a machine box nobody doubts
    s        positive of a machine box: its calibrated probability of being right
    1        negative that an *exclusive* class proves: an object is one class of its group, so not the others
    0        ignored region
    1        negative of a labeled class
    r        negative of a machine-filled class: how far its absence may be trusted
    0        negative of an unknown class

The first line that fits, counts. Inside a loss, what counts 0 has target -1, whoever said so; where all other weights
are 1, such targets alone carry the table.
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


def expand_weights(weights: Tensor | None, shape: Sequence[int | None], where: str) -> Tensor | None:
    """float32 weights with axes of size 1 appended up to the rank of ``shape``; None stays None.

    Raises:
        ValueError: an axis fits neither 1 nor the element's; names both shapes.
    """
    if weights is None:
        return None
    weights = ops.cast(weights, "float32")
    check_weights(where, weights, tuple(shape))
    for _ in range(len(shape) - len(weights.shape)):
        weights = ops.expand_dims(weights, -1)
    return weights


def weighted(elements: Tensor, weights: Tensor | None) -> Tensor:
    """Elements times their weights; None is 1."""
    return elements if weights is None else elements * weights


def mark_unknown(targets: Tensor, weights: Tensor | None) -> Tensor:
    """float32 targets, -1 where the weight is 0."""
    targets = ops.cast(targets, "float32")
    return targets if weights is None else ops.where(ops.equal(weights, 0.0), -1.0, targets)


def settle_exclusive(targets: Tensor, weights: Tensor | None, exclusive: Groups) -> Tensor:
    """float32 targets in which -1 became 0 where a cell is matched, at weight 1, to another class of the group."""
    targets = ops.cast(targets, "float32")
    certain = ops.equal(targets, 1.0)
    if weights is not None:
        certain = ops.logical_and(certain, weights >= 1.0)
    return ops.where(ops.logical_and(targets < 0.0, _rivals(certain, exclusive)), 0.0, targets)


def _rivals(certain: Tensor, exclusive: Groups) -> Tensor:
    """bool [..., C]: a class of one of the class's groups, or itself, is certain here."""
    matrix = np.zeros((certain.shape[-1],) * 2, "float32")
    for group in exclusive:
        matrix[np.ix_(list(group), list(group))] = 1.0
    return ops.matmul(ops.cast(certain, "float32"), matrix) > 0.5
