"""How far scores are from the truth: calibration errors and reliability tables, before and after calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unify.autolabel.calibration.calibrators import fit_class_calibrators
from unify.autolabel.calibration.match import Matches

D_ECE_BINS = 10
D_ECE_SCORES = 0.3  # detections of a lower raw score are left out, as in the literature
LAECE_BINS = 25
_FOLDS = 5


@dataclass(frozen=True)
class ReliabilityBin:
    """Detections of like confidence.

    Attributes:
        confidence: their mean confidence.
        precision: how many of them are right, in 0..1.
        detections: how many there are, 1 or more.
    """

    confidence: float
    precision: float
    detections: int


def d_ece(confidence: np.ndarray, right: np.ndarray) -> float | None:
    """Detection expected calibration error: sum over ten bins of n_b / n * |precision_b - confidence_b|.

    Kueppers et al. 2020 (arXiv 2004.13546), IoU 0.5. Who measures takes detections of a raw score of `D_ECE_SCORES` on.

    Args:
        confidence: float64 [D] in 0..1.
        right: bool [D].

    Returns:
        A number in 0..1; None without detections.
    """
    table = reliability(confidence, right)
    gaps = sum(each.detections * abs(each.precision - each.confidence) for each in table)
    return gaps / len(confidence) if table else None


def reliability(confidence: np.ndarray, right: np.ndarray) -> tuple[ReliabilityBin, ...]:
    """The ten bins of `d_ece` by rising confidence; empty ones are left out. Arguments as there."""
    counts, confidences, precisions = _binned(confidence, right, D_ECE_BINS)
    columns = confidences.tolist(), precisions.tolist(), counts.tolist()
    return tuple(ReliabilityBin(*each) for each in zip(*columns))


def la_ece(confidence: np.ndarray, iou: np.ndarray, class_index: np.ndarray) -> float | None:
    """LaECE_0: confidence against the IoU it should be, 0 for a false positive; 25 bins, mean over classes.

    Oksuz et al. 2023 (arXiv 2307.00934): sum over bins of n_cb / n_c * |confidence_cb - iou_cb|, a match at any IoU.

    Args:
        confidence: float64 [D] in 0..1.
        iou: float64 [D].
        class_index: int [D]; classes without detections are left out.

    Returns:
        A number in 0..1; None without detections.
    """
    errors = []
    for index in np.unique(class_index):
        mine = class_index == index
        counts, confidences, ious = _binned(confidence[mine], iou[mine], LAECE_BINS)
        errors.append(float((counts * abs(confidences - ious)).sum() / mine.sum()))
    return sum(errors) / len(errors) if errors else None


def held_out_probabilities(matches: Matches) -> np.ndarray:
    """float64 [D]; P(IoU >= 0.5) of every detection by calibrators fitted on four fifths of the pictures, not its own.

    Measured on the data it was fitted to, isotonic regression is calibrated by construction.
    """
    probabilities = np.zeros(len(matches.scores))
    fold = matches.picture % _FOLDS
    for number in np.unique(fold):
        fitted = fit_class_calibrators(matches.take(fold != number))
        for index, calibrators in enumerate(fitted):
            mine = (fold == number) & (matches.class_index == index)
            probabilities[mine] = calibrators.weight.apply(matches.scores[mine])
    return probabilities


def _binned(confidence: np.ndarray, target: np.ndarray, bins: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts, mean confidences and mean targets of the bins that are not empty."""
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    counts = np.bincount(place, minlength=bins)
    filled = counts > 0
    sums = (np.bincount(place, weights=values, minlength=bins)[filled] for values in (confidence, target))
    confidences, targets = (each / counts[filled] for each in sums)
    return counts[filled], confidences, targets
