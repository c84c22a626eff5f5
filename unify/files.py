"""Files that appear whole or not at all: whoever reads one, or kills its writer, sees the old bytes or the new ones."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

from unify.errors import OutputError, Problem

TEMPORARY = ".tmp-"  # part of every unfinished file's name: what a killed writer leaves behind is safe to delete
_numbers = count()


@contextmanager
def whole_file(path: Path, *, durable: bool = False) -> Iterator[BinaryIO]:
    """A file to write that gets its name when all of it is written.

    Folders on the way are made, the mode of a file that is replaced is kept, and a link is followed, not replaced.

    Args:
        path: the file; one that exists is replaced in one step.
        durable: also survive a power cut, for which the writer waits until the disk has the bytes.

    Raises:
        OutputError: it cannot be written; what stood there is as it was.
    """
    path = path.resolve()
    # Short, because the name itself may be as long as names can be.
    beside = path.with_name(f"{TEMPORARY}{os.getpid()}-{next(_numbers)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(beside, "wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with suppress(OSError):
            beside.unlink()


def write_whole(path: Path, *parts: bytes, durable: bool = False) -> None:
    """Write ``parts``, bytes or anything with a buffer, one after the other; see `whole_file`."""
    with whole_file(path, durable=durable) as file:
        file.writelines(parts)


def cannot_write(path: Path, error: OSError) -> OutputError:
    """The error for a place that cannot be written."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    fix = "free space on the disk" if full else "check your rights on the folder, or choose another place"
    return OutputError(Problem(str(path), f"cannot be written: {error.strerror or error}", fix=fix))
