"""Looks at pictures through one detector after another: what a model finds is traced once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from unify.train.detector.detect import detect
from unify.train.detector.detector import SCORE_FLOOR, Detector
from unify.train.evaluate.detections import Detections


class Watcher:
    """Finds what `Detector.detect` finds, for detectors of one configuration; it changes none of them.

    Args:
        like: a detector of that configuration.
    """

    def __init__(self, like: Detector) -> None:
        self._eye = Detector.from_config(like.get_config())
        self._with_peaks = self._eye.sharing_peaks()

    def detect(
        self, detector: Detector, batches: Iterable[Mapping[str, Any]], floor: float = SCORE_FLOOR
    ) -> Detections:
        """What a detector finds as it is now; see `Detector.detect`."""
        self._eye.set_weights(detector.get_weights())
        return detect(self._with_peaks, batches, floor)
