"""Collects answers and commits them as segments."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import TracebackType

import numpy as np

from unify.autolabel.cache.columns import ColumnSpec, optional_columns
from unify.autolabel.cache.commit import commit_segment
from unify.autolabel.cache.names import check_fingerprint
from unify.autolabel.cache.store import Store
from unify.autolabel.cache.table import table_of
from unify.core.predictions import Failure, Prediction

SEGMENT_PICTURES = 16_384  # 3 MB at 8 boxes a picture: few files, little lost when a writer is killed
SEGMENT_SECONDS = 60.0  # a slow model's work is safe after a minute too
_SEGMENT_BYTES = 64 * 2**20  # embeddings fill memory long before there are many pictures

_DIGEST_BYTES = 32


class SegmentWriter:
    """Adds answers to a cache, in segments that appear whole or not at all.

    Any number of writers may add to one cache at once, from any number of machines; each belongs to one thread. As a
    context it commits at its end what is left; when an exception ends it, only what was committed before stays::

        with cache.writer(fingerprint) as writer:
            writer.add(sha256, prediction)
    """

    def __init__(
        self,
        store: Store,
        fingerprint: str,
        *,
        autolabeler: str = "",
        max_pictures: int = SEGMENT_PICTURES,
        max_seconds: float = SEGMENT_SECONDS,
    ) -> None:
        """See `PredictionCache.writer`."""
        self._store, self._fingerprint = store, check_fingerprint(fingerprint)
        self._autolabelers = [autolabeler] if autolabeler else []
        self._max_pictures, self._max_seconds = max_pictures, max_seconds
        self._clear()

    def _clear(self) -> None:
        self._answers: dict[bytes, Prediction | Failure] = {}
        self._specs: dict[bytes, tuple[ColumnSpec, ...]] = {}  # of those that did not fail
        self._num_bytes = 0
        self._began = time.monotonic()

    def add(self, sha256: np.ndarray | bytes, answer: Prediction | Failure) -> None:
        """Add the answer on one picture. Of several on the same picture the first that did not fail stays.

        Args:
            sha256: uint8 [32] or 32 bytes; the picture's digest.
            answer: what the auto-labeler said; its arrays must not change any more.

        Raises:
            ValueError: no digest, or the arrays of the prediction contradict each other; it was not added.
            OutputError, CacheError: it was time for a commit, and the cache cannot be written.
        """
        key = bytes(sha256)
        if len(key) != _DIGEST_BYTES:
            raise ValueError(f"a digest has {_DIGEST_BYTES} bytes, not {len(key)}")
        columns = optional_columns(answer) if isinstance(answer, Prediction) else None
        if isinstance(self._answers.get(key), Prediction):
            return
        if not self._answers:
            self._began = time.monotonic()
        self._answers[key] = answer
        if columns is not None:
            self._specs[key] = tuple(columns)
            self._num_bytes += _size_of(answer, columns.values())
        if self._is_due():
            self.commit()

    def _is_due(self) -> bool:
        return (
            len(self._answers) >= self._max_pictures
            or self._num_bytes >= _SEGMENT_BYTES
            or time.monotonic() - self._began >= self._max_seconds
        )

    def commit(self) -> None:
        """Commit what was added since the last commit: one segment for each set of optional columns.

        Raises:
            OutputError, CacheError: the cache cannot be written; what was added is kept, and may be committed later.
        """
        for specs, answers in _by_columns(self._answers, self._specs).items():
            commit_segment(self._store, self._fingerprint, table_of(answers, specs), autolabelers=self._autolabelers)
        self._clear()

    def __enter__(self) -> SegmentWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.commit()


def _size_of(prediction: Prediction, columns: Iterable[np.ndarray]) -> int:
    arrays = (prediction.boxes_xyxy, prediction.scores, prediction.classes, *columns)
    return sum(array.nbytes for array in arrays)


def _by_columns(
    answers: Mapping[bytes, Prediction | Failure], specs: Mapping[bytes, tuple[ColumnSpec, ...]]
) -> dict[tuple[ColumnSpec, ...], dict[bytes, Prediction | Failure]]:
    """Answers that fit into one table together: those with the same optional columns; failures fit into any."""
    groups: defaultdict[tuple[ColumnSpec, ...], dict[bytes, Prediction | Failure]] = defaultdict(dict)
    any_specs = next(iter(specs.values()), ())
    for key, answer in answers.items():
        groups[specs.get(key, any_specs)][key] = answer
    return groups
