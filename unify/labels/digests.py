"""Digests of annotation files, remembered by size and modification time so that a large file is hashed once."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

from unify.core.digest import json_digest
from unify.files import write_whole

# A file changed again within its clock's tick keeps its modification time; two seconds is the coarsest tick in use.
_RACY_NS = 2_000_000_000


def digest_annotations(annotations: Path, files: Sequence[Path], state_dir: Path) -> str:
    """Digest of what a batch's annotation files hold.

    Args:
        annotations: the registered file or folder.
        files: every file that the format reads.
        state_dir: where digests are remembered.

    Returns:
        Hex sha256: of the file where ``annotations`` is the only one, else of the sorted (name, sha256) of all.

    Raises:
        OSError: a file cannot be read.
    """
    stats = [os.stat(path) for path in files]
    fingerprint = [[str(path), stat.st_size, stat.st_mtime_ns] for path, stat in zip(files, stats)]
    memo = state_dir / "digests" / f"{json_digest(str(annotations))[:32]}.json"
    known = _load(memo)
    if known.get("files") == json_digest(fingerprint):
        return known["sha256"]
    started_ns = time.time_ns()
    sha256 = _digest_files(annotations, files)
    if all(stat.st_mtime_ns < started_ns - _RACY_NS for stat in stats):
        write_whole(memo, json.dumps({"files": json_digest(fingerprint), "sha256": sha256}).encode())
    return sha256


def _digest_files(annotations: Path, files: Sequence[Path]) -> str:
    digests = {os.path.relpath(path, annotations): _digest_file(path) for path in files}
    return digests["."] if list(digests) == ["."] else json_digest(sorted(digests.items()))


def _digest_file(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load(memo: Path) -> dict[str, str]:
    try:
        known = json.loads(memo.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
