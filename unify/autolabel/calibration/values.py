"""What a calibration says of an auto-labeler, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unify.autolabel.calibration.calibrators import ClassCalibrators
from unify.autolabel.calibration.quality import ReliabilityBin
from unify.autolabel.calibration.settings import CalibrationSettings
from unify.autolabel.calibration.thresholds import Thresholds


@dataclass(frozen=True)
class ClassCalibration:
    """One class.

    Attributes:
        thresholds: where it is cut, what that gives, and whether the class may be auto-labeled.
        calibrators: score -> probability.
        pictures: pictures that were searched for the class and judged.
        boxes: human boxes on them.
        detections: judged detections.
        right: detections matched at an IoU of 0.5.
        tight: detections matched at an IoU of 0.75.
        d_ece_before: calibration error of the raw scores; None without detections of a score of 0.3 or more.
        d_ece_after: of the same detections, calibrated without their own picture.
    """

    thresholds: Thresholds
    calibrators: ClassCalibrators
    pictures: int
    boxes: int
    detections: int
    right: int
    tight: int
    d_ece_before: float | None
    d_ece_after: float | None

    @property
    def f1(self) -> float:
        """At the threshold, in 0..1; 0 where nothing was found."""
        precision, recall = self.thresholds.precision, self.thresholds.recall
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@dataclass(frozen=True)
class Quality:
    """All classes together.

    Attributes:
        d_ece_before: calibration error of the raw scores of 0.3 or more; None without such.
        d_ece_after: of the same detections, calibrated without their own picture.
        la_ece_before: localisation-aware error of all raw scores; None without detections.
        la_ece_after: of the calibrated ones.
        reliability_before: the bins of ``d_ece_before``.
        reliability_after: the bins of ``d_ece_after``.
    """

    d_ece_before: float | None
    d_ece_after: float | None
    la_ece_before: float | None
    la_ece_after: float | None
    reliability_before: tuple[ReliabilityBin, ...]
    reliability_after: tuple[ReliabilityBin, ...]


@dataclass(frozen=True)
class Calibration:
    """An auto-labeler, measured.

    Attributes:
        autolabeler: reference, ``pedestrian:v3``.
        fingerprint: of the model that was measured; another one needs a calibration of its own.
        batches: references of the batches it was measured on.
        pictures: pictures in them.
        failed: those it could not process.
        settings: the knobs.
        classes: class name -> its numbers. A class no picture was searched for is not in it.
        quality: all classes together.
    """

    autolabeler: str
    fingerprint: str
    batches: tuple[str, ...]
    pictures: int
    failed: int
    settings: CalibrationSettings
    classes: Mapping[str, ClassCalibration]
    quality: Quality

    @property
    def unusable(self) -> tuple[str, ...]:
        """Classes whose precision is too low, or known from too few boxes: they are not auto-labeled."""
        return tuple(name for name, each in self.classes.items() if not each.thresholds.usable)
