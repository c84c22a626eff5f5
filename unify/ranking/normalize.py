"""Raw uncertainties of different measures and auto-labelers do not compare; their ranks do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def rank_fractions(values: np.ndarray) -> np.ndarray:
    """Place of each value among all, equal ones sharing the mean of their places.

    Args:
        values: float [n]; NaN where there is none.

    Returns:
        float64 [n]; ``(place - 1/2) / n`` in (0, 1), NaN where there is no value. The mean of all is 1/2.
    """
    known = ~np.isnan(values)
    _, group, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    fractions = np.full(len(values), np.nan)
    fractions[known] = ((2 * last - counts) / 2 / max(int(known.sum()), 1))[group]
    return fractions


def combine(fractions: Sequence[np.ndarray], weights: Sequence[float]) -> np.ndarray:
    """Weighted geometric mean: a picture must stand high in all of them. float64 [n] in (0, 1), NaN with any NaN."""
    logs = sum(weight * np.log(each) for weight, each in zip(weights, fractions))
    return np.exp(logs / sum(weights))


def largest(fractions: Sequence[np.ndarray]) -> np.ndarray:
    """The largest of several auto-labelers' fractions, float64 [n]; NaN only where there is none at all."""
    stacked = np.stack(fractions)
    known = ~np.isnan(stacked)
    return np.where(known.any(axis=0), np.where(known, stacked, -np.inf).max(axis=0), np.nan)


def fractions_in(values: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Place of each value among a sample, as `rank_fractions` counts it.

    Args:
        values: float [n]; NaN where there is none.
        sample: float [m]; NaN are left out.

    Returns:
        float64 [n] in (0, 1): a value below or above all of the sample stands half a place from the end.
    """
    known = np.sort(sample[~np.isnan(sample)])
    if not len(known):
        return np.full(len(values), np.nan)
    below, upto = np.searchsorted(known, values, "left"), np.searchsorted(known, values, "right")
    fractions = np.clip((below + upto) / 2, 0.5, len(known) - 0.5) / len(known)
    return np.where(np.isnan(values), np.nan, fractions)
