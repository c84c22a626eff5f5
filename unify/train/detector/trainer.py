"""Trains many small detectors one after another: the training step, which takes longest to trace, is traced once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from unify.registry.trial_objects import DetectorSettings
from unify.train.detector.detector import Detector
from unify.train.detector.step import TrainingStep
from unify.train.detector.train import Trained, fresh_detector, teach


class Trainer:
    """Trains as `train` does, to the same numbers, with one model, one optimizer and one traced step for all.

    A dataset of other classes starts another step. Not for several threads at a time.

    Args:
        settings: of all detectors.
    """

    def __init__(self, settings: DetectorSettings) -> None:
        self._settings = settings
        self._step: TrainingStep | None = None

    def train(
        self, dataset: str | os.PathLike[str], *, seed: int = 0, progress: Callable[[int], None] | None = None
    ) -> Trained:
        """Train a fresh detector on the split ``train``; see `train` for arguments and errors.

        The detector belongs to the caller: no later training changes it. It is a copy of the one that was trained,
        without its optimizer; to train it further, compile it.
        """
        folder = Path(dataset)
        detector = fresh_detector(folder, self._settings, seed)
        step = self._step_for(detector)
        step.detector.set_weights(detector.get_weights())
        losses = teach(step, folder, seed, progress)
        detector.set_weights(step.detector.get_weights())
        return Trained(detector, losses)

    def _step_for(self, detector: Detector) -> TrainingStep:
        config = detector.get_config()
        if self._step is None or self._step.detector.get_config() != config:
            self._step = TrainingStep(Detector.from_config(config), self._settings)
        return self._step
