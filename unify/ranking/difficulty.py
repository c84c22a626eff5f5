"""Which boxes a person should look at, and how hard a picture is."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

UNCERTAIN_SHARE = 0.2  # of the pictures: those of which the auto-labeler is least sure are hard, whatever its boxes say
HIDDEN_OBJECTS = 0.5  # expected among rejected boxes: from here on something is more likely missed than not


class Flag(IntEnum):
    """What becomes of a box."""

    REJECT = 0  # nothing: a region that training ignores
    REVIEW = 1  # a person should look
    ACCEPT = 2  # a label


class Level(IntEnum):
    """How hard a picture is. A larger value is harder."""

    EASY = 0  # every box is accepted, and nothing seems missed
    MEDIUM = 1
    HARD = 2  # a box is to be reviewed, or the picture is among the most uncertain fifth

    def __str__(self) -> str:
        return self.name.lower()


def review_flags(scores: np.ndarray, reject: np.ndarray, accept: np.ndarray) -> np.ndarray:
    """`Flag` of boxes: review from ``reject`` to below ``accept``.

    Args:
        scores: float [N].
        reject: float [N]; threshold of each box's class, at most
        accept: float [N]; on the same scale as ``scores``.

    Returns:
        uint8 [N].
    """
    return (scores >= reject).astype(np.uint8) + (scores >= accept)


def rate(review: np.ndarray, hidden: np.ndarray, uncertainty: np.ndarray) -> np.ndarray:
    """`Level` of pictures that are judged together.

    Args:
        review: int [P]; boxes to be reviewed.
        hidden: float [P]; objects expected among the rejected boxes.
        uncertainty: float [P]; larger is less sure; NaN for pictures nobody looked at, which are hard.

    Returns:
        uint8 [P].
    """
    known = uncertainty[~np.isnan(uncertainty)]
    hard_over = np.quantile(known, 1 - UNCERTAIN_SHARE) if len(known) else 0.0
    hard = (review > 0) | ~(uncertainty <= hard_over)
    return np.where(hard, Level.HARD, np.where(hidden >= HIDDEN_OBJECTS, Level.MEDIUM, Level.EASY)).astype(np.uint8)
