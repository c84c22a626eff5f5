"""What a specialist learns from."""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "v1"


@dataclass(frozen=True)
class SpecialistTask:
    """What one specialist learns from.

    Attributes:
        task: the task, of which it finds all classes; also its name.
        train: selections of batches to train on.
        calibrate: selections of other batches, to measure it on.
    """

    task: str
    train: tuple[str, ...]
    calibrate: tuple[str, ...]

    @property
    def ref(self) -> str:
        return f"{self.task}:{VERSION}"
