"""The numbers a calibration is made with."""

from __future__ import annotations

from dataclasses import dataclass, fields

from unify.errors import Problem, UnifyError


@dataclass(frozen=True, kw_only=True)
class CalibrationSettings:
    """Knobs of `fit_calibration`; formulas and evidence for the defaults stand at their users.

    Attributes:
        beta: of the F-beta that chooses the threshold; over 0. Below 1 precision counts more than recall.
        least_precision: a threshold's precision must surely reach this, in 0..1; else the class is not auto-labeled.
        confidence: how sure "surely" is, in (0, 1).
        low_probability: the low threshold lies where a box is this probable, in 0..1, or lower.
        trusted_recall: from this recall on, in 0..1, the absence of a box is trusted in full.
        low_trust: absence weight below it, in 0..1.

    Raises:
        UnifyError: a number is out of its range; lists all of them.
    """

    beta: float = 0.5
    least_precision: float = 0.5
    confidence: float = 0.95
    low_probability: float = 0.1
    trusted_recall: float = 0.8
    low_trust: float = 0.25

    def __post_init__(self) -> None:
        problems = []
        for each in fields(self):
            value = getattr(self, each.name)
            right, expected = _RULES.get(each.name, _FRACTION)
            if not right(value):
                problems.append(Problem("calibration settings", f"{each.name} is out of range", str(value), expected))
        if problems:
            raise UnifyError(problems)


_FRACTION = (lambda value: 0 <= value <= 1, "a number from 0 to 1")
_RULES = {
    "beta": (lambda value: 0 < value < float("inf"), "a number over 0"),
    "confidence": (lambda value: 0 < value < 1, "a number over 0 and below 1"),
}
