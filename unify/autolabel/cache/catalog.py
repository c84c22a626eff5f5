"""Which segments of a cache count, and their bytes once they were found whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import google_crc32c

from unify.autolabel.cache.marker import Marker, decode_marker
from unify.autolabel.cache.names import COMMITS, MARKER_SUFFIX, id_in, marker_path, segment_path
from unify.autolabel.cache.store import Store
from unify.errors import Problem

DROP_DAMAGED = "nothing: its pictures are asked again, and after a day `unify cache prune` deletes it"


class SegmentLostError(Exception):
    """A segment that counted is damaged, or was compacted away: ask again which count."""


class Catalog:
    """The markers of a cache. They never change, so each is read once.

    Attributes:
        damaged: path of a segment that does not count -> what is wrong with it, as far as it was met.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._markers: dict[str, Marker] = {}
        self.damaged: dict[str, Problem] = {}

    def committed(self, fingerprint: str) -> dict[str, Marker]:
        """Every segment with a marker, by id, in the order of commits.

        Raises:
            CacheError: a newer version of unify wrote a marker, or the store cannot be read.
        """
        names = self._store.names(f"{fingerprint}/{COMMITS}")
        ids = [segment_id for name in names if (segment_id := id_in(name, MARKER_SUFFIX))]
        paths = {segment_id: marker_path(fingerprint, segment_id) for segment_id in ids}
        unread = [path for path in paths.values() if path not in self._markers]
        for path, data in zip(unread, self._store.read_all(unread)):
            marker = decode_marker(data, f"{self._store.where}/{path}") if data is not None else None
            if marker:
                self._markers[path] = marker
        return {each: self._markers[path] for each, path in paths.items() if path in self._markers}

    def live(self, fingerprint: str) -> dict[str, Marker]:
        """The segments that count: committed, not replaced, and not known to be damaged. Raises as `committed`."""
        committed = self.committed(fingerprint)
        whole = {each: marker for each, marker in committed.items() if not self.is_damaged(fingerprint, each)}
        replaced = {each for marker in whole.values() for each in marker.replaces}
        return {each: marker for each, marker in whole.items() if each not in replaced}

    def load(self, fingerprint: str, markers: Sequence[Marker]) -> Iterator[bytes]:
        """The files of some segments, each compared with its marker.

        Raises:
            SegmentLostError: one is not what was committed; if it should be, it is among the damaged from now on.
            CacheError: the store cannot be read.
        """
        paths = [segment_path(fingerprint, marker.id) for marker in markers]
        for marker, path, data in zip(markers, paths, self._store.read_all(paths)):
            problem = self._what_is_wrong(fingerprint, marker, path, data)
            if problem:
                self.damaged[path] = problem
            if problem or data is None:
                raise SegmentLostError
            yield data

    def is_damaged(self, fingerprint: str, segment_id: str) -> bool:
        """Whether a segment was met that is not what was committed."""
        return segment_path(fingerprint, segment_id) in self.damaged

    def _what_is_wrong(self, fingerprint: str, marker: Marker, path: str, data: bytes | None) -> Problem | None:
        where = f"{self._store.where}/{path}"
        if data is None:
            # Segments go after their markers, so a segment that went by intention has none any more.
            there = marker.id in {id_in(name, MARKER_SUFFIX) for name in self._store.names(f"{fingerprint}/{COMMITS}")}
            what = f"the segment of {marker.pictures:,} pictures is missing"
            return Problem(where, what, fix=DROP_DAMAGED) if there else None
        expected, got = (marker.num_bytes, marker.crc32c), (len(data), google_crc32c.value(data))
        if got == expected:
            return None
        return Problem(
            where,
            f"the segment of {marker.pictures:,} pictures is damaged",
            got=_seal(*got),
            expected=_seal(*expected),
            fix=DROP_DAMAGED,
        )


def _seal(num_bytes: int, crc32c: int) -> str:
    return f"{num_bytes:,} bytes, crc32c {crc32c:08x}"
