"""Probabilities from matches: isotonic where data are many, Platt's sigmoid where few, pooled where very few.

Class-wise isotonic regression and Platt scaling beat training-time calibration of detectors, and temperature alone is a
weak choice (arXiv 2405.20459). Every detection above the prediction floor is used, so that low scores get to mean low
precision.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unify.autolabel.calibration.match import Matches
from unify.core.calibrator import RAW_SCORES, Calibrator, Isotonic, Platt, logit

ISOTONIC_DETECTIONS = 200  # isotonic regression follows noise below these
ISOTONIC_RIGHT = 30
OWN_RIGHT = 10  # below this a class borrows from all classes


@dataclass(frozen=True)
class ClassCalibrators:
    """The two calibrators of a class.

    Attributes:
        weight: score -> P(IoU >= 0.5).
        box_weight: score -> P(IoU >= 0.75).
        pooled: ``weight`` was fitted on all classes together.
        box_pooled: ``box_weight`` was.
    """

    weight: Calibrator
    box_weight: Calibrator
    pooled: bool
    box_pooled: bool


def fit_class_calibrators(matches: Matches) -> tuple[ClassCalibrators, ...]:
    """Calibrators of all K classes."""
    pooled = [fit_calibrator(matches.scores, target) for target in (matches.right, matches.tight)]
    fitted = []
    for index in range(len(matches.boxes)):
        mine = matches.class_index == index
        scores = matches.scores[mine]
        targets = matches.right[mine], matches.tight[mine]
        borrows = [int(target.sum()) < OWN_RIGHT for target in targets]
        weight, box_weight = (
            common if too_few else fit_calibrator(scores, target)
            for common, too_few, target in zip(pooled, borrows, targets)
        )
        fitted.append(ClassCalibrators(weight, box_weight, *borrows))
    return tuple(fitted)


def fit_calibrator(scores: np.ndarray, right: np.ndarray) -> Calibrator:
    """The probability of being right, given the score.

    Args:
        scores: float64 [D] in 0..1.
        right: bool [D].

    Returns:
        Isotonic from 200 detections and 30 right ones on, else Platt; scores as they are where there is no detection.
    """
    if not len(scores):
        return RAW_SCORES
    if len(scores) >= ISOTONIC_DETECTIONS and right.sum() >= ISOTONIC_RIGHT:
        return fit_isotonic(scores, right)
    return fit_platt(scores, right)


def fit_isotonic(scores: np.ndarray, right: np.ndarray) -> Isotonic:
    """The never-falling steps nearest to the targets in least squares, joined by straight lines from centre to centre.

    Centred isotonic regression (Oron and Flournoy 2017): a step's value holds at the mean of its scores. Where the
    truth is smooth that is some 25 % nearer to it than the steps themselves, and boxes keep their order.
    """
    from sklearn.isotonic import IsotonicRegression

    steps = IsotonicRegression(y_min=0, y_max=1).fit(scores, right)
    value = steps.y_thresholds_[np.searchsorted(steps.X_thresholds_, scores, side="right") - 1]
    values, step = np.unique(value, return_inverse=True)
    centres = np.bincount(step, weights=scores) / np.bincount(step)
    return Isotonic(tuple(centres.tolist()), tuple(values.tolist()))


def fit_platt(scores: np.ndarray, right: np.ndarray) -> Platt:
    """Logistic regression on the logit of the score, towards Platt's targets.

    Targets are (R + 1) / (R + 2) for the R right and 1 / (W + 2) for the W wrong detections (Platt 1999) instead of 1
    and 0: without them a threshold that parts few detections without error would make every score certain. A slope
    below 0 says that the scores carry nothing; then every score gets the same probability.
    """
    from sklearn.linear_model import LogisticRegression

    num_right = int(right.sum())
    target = np.where(right, (num_right + 1) / (num_right + 2), 1 / (len(right) - num_right + 2))
    logits = np.tile(logit(scores), 2)[:, None]
    # A soft target is two detections, one of each kind, that share its weight. No regularisation: two parameters.
    kinds, weights = np.repeat([1, 0], len(target)), np.concatenate([target, 1 - target])
    fitted = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000).fit(logits, kinds, weights)
    slope, intercept = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    return Platt(slope, intercept) if slope >= 0 else Platt(0.0, float(logit(target.mean())))
