"""A folder that appears whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unify.files import TEMPORARY, cannot_write


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A new folder to fill that takes the place of ``folder`` when all of it is there. Call it as `only_writer`.

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
