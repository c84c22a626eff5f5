"""Pictures that are unlike each other: the same question asked twice brings little."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

from unify.errors import Problem, UnifyError

NEIGHBOURS = 10
LARGE = 100_000  # pictures from which on neighbours are looked for by faiss: comparing all pairs would take hours
_BLOCK = 2_048  # rows whose similarities are worked out at once
_CELLS = 16  # of the inverted file, looked into for each picture
_PICTURES_A_CELL = 64  # that its cells are learned from


def unit_rows(embeddings: np.ndarray) -> np.ndarray:
    """float32 [N, E]; embeddings of length 1, so that distances compare. A row of zeros stays one."""
    rows = np.asarray(embeddings, np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


class FarthestFirst:
    """Greedy k-center (Gonzalez 1985): next is whoever is farthest from all that were taken, weighted by worth.

    With equal weights the largest distance of any point to the nearest one taken is at most twice the best possible.
    Distances are those of unit vectors, 0..2. Time grows with picks × N × E, memory with N.
    """

    def __init__(self, embeddings: np.ndarray, weights: np.ndarray, taken: np.ndarray | None = None) -> None:
        """Begin with what is taken already.

        Args:
            embeddings: float32 [N, E]; unit rows.
            weights: float [N]; worth of each, over 0.
            taken: float32 [T, E]; unit rows of pictures that are labeled, or None.
        """
        self._embeddings, self._weights = embeddings, weights
        # Half the squared distance, 1 - cos: no square root until someone asks.
        self._nearest = np.full(len(embeddings), 2.0, np.float32)
        for start in range(0, len(taken) if taken is not None else 0, _BLOCK):
            self._approach(taken[start : start + _BLOCK])

    @property
    def distances(self) -> np.ndarray:
        """float32 [N]; of each to the nearest one taken, 2 where there is none."""
        return np.sqrt(np.maximum(2 * self._nearest, 0))

    def pick(self, allowed: np.ndarray) -> int | None:
        """Take the best of ``allowed``, bool [N], the first of equals; None where nothing is allowed."""
        worth = np.where(allowed, self.distances * self._weights, -1)
        best = int(worth.argmax()) if len(worth) else -1
        if best < 0 or worth[best] < 0:
            return None
        self._approach(self._embeddings[best : best + 1])
        return best

    def _approach(self, rows: np.ndarray) -> None:
        similarity = self._embeddings @ rows.T
        np.minimum(self._nearest, 1 - similarity.max(axis=1), out=self._nearest)


def density(embeddings: np.ndarray) -> np.ndarray:
    """Mean cosine with the nearest `NEIGHBOURS` others, float32 [N] in 0..1: low for pictures like no other.

    Of more than `LARGE` pictures the neighbours are those that an inverted file (faiss) finds, nearly always the same.

    Args:
        embeddings: float32 [N, E]; unit rows.

    Raises:
        UnifyError: there are more than `LARGE`, and faiss is not installed.
    """
    count = min(NEIGHBOURS, len(embeddings) - 1)
    if count < 1:
        return np.ones(len(embeddings), np.float32)
    if len(embeddings) > LARGE:
        return np.clip(_means_by_faiss(np.ascontiguousarray(embeddings, np.float32), count), 0, 1)
    means = [_nearest_mean(embeddings, start, count) for start in range(0, len(embeddings), _BLOCK)]
    return np.clip(np.concatenate(means), 0, 1)


def _nearest_mean(embeddings: np.ndarray, start: int, count: int) -> np.ndarray:
    similarity = embeddings[start : start + _BLOCK] @ embeddings.T
    rows = np.arange(len(similarity))
    similarity[rows, rows + start] = -np.inf  # itself
    place = similarity.shape[1] - count
    return np.partition(similarity, place, axis=1)[:, place:].mean(axis=1)


def _means_by_faiss(embeddings: np.ndarray, count: int) -> np.ndarray:
    """Mean cosines with ``count`` others, itself aside, of the nearest cells of an inverted file."""
    if find_spec("faiss") is None:
        what = f"faiss is not installed, without which the likeness of more than {LARGE:,} pictures takes hours"
        fix = "pip install 'unify-detection[ann]', set density to 0, or lower the shortlist"
        raise UnifyError(Problem("density", what, got=f"{len(embeddings):,} pictures", fix=fix))
    import faiss

    cells = round(np.sqrt(len(embeddings)))
    index = faiss.index_factory(embeddings.shape[1], f"IVF{cells},Flat", faiss.METRIC_INNER_PRODUCT)
    index.nprobe = _CELLS
    index.train(embeddings[:: max(1, len(embeddings) // (cells * _PICTURES_A_CELL))])
    index.add(embeddings)
    similarity, found = index.search(embeddings, count + 1)
    others = (found >= 0) & (found != np.arange(len(embeddings))[:, None])
    others &= np.cumsum(others, axis=1) <= count  # of equal pictures it may have found others instead of itself
    return (np.where(others, similarity, 0).sum(axis=1) / np.maximum(others.sum(axis=1), 1)).astype(np.float32)
