"""An output folder that appears whole or not at all.

Work goes on in ``.<name>.compiling`` beside the output. Every finished part is renamed into place and then noted, so a
process killed at any moment leaves finished parts, notes that are true, and nothing else that counts. The same command
picks them up; at the end one rename publishes the folder.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from unify.core.types import JsonObject
from unify.errors import OutputError, Problem
from unify.files import TEMPORARY, cannot_write, write_whole

NOTES = ".parts"  # inside the staging folder: one note a finished part, and the identity of the work
LOCK_WAIT_SECONDS = 2.0  # long enough for the children of a killed run to notice and end


@dataclass(frozen=True)
class Staging:
    """A folder under construction.

    Attributes:
        folder: where the parts are written.
        output: where the folder will stand.
    """

    folder: Path
    output: Path

    def notes(self) -> dict[str, JsonObject]:
        """part name -> what was noted when it was finished."""
        paths = sorted((self.folder / NOTES).glob("*.json"))
        return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}

    def note(self, part: str, facts: JsonObject) -> None:
        """Note that a part is finished; atomic."""
        write_whole(self.folder / NOTES / f"{part}.json", json.dumps(facts).encode(), durable=True)

    def publish(self, *, overwrite: bool) -> None:
        """Make the folder the output, in one rename; an old output is moved away first and removed afterwards."""
        shutil.rmtree(self.folder / NOTES)
        old = self.output.with_name(f".{self.output.name}.old")
        if self.output.is_dir() and not any(self.output.iterdir()):
            self.output.rmdir()  # an empty folder is no one's data
        if self.output.exists():
            if not overwrite:
                raise output_exists(self.output)
            shutil.rmtree(old, ignore_errors=True)
            self.output.rename(old)
        self.folder.rename(self.output)
        shutil.rmtree(old, ignore_errors=True)


def open_staging(output: Path, identity: str) -> Staging:
    """The staging folder of ``output`` for work known by ``identity``, with what an earlier run of it finished.

    Parts of another identity are removed: they belong to a compile whose inputs are no more. Call it as `only_writer`.
    """
    folder = output.with_name(f".{output.name}.compiling")
    mark = folder / NOTES / "identity"
    if folder.exists() and not (mark.exists() and mark.read_text() == identity):
        shutil.rmtree(folder)
    if not folder.exists():
        (folder / NOTES).mkdir(parents=True)
        write_whole(mark, identity.encode(), durable=True)
    for leftover in [*folder.glob(f"*{TEMPORARY}*"), *(folder / NOTES).glob(f"*{TEMPORARY}*")]:
        leftover.unlink()
    return Staging(folder, output)


@contextmanager
def only_writer(output: Path, *, patient: bool = False) -> Iterator[None]:
    """Hold the right to write ``output``; ``patient``: wait for whoever holds it now, however long.

    Raises:
        OutputError: another process holds it, or the folder above cannot be written.
    """
    lock = FileLock(output.with_name(f".{output.name}.lock"), timeout=-1 if patient else LOCK_WAIT_SECONDS)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        what = "another process is writing this output"
        fix = "wait until it is done, stop it, or choose another --output"
        raise OutputError(Problem(str(output), what, fix=fix)) from None
    except OSError as error:
        raise cannot_write(output, error) from error
    try:
        yield
    finally:
        lock.release()  # the empty file stays: removing it would let a third process lock another file of that name


def output_exists(output: Path) -> OutputError:
    """The error for an output that holds something else."""
    return OutputError(
        Problem(
            where=str(output),
            what="the output exists already",
            fix="choose another --output, or pass --overwrite to replace a unified dataset",
        )
    )
