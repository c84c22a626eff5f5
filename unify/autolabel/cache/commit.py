"""The only place that writes: a segment, then its marker. Nobody reads what has no marker."""

from __future__ import annotations

from collections.abc import Sequence

import google_crc32c

from unify.autolabel.cache.marker import Marker, encode_marker
from unify.autolabel.cache.names import marker_path, new_segment_id, segment_path, time_ns_of
from unify.autolabel.cache.store import Store
from unify.autolabel.cache.table import PictureState, RawPredictions


def commit_segment(
    store: Store,
    fingerprint: str,
    table: RawPredictions,
    *,
    autolabelers: Sequence[str] = (),
    span_ns: tuple[int, int] | None = None,
    replaces: Sequence[str] = (),
) -> Marker:
    """Write a table as one segment.

    Args:
        store: where to.
        fingerprint: of the auto-labeler.
        table: pictures that are done or failed, digests ascending, each once.
        autolabelers: its reference, ``pedestrian:v3``, or several.
        span_ns: when the first and the last of these answers were first committed; now by default.
        replaces: segments that nobody needs from now on.

    Raises:
        OutputError: it cannot be written; nothing changed.
        CacheError: the object store refuses; nothing changed.
    """
    from unify.autolabel.cache.segment import encode_segment

    data = encode_segment(table)
    segment_id = new_segment_id()
    first_ns, last_ns = span_ns or (time_ns_of(segment_id),) * 2
    marker = Marker(
        id=segment_id,
        first_ns=first_ns,
        last_ns=last_ns,
        num_bytes=len(data),
        crc32c=google_crc32c.value(data),
        pictures=len(table),
        failed=int((table.states == PictureState.FAILED).sum()),
        boxes=len(table.scores),
        columns=table.specs,
        autolabelers=tuple(autolabelers),
        replaces=tuple(replaces),
    )
    store.write(segment_path(fingerprint, marker.id), data)
    store.write(marker_path(fingerprint, marker.id), encode_marker(marker))
    return marker


def remove_segments(store: Store, fingerprint: str, segment_ids: Sequence[str]) -> None:
    """Delete segments, markers first: what is left of them if this is interrupted counts as never committed."""
    for path_of in (marker_path, segment_path):
        for segment_id in segment_ids:
            store.delete(path_of(fingerprint, segment_id))
