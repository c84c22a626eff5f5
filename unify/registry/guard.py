"""One process at a time changes the registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unify.files import cannot_write


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
        raise cannot_write(state, error) from error
    try:
        yield
    finally:
        lock.release()
