"""The prediction cache: what every auto-labeler said of every picture, found again by fingerprint and digest."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np

from unify.autolabel.cache.catalog import Catalog, SegmentLostError
from unify.autolabel.cache.columns import ColumnSpec, common_columns
from unify.autolabel.cache.index import KeyIndex, merge_segments
from unify.autolabel.cache.marker import Marker
from unify.autolabel.cache.names import check_fingerprint, is_fingerprint
from unify.autolabel.cache.problems import lacking_columns
from unify.autolabel.cache.store import Store, open_store
from unify.autolabel.cache.table import PictureState, RawPredictions, blank_table, fill_rows
from unify.autolabel.cache.writer import SEGMENT_PICTURES, SEGMENT_SECONDS, SegmentWriter
from unify.errors import Problem


class PredictionCache:
    """Raw predictions by (fingerprint of the auto-labeler, sha256 of the picture).

    Append-only segments that never change, so that any number of processes may read and write at once without a lock.
    A segment that is not what was committed is left out. May be pickled: the copy opens the same place again.

    Attributes:
        root: the folder or URL.
        store: its files.
        catalog: its segments.
    """

    def __init__(self, root: str | os.PathLike) -> None:
        """Open a cache; one that does not exist yet is empty.

        Args:
            root: a folder, or a URL that fsspec understands (``s3://bucket/prefix``).

        Raises:
            CacheError: nothing is installed that understands the URL.
        """
        root = os.fspath(root)
        self.root = root if "://" in root else os.path.abspath(root)  # a copy may wake up in another folder
        self.store: Store = open_store(self.root)
        self.catalog = Catalog(self.store)
        self._indexes: dict[str, KeyIndex] = {}

    def __reduce__(self) -> tuple:
        return PredictionCache, (self.root,)

    @property
    def damaged(self) -> Mapping[str, Problem]:
        """Path of a segment that was left out -> what is wrong with it, as far as one was met."""
        return self.catalog.damaged

    def fingerprints(self) -> list[str]:
        """Fingerprints of which there is something, sorted."""
        return [name for name in self.store.names("") if is_fingerprint(name)]

    def states(self, fingerprint: str, sha256: np.ndarray) -> np.ndarray:
        """What is known of pictures.

        Args:
            fingerprint: of the auto-labeler.
            sha256: uint8 [P, 32].

        Returns:
            uint8 [P]; `PictureState`.

        Raises:
            CacheError: the cache cannot be read.
        """
        index = self.index(fingerprint)
        return index.take(index.states, index.find(sha256))

    def missing(self, fingerprint: str, sha256: np.ndarray, *, retry_failed: bool = False) -> np.ndarray:
        """bool [P]; pictures to ask the auto-labeler about: those it was never asked, or also those that failed."""
        states = self.states(fingerprint, sha256)
        return states != PictureState.DONE if retry_failed else states == PictureState.ABSENT

    def writer(
        self,
        fingerprint: str,
        *,
        autolabeler: str = "",
        max_pictures: int = SEGMENT_PICTURES,
        max_seconds: float = SEGMENT_SECONDS,
    ) -> SegmentWriter:
        """A writer of new answers.

        Args:
            fingerprint: of the auto-labeler.
            autolabeler: its reference, ``pedestrian:v3``, for people who look at the cache.
            max_pictures: commit when so many were added.
            max_seconds: commit with the first picture that is added so long after the one that began a segment.
        """
        return SegmentWriter(
            self.store, fingerprint, autolabeler=autolabeler, max_pictures=max_pictures, max_seconds=max_seconds
        )

    def columns(self, fingerprint: str) -> tuple[str, ...]:
        """Names of the optional columns that all predictions of an auto-labeler have, sorted. Raises CacheError."""
        return tuple(spec.name for spec in _common(self.index(fingerprint).answering()))

    def require(self, fingerprint: str, names: Sequence[str]) -> None:
        """Ask for optional columns before any work.

        Raises:
            CacheError: there are no predictions, or some lack a column; names all such columns.
        """
        self._wanted(fingerprint, self.index(fingerprint).answering(), names)

    def read(self, fingerprint: str, sha256: np.ndarray, *, columns: Sequence[str] | None = None) -> RawPredictions:
        """The answers on pictures. Many pictures are read fastest in one call, or in calls sorted by digest.

        Args:
            fingerprint: of the auto-labeler.
            sha256: uint8 [P, 32].
            columns: names of the optional columns that are wanted; by default those that all these answers have.

        Returns:
            the answers in the order asked; their ``states`` tell which pictures are not in the cache.

        Raises:
            CacheError: some of the answers lack a wanted column, or the cache cannot be read.
        """
        while True:
            index = self.index(fingerprint)
            at = index.find(sha256)
            segments = index.answering(at)
            specs = _common(segments) if columns is None else self._wanted(fingerprint, segments, columns)
            try:
                return self.read_places(fingerprint, index, sha256, at, specs)
            except SegmentLostError:
                continue  # the index is made anew without it

    def read_places(
        self,
        fingerprint: str,
        index: KeyIndex,
        sha256: np.ndarray,
        at: np.ndarray,
        specs: Sequence[ColumnSpec],
    ) -> RawPredictions:
        """The answers at places of an index.

        Args:
            fingerprint: of the auto-labeler.
            index: from `index`.
            sha256: uint8 [P, 32].
            at: int64 [P]; from ``index.find(sha256)``.
            specs: optional columns that all predictions at these places have.

        Raises:
            SegmentLostError: one of the segments does not count any more.
        """
        from unify.autolabel.cache.segment import decode_rows

        table = blank_table(sha256, index.take(index.states, at), index.take(index.num_boxes, at), specs)
        owner = np.where(at >= 0, index.take(index.segment, at), -1)
        numbers = [number for number in np.unique(owner).tolist() if number >= 0]
        files = self.catalog.load(fingerprint, [index.segments[number] for number in numbers])
        for number, data in zip(numbers, files):
            rows = np.flatnonzero(owner == number)
            own = [spec for spec in specs if spec in index.segments[number].columns]
            fill_rows(table, rows, decode_rows(data, index.row[at[rows]], own))
        return table

    def index(self, fingerprint: str) -> KeyIndex:
        """The key index of all that was committed until now; only segments that are new are read.

        Raises:
            CacheError: the cache cannot be read.
        """
        from unify.autolabel.cache.segment import decode_keys

        check_fingerprint(fingerprint)
        while True:
            live = self.catalog.live(fingerprint)
            known = self._indexes.get(fingerprint, KeyIndex())
            if not {marker.id for marker in known.segments} <= live.keys():
                known = KeyIndex()  # what a segment had won that is gone now goes to the next best
            new = [live[each] for each in sorted(live.keys() - {marker.id for marker in known.segments})]
            try:
                keys = [decode_keys(data) for data in self.catalog.load(fingerprint, new)]
            except SegmentLostError:
                continue
            index = merge_segments(known, list(zip(new, keys))) if new else known
            self._indexes[fingerprint] = index
            return index

    def _wanted(self, fingerprint: str, segments: Sequence[Marker], names: Sequence[str]) -> tuple[ColumnSpec, ...]:
        known = {spec.name: spec for spec in _common(segments)}
        lacking = [name for name in names if name not in known]
        if lacking:
            raise lacking_columns(f"{self.root}/{fingerprint}", lacking, list(known), segments)
        return tuple(known[name] for name in names)


def _common(segments: Sequence[Marker]) -> tuple[ColumnSpec, ...]:
    return common_columns([(each.columns, each.pictures - each.failed, each.boxes) for each in segments])
