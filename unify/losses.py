"""Losses for partially labeled data; see `unify.train.losses` for how they are made.

loss = unify.losses.PartialBinaryFocalCrossentropy(normalizer="positives")
model.compile("adam", loss=loss)        # targets [B, A, C]: 1 present, 0 absent, -1 unknown
model.fit(batches)                      # (pictures, targets) or (pictures, targets, weights)
"""

from __future__ import annotations

from unify.train.losses.balance import class_balance, exclusive_columns
from unify.train.losses.boxes import PartialBoxGIoU, PartialBoxL1, box_giou, box_l1
from unify.train.losses.heatmap import PartialHeatmapFocalCrossentropy, partial_heatmap_focal_crossentropy
from unify.train.losses.normalizers import LabeledElements, MovingPositives, Positives, Proportion
from unify.train.losses.sigmoid import (
    PartialBinaryCrossentropy,
    PartialBinaryFocalCrossentropy,
    partial_binary_crossentropy,
    partial_binary_focal_crossentropy,
)
from unify.train.losses.softmax import PartialCategoricalCrossentropy, partial_categorical_crossentropy
from unify.train.losses.weights import classification_weights

__all__ = [
    "LabeledElements",
    "MovingPositives",
    "PartialBinaryCrossentropy",
    "PartialBinaryFocalCrossentropy",
    "PartialBoxGIoU",
    "PartialBoxL1",
    "PartialCategoricalCrossentropy",
    "PartialHeatmapFocalCrossentropy",
    "Positives",
    "Proportion",
    "box_giou",
    "box_l1",
    "class_balance",
    "classification_weights",
    "exclusive_columns",
    "partial_binary_crossentropy",
    "partial_binary_focal_crossentropy",
    "partial_categorical_crossentropy",
    "partial_heatmap_focal_crossentropy",
]
