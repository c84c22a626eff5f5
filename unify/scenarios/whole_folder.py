"""A folder that appears whole or not at all, made by one process at a time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unify.files import TEMPORARY, cannot_write


@contextmanager
def only_maker(folder: Path) -> Iterator[None]:
    """Hold the right to make ``folder``; waits for whoever holds it now.

    Raises:
        OutputError: the folder above it cannot be written to.
    """
    import filelock

    lock = filelock.FileLock(folder.with_name(f".{folder.name}.lock"))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        yield
    finally:
        lock.release()  # the empty file stays: removing it would let a third process lock another file of that name


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A new folder to fill that takes the place of ``folder`` when all of it is there. Call it as `only_maker`.

    Raises:
        OutputError: it cannot be written; what stood there is as it was.
    """
    new, old = (folder.with_name(f".{folder.name}{TEMPORARY}{what}") for what in ("new", "old"))
    try:
        _remove(new, old)  # of a maker that was killed
        new.mkdir()
        yield new
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except OSError as error:
        raise cannot_write(folder, error) from error
    finally:
        _remove(new, old)


def _remove(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
