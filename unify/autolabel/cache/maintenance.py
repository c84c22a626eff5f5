"""What a person does with a cache: look at it, check it, throw away what nobody needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from unify.autolabel.cache.cache import PredictionCache
from unify.autolabel.cache.catalog import DROP_DAMAGED, SegmentLostError
from unify.autolabel.cache.commit import remove_segments
from unify.autolabel.cache.marker import Marker
from unify.autolabel.cache.names import (
    COMMITS,
    MARKER_SUFFIX,
    SEGMENT_SUFFIX,
    SEGMENTS,
    id_in,
    is_recent,
    marker_path,
)
from unify.autolabel.cache.table import PictureState
from unify.errors import Problem


@dataclass(frozen=True)
class CacheEntry:
    """What a cache holds of one auto-labeler.

    Attributes:
        fingerprint: which one.
        autolabelers: references it was called by, sorted.
        pictures: pictures it answered, each once; failed ones are not among them.
        failed: pictures it could not process.
        boxes: on all pictures.
        segments: files that count.
        num_bytes: of all committed files, by their markers.
        last_commit: when something was added last.
    """

    fingerprint: str
    autolabelers: tuple[str, ...]
    pictures: int
    failed: int
    boxes: int
    segments: int
    num_bytes: int
    last_commit: datetime


@dataclass(frozen=True)
class VerifyReport:
    """What `verify` found.

    Attributes:
        segments: segments that count, whole ones.
        pictures: in them; a picture in several counts as often.
        num_bytes: of them.
        problems: what is damaged.
    """

    segments: int
    pictures: int
    num_bytes: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class PruneReport:
    """What `prune` removed, or would remove.

    Attributes:
        removed: what was held of the auto-labelers that are gone now.
        kept: what stays.
        leftovers: files that do not count: a killed writer left them, or they are damaged.
    """

    removed: tuple[CacheEntry, ...]
    kept: tuple[CacheEntry, ...]
    leftovers: int


def contents(cache: PredictionCache) -> list[CacheEntry]:
    """What a cache holds, newest first. Raises CacheError where it cannot be read."""
    entries = []
    for fingerprint in cache.fingerprints():
        index = cache.index(fingerprint)
        committed = cache.catalog.committed(fingerprint).values()
        if committed:
            entries.append(
                CacheEntry(
                    fingerprint=fingerprint,
                    autolabelers=tuple(sorted({name for marker in committed for name in marker.autolabelers})),
                    pictures=int((index.states == PictureState.DONE).sum()),
                    failed=int((index.states == PictureState.FAILED).sum()),
                    boxes=int(index.num_boxes.sum()),
                    segments=len(index.segments),
                    num_bytes=sum(marker.num_bytes for marker in committed),
                    last_commit=datetime.fromtimestamp(max(marker.last_ns for marker in committed) / 1e9, UTC),
                )
            )
    return sorted(entries, key=lambda entry: entry.last_commit, reverse=True)


def verify(cache: PredictionCache, *, progress: Callable[[int], None] | None = None) -> VerifyReport:
    """Compare every segment with its marker, byte by byte.

    What is damaged does not count from then on, here and in every other process that meets it.

    Args:
        cache: the cache.
        progress: called with the number of pictures just read.

    Raises:
        CacheError: it cannot be read.
    """
    whole: list[Marker] = []
    problems: list[Problem] = []
    for fingerprint in cache.fingerprints():
        problems += _marker_problems(cache, fingerprint)
        for marker in cache.catalog.live(fingerprint).values():
            try:
                list(cache.catalog.load(fingerprint, [marker]))
            except SegmentLostError:
                continue
            whole.append(marker)
            if progress:
                progress(marker.pictures)
    pictures, num_bytes = sum(each.pictures for each in whole), sum(each.num_bytes for each in whole)
    return VerifyReport(len(whole), pictures, num_bytes, (*problems, *cache.damaged.values()))


def _marker_problems(cache: PredictionCache, fingerprint: str) -> Iterator[Problem]:
    committed = cache.catalog.committed(fingerprint)
    for name in cache.store.names(f"{fingerprint}/{COMMITS}"):
        segment_id = id_in(name, MARKER_SUFFIX)
        if segment_id and segment_id not in committed:
            where = f"{cache.store.where}/{marker_path(fingerprint, segment_id)}"
            yield Problem(where, "the commit marker is damaged, so its segment does not count", fix=DROP_DAMAGED)


def prune(
    cache: PredictionCache, keep: Collection[str], *, older_than_days: float = 0.0, dry_run: bool = False
) -> PruneReport:
    """Remove what is held of auto-labelers that nobody needs, and what killed writers left behind.

    Args:
        cache: the cache.
        keep: fingerprints that stay, whatever their age.
        older_than_days: of the others, those stay to which something was added since.
        dry_run: only say what would be removed.

    Raises:
        CacheError: the cache cannot be read or written.
    """
    entries = contents(cache)
    since = datetime.now(UTC) - timedelta(days=older_than_days)
    removed = tuple(each for each in entries if each.fingerprint not in keep and each.last_commit <= since)
    kept = tuple(each for each in entries if each not in removed)
    stay = [each for each in cache.fingerprints() if each not in [entry.fingerprint for entry in removed]]
    leftovers = [path for fingerprint in stay for path in _leftovers(cache, fingerprint)]
    if not dry_run:
        for path in leftovers:
            cache.store.delete(path)
        for entry in removed:
            remove_segments(cache.store, entry.fingerprint, list(cache.catalog.committed(entry.fingerprint)))
    return PruneReport(removed, kept, len(leftovers))


def _leftovers(cache: PredictionCache, fingerprint: str) -> Iterator[str]:
    """Files that do not count, nor will: never committed, or damaged, and a day old."""
    counting = {
        each for each in cache.catalog.committed(fingerprint) if not cache.catalog.is_damaged(fingerprint, each)
    }
    for folder, suffix in ((COMMITS, MARKER_SUFFIX), (SEGMENTS, SEGMENT_SUFFIX)):  # markers first
        for name in cache.store.names(f"{fingerprint}/{folder}"):
            segment_id = id_in(name, suffix)
            if segment_id and segment_id not in counting and not is_recent(segment_id):
                yield f"{fingerprint}/{folder}/{name}"
        yield from cache.store.unfinished(f"{fingerprint}/{folder}")
