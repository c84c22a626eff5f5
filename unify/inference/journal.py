"""What models were looking at when their process died: how the one picture is found that kills its worker.

Every batch is noted before the model sees it, and the note is removed afterwards. A note that is left is a death.
Pictures of such a batch are looked at one by one the next time; one that was there at two deaths, at one of them
alone, is not looked at again. So a worker that is killed from outside costs no picture.
"""

from __future__ import annotations

import faulthandler
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

DEATHS = 2  # with the same picture before it is blamed

_TIMEOUT = "Timeout"  # how `faulthandler` begins what it writes


@dataclass(frozen=True)
class Suspicion:
    """What the deaths of workers say of an auto-labeler's pictures.

    Attributes:
        suspects: hex digests of pictures to look at one by one.
        poison: hex digests of pictures not to look at.
        endless: those of ``poison`` that were looked at for too long.
    """

    suspects: frozenset[str]
    poison: frozenset[str]
    endless: frozenset[str] = frozenset()


class _Note(NamedTuple):
    sha256: list[str]
    timed_out: bool


@dataclass(frozen=True)
class Journal:
    """The notes of one run, in a folder that all its workers see."""

    folder: Path

    @contextmanager
    def looking(self, fingerprint: str, sha256: Sequence[str], seconds: float) -> Iterator[None]:
        """Note that an auto-labeler looks at pictures, for as long as it does; at none of them while it is loaded.

        After so many seconds this process ends, whatever it is doing: a model that hangs in foreign code hears no
        signal and sees no exception. The watchdog waits in a thread that needs no lock of Python, and adds to the note
        where the model hung.
        """
        path = self.folder / f"{fingerprint}-{uuid.uuid4().hex}"
        with open(path, "w") as note:
            note.write("".join(f"{each}\n" for each in sha256))
            note.flush()
            faulthandler.dump_traceback_later(seconds, exit=True, file=note)
            try:
                yield
            finally:  # an exception is no death
                faulthandler.cancel_dump_traceback_later()
                path.unlink(missing_ok=True)  # nor is the end of the run, which takes the folder along

    def suspicion(self, fingerprint: str) -> Suspicion:
        """What is known by now. Notes of workers that are alive are among it: ask for pictures of no one else."""
        notes = list(self._notes(fingerprint))
        suspects = frozenset(each for note in notes for each in note.sha256)
        alone = {note.sha256[0]: note.timed_out for note in notes if len(note.sha256) == 1}
        poison = frozenset(each for each in alone if sum(each in note.sha256 for note in notes) >= DEATHS)
        return Suspicion(suspects - poison, poison, frozenset(each for each in poison if alone[each]))

    def timed_out(self, fingerprint: str) -> bool:
        """Whether an auto-labeler took too long, over pictures or over being loaded."""
        return any(note.timed_out for note in self._notes(fingerprint))

    def _notes(self, fingerprint: str) -> Iterator[_Note]:
        for path in self.folder.glob(f"{fingerprint}-*"):
            with suppress(FileNotFoundError):  # someone else's, who is done by now
                digests, timed_out, _ = path.read_text(errors="replace").partition(_TIMEOUT)
                yield _Note(digests.split(), bool(timed_out))
