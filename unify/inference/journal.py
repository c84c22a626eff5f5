"""What models were looking at when their process died: how the one picture is found that kills its worker.

Every batch is noted before the model sees it, and the note is removed afterwards. A note that is left is a death.
Pictures of such a batch are looked at one by one the next time; one that was there at two deaths, at one of them
alone, is not looked at again. So a worker that is killed from outside costs no picture.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

DEATHS = 2  # with the same picture before it is blamed


@dataclass(frozen=True)
class Suspicion:
    """What the deaths of workers say of an auto-labeler's pictures.

    Attributes:
        suspects: hex digests of pictures to look at one by one.
        poison: hex digests of pictures not to look at.
    """

    suspects: frozenset[str]
    poison: frozenset[str]


@dataclass(frozen=True)
class Journal:
    """The notes of one run, in a folder that all its workers see."""

    folder: Path

    @contextmanager
    def looking(self, fingerprint: str, sha256: Sequence[str]) -> Iterator[None]:
        """Note that an auto-labeler looks at pictures, for as long as it does."""
        note = self.folder / f"{fingerprint}-{uuid.uuid4().hex}"
        note.write_text("\n".join(sha256))
        try:
            yield
        finally:  # an exception is no death
            note.unlink()

    def suspicion(self, fingerprint: str) -> Suspicion:
        """What is known by now. Notes of workers that are alive are among it: ask for pictures of no one else."""
        notes = list(self._notes(fingerprint))
        suspects = frozenset(each for note in notes for each in note)
        alone = {note[0] for note in notes if len(note) == 1}
        poison = {each for each in alone if sum(each in note for note in notes) >= DEATHS}
        return Suspicion(suspects - poison, frozenset(poison))

    def _notes(self, fingerprint: str) -> Iterator[list[str]]:
        for path in self.folder.glob(f"{fingerprint}-*"):
            with suppress(FileNotFoundError):  # someone else's, who is done by now
                yield path.read_text().split()
