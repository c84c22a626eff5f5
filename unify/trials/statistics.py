"""Means, intervals and tests over few seeds. Numbers that do not exist are None, never NaN."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Interval:
    """A mean and how far it may be off.

    Attributes:
        mean: None of nothing.
        low: None where fewer than two values say nothing about their spread.
        high: likewise.
        n: how many values there were.
    """

    mean: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Difference:
    """A mean difference of pairs, as in `Interval`, and its test.

    Attributes:
        mean: first less second.
        low: end of the interval.
        high: end of the interval.
        p: two-sided, against no difference; None of fewer than two pairs.
        n: how many pairs there were.
    """

    mean: float | None
    low: float | None
    high: float | None
    p: float | None
    n: int


def t_interval(values: Sequence[float | None], confidence: float = 0.95) -> Interval:
    """Student's interval of the mean: mean ± t(n - 1) s / sqrt(n); of equal values a point. None is left out."""
    present = np.array([value for value in values if value is not None], np.float64)
    if not len(present):
        return Interval(None, None, None, 0)
    mean, error = float(present.mean()), _standard_error(present)
    if error is None:
        return Interval(mean, None, None, 1)
    from scipy.special import stdtrit

    half = float(stdtrit(len(present) - 1, 0.5 + confidence / 2)) * error
    return Interval(mean, mean - half, mean + half, len(present))


def paired_difference(
    first: Sequence[float | None], second: Sequence[float | None], confidence: float = 0.95
) -> Difference:
    """Student's paired t-test of ``first`` less ``second``; pairs with a None are left out.

    Where all differences are equal, p is what it tends to: 0, or 1 where there is none.
    """
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    differences = np.array([a - b for a, b in pairs], np.float64)
    interval = t_interval(differences.tolist(), confidence)
    return Difference(interval.mean, interval.low, interval.high, _two_sided_p(differences), interval.n)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """p-values adjusted for their number (Holm 1979): the k-th smallest of m times m - k + 1, never falling, up to 1.

    A None, which could not be tested, stays None but counts: what was planned decides the number, not what came out.
    """
    tested = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, place) in enumerate(tested):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p))
        adjusted[place] = largest
    return adjusted


def _standard_error(values: np.ndarray) -> float | None:
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None


def _two_sided_p(differences: np.ndarray) -> float | None:
    error = _standard_error(differences)
    if error is None:
        return None
    mean = abs(float(differences.mean()))
    if error == 0:
        return 0.0 if mean > 0 else 1.0
    from scipy.special import stdtr

    return 2 * float(stdtr(len(differences) - 1, -mean / error))
