"""The key index: every digest that a cache holds for one auto-labeler, sorted, and where its answer lies.

Of several answers on one picture, one that is done wins over one that failed, then the first committed by the clocks
of the writers, then the one whose segment's name is smaller. All readers that see the same segments agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from unify.autolabel.cache.marker import Marker


@dataclass(frozen=True, eq=False)
class SegmentKeys:
    """What a segment answers, without the answers. R rows.

    Attributes:
        keys: S32 [R]; digests, ascending.
        states: uint8 [R]; `PictureState`, done or failed.
        num_boxes: int32 [R].
    """

    keys: np.ndarray
    states: np.ndarray
    num_boxes: np.ndarray


@dataclass(frozen=True, eq=False)
class KeyIndex:
    """M pictures.

    Attributes:
        segments: where answers lie.
        keys: S32 [M]; digests, ascending, each once. NumPy drops trailing zeros of such texts when it prints or
            converts them, and compares them rightly.
        states: uint8 [M]; `PictureState`.
        num_boxes: int32 [M].
        segment: int32 [M]; index into ``segments``.
        row: int32 [M]; row of that segment.
    """

    segments: tuple[Marker, ...] = ()
    keys: np.ndarray = field(default_factory=lambda: np.zeros(0, "S32"))
    states: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint8))
    num_boxes: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    segment: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    row: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))

    def __len__(self) -> int:
        return len(self.keys)

    def find(self, sha256: np.ndarray) -> np.ndarray:
        """Where pictures stand in the index.

        Args:
            sha256: uint8 [P, 32].

        Returns:
            int64 [P]; -1 where it is not.
        """
        wanted = as_keys(sha256)
        found = np.full(len(wanted), -1, np.int64)
        if len(self):
            # In order, for neighbours are searched for in the same cached memory: ten times faster than at random.
            order = np.argsort(wanted, kind="stable")
            ordered = wanted[order]
            at = np.minimum(np.searchsorted(self.keys, ordered), len(self) - 1)
            found[order] = np.where(self.keys[at] == ordered, at, -1)
        return found

    def answering(self, at: np.ndarray | None = None) -> list[Marker]:
        """The segments that hold the answers at places that `find` gave; by default all answers."""
        segment = self.segment if at is None else self.segment[at[at >= 0]]
        return [self.segments[number] for number in np.unique(segment).tolist()]

    def take(self, column: np.ndarray, at: np.ndarray) -> np.ndarray:
        """A column's values at places that `find` gave; 0 where it gave -1."""
        return np.where(at >= 0, column[at], 0).astype(column.dtype) if len(self) else np.zeros(len(at), column.dtype)


def as_keys(sha256: np.ndarray) -> np.ndarray:
    """Digests as texts that NumPy compares byte by byte: uint8 [P, 32] -> S32 [P].

    Raises:
        ValueError: not an array of digests.
    """
    if sha256.dtype != np.uint8 or sha256.shape[1:] != (32,):
        raise ValueError(f"digests are uint8 [P, 32], not {sha256.dtype} {list(sha256.shape)}")
    return np.ascontiguousarray(sha256).view("S32").reshape(-1)


def merge_segments(index: KeyIndex, new: Sequence[tuple[Marker, SegmentKeys]]) -> KeyIndex:
    """The index with more segments; which of them came first makes no difference."""
    segments = (*index.segments, *(marker for marker, _ in new))
    sizes = [len(keys.keys) for _, keys in new]
    keys = np.concatenate([index.keys, *(each.keys for _, each in new)])
    states = np.concatenate([index.states, *(each.states for _, each in new)])
    first = len(index.segments)
    segment = np.concatenate([index.segment, np.repeat(np.arange(first, first + len(new), dtype=np.int32), sizes)])
    rank = np.argsort(np.lexsort(([marker.id for marker in segments], [marker.first_ns for marker in segments])))
    order = np.lexsort((rank[segment], states, keys))
    ordered = keys[order]
    chosen = order[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else order
    return KeyIndex(
        segments=segments,
        keys=keys[chosen],
        states=states[chosen],
        num_boxes=np.concatenate([index.num_boxes, *(each.num_boxes for _, each in new)])[chosen],
        segment=segment[chosen],
        row=np.concatenate([index.row, *(np.arange(size, dtype=np.int32) for size in sizes)])[chosen],
    )
