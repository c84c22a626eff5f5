"""Files that appear whole or not at all, changed by one process at a time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unify.errors import OutputError, Problem


@contextmanager
def registry_guard(workspace: Path) -> Iterator[None]:
    """Holds the right to change files under ``registry/``; waits for whoever holds it now.

    The system takes it back from a process that dies.

    Raises:
        OutputError: the workspace cannot be written to.
    """
    import filelock

    state = workspace / ".unify"
    try:
        state.mkdir(exist_ok=True)
        lock = filelock.FileLock(state / "registry.lock")
        lock.acquire()
    except OSError as error:
        raise _not_written(state, error) from error
    try:
        yield
    finally:
        lock.release()


def write_whole(path: Path, content: bytes) -> None:
    """Replaces a file in one step: whoever reads it, or kills this process, sees the old bytes or the new ones.

    Folders on the way are made, the file's mode is kept, and a link is followed rather than replaced.

    Raises:
        OutputError: the file cannot be written; it is as it was.
    """
    path = path.resolve()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    except OSError as error:
        raise _not_written(path, error) from error


def _replace(path: Path, content: bytes) -> None:
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


def _not_written(path: Path, error: OSError) -> OutputError:
    fix = "check the free space and your rights on the folder"
    return OutputError(Problem(str(path), f"cannot be written: {error.strerror}", fix=fix))
