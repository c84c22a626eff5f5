"""Trains one specialist and saves it as an auto-labeler's model. Done in a worker process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from unify.core.digest import json_digest
from unify.executors.quiet import fresh_folder
from unify.files import write_whole
from unify.registry.trial_objects import DetectorSettings

RECIPE = 2  # raised whenever the same inputs train another specialist
MODEL = "model.keras"
_CARD = "card.json"


@dataclass(frozen=True)
class SpecialistJob:
    """A specialist that is wanted.

    Attributes:
        ref: reference, ``pedestrian:v1``.
        classes: what it finds.
        folder: absolute; its model, card and log.
        dataset: absolute folder of the unified dataset to train on.
        digest: of that dataset.
        settings: of the detector.
        seed: of initialisation, batch order and augmentation.
    """

    ref: str
    classes: tuple[str, ...]
    folder: Path
    dataset: Path
    digest: str
    settings: DetectorSettings
    seed: int

    def __str__(self) -> str:
        return f"specialist {self.ref}"

    @property
    def card(self) -> dict[str, object]:
        """All that decides the model."""
        made_by = {"recipe": RECIPE, "dataset": self.digest, "seed": self.seed, "detector": asdict(self.settings)}
        return {"classes": list(self.classes), **made_by}


def is_trained(job: SpecialistJob) -> bool:
    """Whether the folder holds this specialist; its card is written last."""
    try:
        found = json.loads((job.folder / _CARD).read_bytes())
    except (OSError, ValueError):
        return False
    return json_digest(found) == json_digest(job.card) and (job.folder / MODEL).is_file()


def train_specialist(job: SpecialistJob, progress: Callable[[int], None]) -> str:
    """Train and save; returns the reference. ``progress`` is told of every gradient step.

    Raises:
        UnifyError: the dataset is damaged, or training broke down.
        OutputError: the folder cannot be written.
    """
    with fresh_folder(job.folder, progress) as tell:
        _train(job, tell)
    return job.ref


def _train(job: SpecialistJob, progress: Callable[[int], None]) -> None:
    import keras

    from unify.train.detector.train import train

    keras.backend.clear_session()  # a worker trains several
    detector = train(job.dataset, job.settings, seed=job.seed, progress=progress).detector
    detector.specialist(job.classes).save(job.folder / MODEL)
    write_card(job)


def write_card(job: SpecialistJob) -> None:
    """Say that the folder holds this specialist; once it does."""
    write_whole(job.folder / _CARD, (json.dumps(job.card, indent=1) + "\n").encode())
