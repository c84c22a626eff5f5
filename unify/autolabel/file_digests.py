"""Digests of large files, remembered for as long as a file is not touched."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path

from unify.files import write_whole

_WORTH_REMEMBERING = 2**20  # bytes; smaller files are hashed sooner than a note is found
# A file changed again within its clock's tick keeps its modification time; two seconds is the coarsest tick in use.
_RACY_NS = 2_000_000_000


def file_sha256(path: Path, state_dir: Path | None = None) -> str:
    """Hex sha256 of a file's bytes.

    Args:
        path: the file; a link is followed.
        state_dir: where digests of large files are kept, under ``weights/``; by default nothing is remembered.

    Raises:
        OSError: it cannot be read.
        OutputError: the note cannot be written.
    """
    status = os.stat(path)
    if state_dir is None or status.st_size < _WORTH_REMEMBERING:
        return _hash(path)
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:32]
    memo = state_dir / "weights" / f"{name}.json"
    was = [status.st_size, status.st_mtime_ns, status.st_ino]
    known = _load(memo)
    if known.get("file") == was:
        return known["sha256"]
    began_ns = time.time_ns()
    sha256 = _hash(path)
    if status.st_mtime_ns < began_ns - _RACY_NS:
        write_whole(memo, json.dumps({"file": was, "sha256": sha256}).encode())
    return sha256


def _hash(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load(memo: Path) -> dict:
    try:
        known = json.loads(memo.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
