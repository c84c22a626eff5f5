"""What a calibration found, for people and for ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from unify.autolabel.calibration.values import Calibration, ClassCalibration
from unify.core.types import JsonObject
from unify.inference.run import InferenceReport

_DIGITS = 4  # of metrics in the registry: more would only make two calibrations differ


@dataclass(frozen=True)
class CalibrationReport:
    """What `calibrate` did.

    Attributes:
        autolabeler: reference of the version, ``pedestrian:v3``.
        calibration: all numbers.
        path: the calibration file.
        plot: the reliability plot; None where none was wanted.
        inference: what the model was asked.
        registry_changed: the registry said something else before.
        warnings: what a person should know, one sentence each.
    """

    autolabeler: str
    calibration: Calibration
    path: Path
    plot: Path | None
    inference: InferenceReport
    registry_changed: bool
    warnings: tuple[str, ...]

    @property
    def metrics(self) -> dict[str, float]:
        """``f1``, ``precision``, ``recall`` at the thresholds; means over the classes, in 0..1."""
        return calibration_metrics(self.calibration)

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify calibrate``."""
        quality = self.calibration.quality
        return {
            "autolabeler": self.autolabeler,
            "classes": {name: class_summary(each) for name, each in self.calibration.classes.items()},
            "metrics": self.metrics,
            "unusable": list(self.calibration.unusable),
            "d_ece_before": quality.d_ece_before,
            "d_ece_after": quality.d_ece_after,
            "la_ece_before": quality.la_ece_before,
            "la_ece_after": quality.la_ece_after,
            "batches": list(self.calibration.batches),
            "pictures": self.calibration.pictures,
            "failed": self.calibration.failed,
            "inferred": self.inference.inferred,
            "cached": self.inference.cached,
            "calibration": str(self.path),
            "plot": str(self.plot) if self.plot else None,
            "registry_changed": self.registry_changed,
            "warnings": list(self.warnings),
        }


def class_summary(each: ClassCalibration) -> dict[str, float | None]:
    """One class of the ``--json``."""
    cut = each.thresholds
    return {
        "threshold": cut.threshold,
        "low": cut.low,
        "precision": cut.precision,
        "recall": cut.recall,
        "d_ece_before": each.d_ece_before,
        "d_ece_after": each.d_ece_after,
    }


def calibration_metrics(calibration: Calibration) -> dict[str, float]:
    """What the registry keeps: means over the classes of which there are boxes to be found, one or more."""
    measured = [each for each in calibration.classes.values() if each.boxes]
    values: Mapping[str, list[float]] = {
        "f1": [each.f1 for each in measured],
        "precision": [each.thresholds.precision for each in measured],
        "recall": [each.thresholds.recall for each in measured],
    }
    return {name: round(fmean(numbers), _DIGITS) for name, numbers in values.items()}
