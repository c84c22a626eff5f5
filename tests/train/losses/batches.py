"""Random batches: some classes unknown on some pictures, machine weights, ignored cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

B, A, C = 3, 7, 5


@dataclass(frozen=True)
class Batch:
    """logits, targets with -1, and weights [B, A, C] that are 0 where targets are -1."""

    logits: np.ndarray
    y_true: np.ndarray
    weights: np.ndarray

    @property
    def known(self) -> np.ndarray:
        return self.y_true >= 0


def random_batch(seed: int, scale: float = 3.0, labeled: float = 0.6) -> Batch:
    random = np.random.default_rng(seed)
    logits = random.normal(scale=scale, size=(B, A, C)).astype(np.float32)
    y_true = (random.random((B, A, C)) < 0.3).astype(np.float32)
    known = np.broadcast_to(random.random((B, 1, C)) < labeled, y_true.shape)
    weights = np.where(y_true == 1, random.random(y_true.shape), 1.0) * known * (random.random(y_true.shape) < 0.9)
    return Batch(logits, np.where(known, y_true, -1).astype(np.float32), weights.astype(np.float32))
