"""Two thresholds a class, and whether the class may be auto-labeled at all."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

import numpy as np

from unify.autolabel.calibration.settings import CalibrationSettings
from unify.core.calibrator import Calibrator

_LOW_BETA = 2.0  # the low threshold is for recall


@dataclass(frozen=True)
class Curve:
    """What taking all detections from a threshold on gives, for every distinct score.

    Attributes:
        thresholds: float64 [T], falling.
        right: int64 [T]; right detections taken.
        taken: int64 [T]; all detections taken.
        num_boxes: human boxes there are to be found.
    """

    thresholds: np.ndarray
    right: np.ndarray
    taken: np.ndarray
    num_boxes: int

    def precision(self) -> np.ndarray:
        """float64 [T]."""
        return self.right / self.taken

    def recall(self) -> np.ndarray:
        """float64 [T]; 0 where there is nothing to be found."""
        return self.right / max(self.num_boxes, 1)

    def f_beta(self, beta: float) -> np.ndarray:
        """float64 [T]; (1 + b^2) P R / (b^2 P + R), written in counts so that nothing divides by 0."""
        return (1 + beta**2) * self.right / (self.taken + beta**2 * self.num_boxes)

    def surely_precise(self, confidence: float) -> np.ndarray:
        """float64 [T]; lower bound of the precision, see `precision_bound`."""
        return precision_bound(self.right, self.taken, confidence)


@dataclass(frozen=True)
class Thresholds:
    """Where a class is cut, and what that gave.

    Attributes:
        threshold: from here on a box is a label.
        low: from here on a box may be something; 0..threshold.
        precision: at ``threshold``.
        precision_bound: its lower confidence bound.
        recall: at ``threshold``.
        low_recall: at ``low``.
        usable: some threshold is surely precise enough.
        absence_weight: how far to trust that nothing was missed: by ``low_recall``, 0 where not usable.
    """

    threshold: float
    low: float
    precision: float
    precision_bound: float
    recall: float
    low_recall: float
    usable: bool
    absence_weight: float


NO_DETECTIONS = Thresholds(1.0, 1.0, 0.0, 0.0, 0.0, 0.0, usable=False, absence_weight=0.0)


def make_curve(scores: np.ndarray, right: np.ndarray, num_boxes: int) -> Curve:
    """Detections of one score are taken together: no threshold parts them.

    Args:
        scores: float64 [D].
        right: bool [D].
        num_boxes: human boxes there are to be found.
    """
    falling = np.argsort(-scores, kind="stable")
    scores, rights = scores[falling], np.cumsum(right[falling])
    last = np.flatnonzero(np.diff(scores, append=-np.inf))
    return Curve(scores[last], rights[last], last + 1, num_boxes)


def precision_bound(right: np.ndarray, taken: np.ndarray, confidence: float) -> np.ndarray:
    """One-sided lower bound of a precision (Clopper and Pearson 1934): exact, so honest where detections are few.

    Args:
        right: int [...]; right detections, of which
        taken: int [...]; were taken, 1 or more.
        confidence: the true precision lies under the bound with a chance of at most 1 - ``confidence``.

    Returns:
        float64 [...] in [0, 1).
    """
    from scipy.special import betaincinv

    some = np.maximum(right, 1)  # the quantile is not defined for none, where the bound is 0
    return np.where(right > 0, betaincinv(some, taken - some + 1, 1 - confidence), 0.0)


def choose_thresholds(curve: Curve, calibrator: Calibrator, settings: CalibrationSettings) -> Thresholds:
    """The thresholds of one class.

    The threshold is where F-beta is largest (arXiv 2210.10221), or higher: not below the lowest score from which on
    precision surely is ``least_precision``. Where F-beta chose a higher one, it has at least the precision of that
    score, else its smaller recall could not have won. The low threshold is where the calibrated probability reaches
    ``low_probability`` or where F2 is largest, whichever is lower.

    Args:
        curve: what every threshold gives.
        calibrator: score -> P(IoU >= 0.5).
        settings: the knobs.
    """
    if not len(curve.thresholds):
        return NO_DETECTIONS
    bound = curve.surely_precise(settings.confidence)
    precise = np.flatnonzero(bound >= settings.least_precision)
    usable = len(precise) > 0
    high = int(np.argmax(curve.f_beta(settings.beta)))
    high = min(high, int(precise[-1])) if usable else high
    probable = np.flatnonzero(calibrator.apply(curve.thresholds) >= settings.low_probability)
    low = max([high, int(np.argmax(curve.f_beta(_LOW_BETA))), *probable[-1:].tolist()])
    low_recall = float(curve.recall()[low])
    trust = 1.0 if low_recall >= settings.trusted_recall else settings.low_trust
    return Thresholds(
        threshold=_readable(curve, high),
        low=_readable(curve, low),
        precision=float(curve.precision()[high]),
        precision_bound=float(bound[high]),
        recall=float(curve.recall()[high]),
        low_recall=low_recall,
        usable=usable,
        absence_weight=trust if usable else 0.0,
    )


def _readable(curve: Curve, index: int) -> float:
    """The shortest decimal number that takes the same detections: people read and edit thresholds."""
    upper = float(curve.thresholds[index])
    lower = float(curve.thresholds[index + 1]) if index + 1 < len(curve.thresholds) else 0.0
    for digits in range(1, 9):
        shorter = round(floor(upper * 10**digits) / 10**digits, digits)
        if lower < shorter <= upper:
            return shorter
    return upper
