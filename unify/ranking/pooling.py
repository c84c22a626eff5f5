"""From boxes to pictures: one number of each picture out of those of its boxes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

TOP = 5  # boxes: one is noise, and all of them would only count how crowded a picture is


def pool_max(pictures: np.ndarray, values: np.ndarray, num_pictures: int) -> np.ndarray:
    """The largest; this and all poolings: float32 [P], negative infinity for a picture without a box.

    Args:
        pictures: int [N], ascending; the picture of each box.
        values: float [N].
        num_pictures: P.
    """
    return _top_mean(pictures, values, num_pictures, 1)


def pool_top(pictures: np.ndarray, values: np.ndarray, num_pictures: int) -> np.ndarray:
    """The mean of the largest `TOP`, or of all where there are fewer."""
    return _top_mean(pictures, values, num_pictures, TOP)


def pool_sum(pictures: np.ndarray, values: np.ndarray, num_pictures: int) -> np.ndarray:
    """The sum, which favours crowded pictures."""
    sums = np.bincount(pictures, values, num_pictures)
    return np.where(np.bincount(pictures, minlength=num_pictures) > 0, sums, -np.inf).astype(np.float32)


def pool_mean(pictures: np.ndarray, values: np.ndarray, num_pictures: int) -> np.ndarray:
    """The mean, which favours pictures with one box."""
    counts = np.bincount(pictures, minlength=num_pictures)
    return pool_sum(pictures, values, num_pictures) / np.maximum(counts, 1).astype(np.float32)


Pooling = Callable[[np.ndarray, np.ndarray, int], np.ndarray]
POOLINGS: dict[str, Pooling] = {"top5": pool_top, "max": pool_max, "mean": pool_mean, "sum": pool_sum}


def _top_mean(pictures: np.ndarray, values: np.ndarray, num_pictures: int, most: int) -> np.ndarray:
    counts = np.bincount(pictures, minlength=num_pictures)
    width = int(counts.max(initial=0))
    if width == 0:
        return np.full(num_pictures, -np.inf, np.float32)
    # Side by side in a row, a picture's boxes need no sorting: a partition of all rows at once is several times faster.
    rows = np.full((num_pictures, width), -np.inf, np.float32)
    rows[pictures, np.arange(len(pictures)) - np.repeat(np.cumsum(counts) - counts, counts)] = values
    if width > most:
        rows = np.partition(rows, width - most, axis=1)[:, width - most :]
    sums = np.where(np.isfinite(rows), rows, 0).sum(axis=1)
    return np.where(counts > 0, sums / np.clip(counts, 1, most), -np.inf).astype(np.float32)
