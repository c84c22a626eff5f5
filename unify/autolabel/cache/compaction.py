"""Compaction: many small segments become few large ones, and what no longer counts is deleted.

Large segments hold for good, so the work is that of the small ones. May run beside writers and readers, and beside
itself: until the last of the new segments is committed there are answers twice, and from then on the old ones do not
count, whether or not their files are gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from unify.autolabel.cache.cache import PredictionCache
from unify.autolabel.cache.catalog import SegmentLostError
from unify.autolabel.cache.columns import ColumnSpec
from unify.autolabel.cache.commit import commit_segment, remove_segments
from unify.autolabel.cache.index import KeyIndex
from unify.autolabel.cache.marker import Marker

SEGMENT_BYTES = 64 * 2**20  # of a full segment: 400,000 pictures at 8 boxes
MANY_SEGMENTS = 64  # small ones, each of which costs every reader a millisecond


@dataclass(frozen=True)
class CompactReport:
    """What `compact` did for one fingerprint.

    Attributes:
        fingerprint: whose predictions.
        segments_before: files, of which some may not have counted.
        segments_after: files.
        bytes_before: of the files by their markers.
        bytes_after: of the files by their markers.
    """

    fingerprint: str
    segments_before: int
    segments_after: int
    bytes_before: int
    bytes_after: int


def compact(
    cache: PredictionCache,
    fingerprint: str,
    *,
    segment_bytes: int = SEGMENT_BYTES,
    progress: Callable[[int], None] | None = None,
) -> CompactReport:
    """Merge the small segments of a fingerprint, and delete those that are replaced.

    Args:
        cache: the cache.
        fingerprint: of the auto-labeler.
        segment_bytes: about the size of the new segments; those of half the size and more are left as they are.
        progress: called with the number of pictures just written.

    Raises:
        OutputError, CacheError: the cache cannot be written or read; every answer is still there.
    """
    while True:
        before = cache.catalog.committed(fingerprint)
        index = cache.index(fingerprint)
        try:
            _rewrite(cache, fingerprint, index, before, segment_bytes, progress or (lambda count: None))
            break
        except SegmentLostError:
            continue  # another one compacts too, or a segment is damaged since
    after = cache.catalog.committed(fingerprint)
    return CompactReport(fingerprint, len(before), len(after), _num_bytes(before.values()), _num_bytes(after.values()))


def compact_many(
    cache: PredictionCache, fingerprint: str, *, progress: Callable[[int], None] | None = None
) -> CompactReport | None:
    """`compact`, where more than `MANY_SEGMENTS` small segments have come together; None where it is not worth it."""
    small = [each for each in cache.catalog.live(fingerprint).values() if _is_small(each, SEGMENT_BYTES)]
    return compact(cache, fingerprint, progress=progress) if len(small) > MANY_SEGMENTS else None


def _rewrite(
    cache: PredictionCache,
    fingerprint: str,
    index: KeyIndex,
    committed: Mapping[str, Marker],
    segment_bytes: int,
    progress: Callable[[int], None],
) -> None:
    groups = _small_segments(index, segment_bytes)
    pieces = [piece for group in groups for piece in _pieces(index, group, segment_bytes)]
    replaced = {each for marker in index.segments for each in marker.replaces} & committed.keys()
    gone = [*(index.segments[number].id for group in groups for number in group), *sorted(replaced)]
    for number, (parts, places) in enumerate(pieces, start=1):
        sha256 = index.keys[places].view(np.uint8).reshape(-1, 32)
        commit_segment(
            cache.store,
            fingerprint,
            cache.read_places(fingerprint, index, sha256, places, parts[0].columns),
            autolabelers=sorted({name for part in parts for name in part.autolabelers}),
            # The first of all, so that what won before still wins.
            span_ns=(min(part.first_ns for part in parts), max(part.last_ns for part in parts)),
            replaces=gone if number == len(pieces) else (),
        )
        progress(len(places))
    remove_segments(cache.store, fingerprint, gone)


def _small_segments(index: KeyIndex, segment_bytes: int) -> list[list[int]]:
    """Numbers of the segments to merge with each other: small, of the same optional columns, and at least two."""
    groups: defaultdict[tuple[ColumnSpec, ...], list[int]] = defaultdict(list)
    for number, marker in enumerate(index.segments):
        if _is_small(marker, segment_bytes):
            groups[marker.columns].append(number)
    return [numbers for numbers in groups.values() if len(numbers) > 1]


def _is_small(marker: Marker, segment_bytes: int) -> bool:
    return 2 * marker.num_bytes < segment_bytes


def _pieces(index: KeyIndex, numbers: Sequence[int], segment_bytes: int) -> list[tuple[list[Marker], np.ndarray]]:
    """Segments to be: the segments to merge, and places of the index whose answers lie in them, int64 [R]."""
    parts = [index.segments[number] for number in numbers]
    places = np.flatnonzero(np.isin(index.segment, numbers))
    pictures_each = max(1, segment_bytes * sum(part.pictures for part in parts) // _num_bytes(parts))
    return [(parts, places[start : start + pictures_each]) for start in range(0, len(places), pictures_each)]


def _num_bytes(markers: Iterable[Marker]) -> int:
    return sum(marker.num_bytes for marker in markers)
