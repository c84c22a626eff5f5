"""What a question costs people, in the work of drawing one box, and what it may bring."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from unify.errors import Problem, UnifyError


@dataclass(frozen=True)
class Costs:
    """What people's work costs; the unit is up to you, by default drawing one box.

    Confirming a box takes a fifth to a third of the time of drawing it (Papadopoulos et al. 2016, arXiv 1602.08405, and
    2017, arXiv 1708.02750), and some are corrected: 0.3. That a picture costs as much to search as a box to draw is a
    round number, not measured: put in what your own people need.

    Attributes:
        look: opening a picture and searching it for a task's classes; over 0.
        review: confirming or correcting one box that is shown; 0 or more.
        draw: drawing one box that was missed; 0 or more.

    Raises:
        UnifyError: a number is out of its range.
    """

    look: float = 1.0
    review: float = 0.3
    draw: float = 1.0

    def __post_init__(self) -> None:
        wrong = [each.name for each in fields(self) if not 0 <= getattr(self, each.name) < float("inf")]
        wrong += ["look"] if self.look == 0 else []
        if wrong:
            expected = "look over 0, review and draw 0 or more"
            raise UnifyError([Problem("costs", f"{n} is out of range", f"{getattr(self, n)}", expected) for n in wrong])

    def of(self, shown: np.ndarray, missed: np.ndarray) -> np.ndarray:
        """float64 [n]; expected cost of pictures with so many boxes shown, and so many expected to be missed."""
        return self.look + self.review * shown + self.draw * missed


def gain(scores: np.ndarray, expected: np.ndarray, weight: float) -> np.ndarray:
    """What questions may bring: the boxes expected on the picture and the picture itself as a negative, by uncertainty.

    Both terms are loss that was masked and is not any more: a picture without any box of the task still teaches that
    there is none.

    Args:
        scores: float [n] in 0..1.
        expected: float [n]; boxes expected, a sum of probabilities.
        weight: of the task.

    Returns:
        float64 [n].
    """
    return weight * scores * (1 + expected)
