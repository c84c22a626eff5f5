"""The reference detector, and how a detector is wired to partial labels; see `unify.train.detector`.

detector = unify.detector.Detector.for_dataset("unified/adas-v7", image_hw=(192, 320))
batches = unify.load("unified/adas-v7", batch_size=16, image_hw=(192, 320), max_boxes=64, shuffle=True)
detector.compile(
    "adam",
    loss={"heatmap": unify.losses.PartialHeatmapFocalCrossentropy(), "boxes": unify.losses.PartialBoxGIoU()},
)
detector.fit(unify.detector.augment(batches, seed=0).map(detector.targets), epochs=12)
"""

from __future__ import annotations

from unify.registry.trial_objects import DetectorSettings
from unify.train.detector.augment import augment
from unify.train.detector.detector import Detector
from unify.train.detector.targets import assign_targets
from unify.train.detector.train import Trained, train

__all__ = ["Detector", "DetectorSettings", "Trained", "assign_targets", "augment", "train"]
