"""Keeps what libraries write to standard error out of a person's sight, and within reach."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from unify.files import cannot_write

LOG = "log.txt"


@contextmanager
def stderr_in(path: Path, progress: Callable[[int], None]) -> Iterator[Callable[[int], None]]:
    """Standard error goes into a file for a while; yields ``progress``, which still writes where it would have.

    It is the file descriptor that is exchanged: TensorFlow writes notes on its own build past every log level.

    Raises:
        OSError: the file cannot be written.
    """
    with open(path, "wb") as log, _stderr_to(log.fileno()) as terminal:

        def tell(items: int) -> None:
            with _stderr_to(terminal):
                progress(items)

        yield tell


@contextmanager
def fresh_folder(folder: Path, progress: Callable[[int], None]) -> Iterator[Callable[[int], None]]:
    """An empty folder for what is made now, with a log; what an earlier attempt left there is removed.

    Yields ``progress`` as `stderr_in` does.

    Raises:
        OutputError: the folder cannot be written.
    """
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with stderr_in(folder / LOG, progress) as tell:
            yield tell
    except OSError as error:
        raise cannot_write(folder, error) from error


@contextmanager
def _stderr_to(target: int) -> Iterator[int]:
    """File descriptor 2 of the process is another one for a while; yields one that is what it was."""
    before = os.dup(2)
    try:
        os.dup2(target, 2)
        yield before
    finally:
        os.dup2(before, 2)
        os.close(before)
