"""Files that appear whole or not at all, changed by one process at a time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def registry_guard(workspace: Path) -> Iterator[None]:
    """Holds the right to change files under ``registry/``; waits for whoever holds it now.

    The system takes it back from a process that dies.
    """
    import filelock

    state = workspace / ".unify"
    state.mkdir(exist_ok=True)
    with filelock.FileLock(state / "registry.lock"):
        yield


def write_whole(path: Path, content: bytes) -> None:
    """Replaces a file in one step: whoever reads it, or kills this process, sees the old bytes or the new ones.

    Folders on the way are made, the file's mode is kept, and a link is followed rather than replaced.

    Raises:
        OSError: the file cannot be written; it is as it was.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
