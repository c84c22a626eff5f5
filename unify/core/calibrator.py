"""From an auto-labeler's raw score to the probability that its box is right. Applied here; fitted where data are."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import ClassVar

import numpy as np

_NEAREST_TO_CERTAIN = 1e-6  # the logit of 0 or 1 is infinite


@dataclass(frozen=True)
class Isotonic:
    """Straight lines between knots, constant outside of them.

    Attributes:
        scores: knots, strictly ascending in 0..1; at least one.
        probabilities: one a knot, never falling, in 0..1.

    Raises:
        ValueError: the knots are not like that; the text says what is wrong.
    """

    kind: ClassVar[str] = "isotonic"
    scores: tuple[float, ...]
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        scores, probabilities = np.array(self.scores, float), np.array(self.probabilities, float)
        if not 0 < len(scores) == len(probabilities):
            raise ValueError(f"{len(scores)} scores for {len(probabilities)} probabilities")
        if not (_in_unit_interval(scores) and (np.diff(scores) > 0).all()):
            raise ValueError("the scores do not ascend within 0..1")
        if not (_in_unit_interval(probabilities) and (np.diff(probabilities) >= 0).all()):
            raise ValueError("the probabilities fall, or leave 0..1")

    def apply(self, scores: np.ndarray) -> np.ndarray:
        """Probabilities of raw scores: float64 in 0..1, shaped like ``scores``."""
        return np.interp(scores, self.scores, self.probabilities)


@dataclass(frozen=True)
class Platt:
    """``sigmoid(slope * logit(score) + intercept)`` (Platt 1999, on the logit of a score that is a probability).

    Attributes:
        slope: 0 or more: a surer score is never less probable.
        intercept: any finite number.

    Raises:
        ValueError: the parameters are not like that.
    """

    kind: ClassVar[str] = "platt"
    slope: float
    intercept: float

    def __post_init__(self) -> None:
        if not (0 <= self.slope and isfinite(self.slope) and isfinite(self.intercept)):
            raise ValueError(f"slope {self.slope} and intercept {self.intercept}, expected finite, the slope 0 or more")

    def apply(self, scores: np.ndarray) -> np.ndarray:
        """Probabilities of raw scores: float64 in 0..1, shaped like ``scores``."""
        logits = self.slope * logit(scores) + self.intercept
        return 0.5 + 0.5 * np.tanh(0.5 * logits)  # the sigmoid, in the form that cannot overflow


Calibrator = Isotonic | Platt


def logit(scores: np.ndarray) -> np.ndarray:
    """``log(s / (1 - s))``, float64; scores nearer than 1e-6 to 0 or 1 are taken as that near."""
    inside = np.clip(np.asarray(scores, np.float64), _NEAREST_TO_CERTAIN, 1 - _NEAREST_TO_CERTAIN)
    return np.log(inside) - np.log1p(-inside)


def _in_unit_interval(values: np.ndarray) -> bool:
    return bool(((values >= 0) & (values <= 1)).all())


RAW_SCORES = Isotonic((0.0, 1.0), (0.0, 1.0))
"""What stands in for a calibrator where nothing was measured: every score as it is, to the last bit."""
