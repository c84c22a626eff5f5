"""What the files of a cache are called: everything a listing alone can tell."""

from __future__ import annotations

import re
import secrets
import time

SEGMENTS, COMMITS = "segments", "commits"
RECENT_SECONDS = 24 * 3600
SEGMENT_SUFFIX, MARKER_SUFFIX = ".parquet", ".json"

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_SEGMENT_ID = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}")


def check_fingerprint(fingerprint: str) -> str:
    """The fingerprint itself, which names a folder.

    Raises:
        ValueError: it is not 64 hexadecimal digits.
    """
    if not is_fingerprint(fingerprint):
        raise ValueError(f"a fingerprint is 64 hexadecimal digits, not {fingerprint!r}")
    return fingerprint


def is_fingerprint(name: str) -> bool:
    return _FINGERPRINT.fullmatch(name) is not None


def new_segment_id() -> str:
    """A name nobody else takes: nanoseconds since 1970, then 64 random bits."""
    return f"{time.time_ns():016x}-{secrets.token_hex(8)}"


def time_ns_of(segment_id: str) -> int:
    """When a segment was written, by its writer's clock."""
    return int(segment_id[:16], 16)


def is_recent(segment_id: str) -> bool:
    """Whether a segment may still be in the making, or on its way between machines."""
    return time.time_ns() - time_ns_of(segment_id) < RECENT_SECONDS * 10**9


def id_in(file_name: str, suffix: str) -> str | None:
    """``<id>.parquet`` or ``<id>.json`` -> its segment's id; None for other names."""
    stem = file_name.removesuffix(suffix)
    return stem if stem != file_name and _SEGMENT_ID.fullmatch(stem) else None


def segment_path(fingerprint: str, segment_id: str) -> str:
    return f"{fingerprint}/{SEGMENTS}/{segment_id}{SEGMENT_SUFFIX}"


def marker_path(fingerprint: str, segment_id: str) -> str:
    return f"{fingerprint}/{COMMITS}/{segment_id}{MARKER_SUFFIX}"
