"""Shard layout: pure arithmetic before any byte is written, so order and membership never depend on the workers."""

from __future__ import annotations

import math

import numpy as np

MEBIBYTE = 2**20
# Bytes a record needs beside its picture: about 900 for the keys and 80 a box, as measured on the demo's shards.
RECORD_OVERHEAD = 900
BOX_OVERHEAD = 80


def shard_boundaries(sizes: np.ndarray, target_bytes: float) -> np.ndarray:
    """Cut a sequence of records into even shards of at most about ``target_bytes``, as few as that takes.

    Args:
        sizes: int64 [E]; bytes of each record, in order.
        target_bytes: > 0.

    Returns:
        int64 [S + 1]; shard s holds records ``boundaries[s]:boundaries[s + 1]``, none of them empty. S is 0 for no
        records and never more than E.
    """
    if not len(sizes):
        return np.zeros(1, np.int64)
    ends = np.cumsum(sizes, dtype=np.int64)
    wanted = min(max(1, math.ceil(float(ends[-1]) / target_bytes)), len(sizes))
    targets = ends[-1] * np.arange(1, wanted) / wanted
    inner = np.searchsorted(ends, targets, side="left") + 1
    return np.unique(np.concatenate([[0], np.minimum(inner, len(sizes) - 1), [len(sizes)]])).astype(np.int64)


def shard_name(split: str, index: int, count: int) -> str:
    """``train-00003-of-00016.tfrecord``."""
    return f"{split}-{index:05d}-of-{count:05d}.tfrecord"


def record_sizes(num_bytes: np.ndarray, num_boxes: np.ndarray) -> np.ndarray:
    """int64 [E]; expected bytes of each record."""
    return num_bytes + RECORD_OVERHEAD + BOX_OVERHEAD * num_boxes
