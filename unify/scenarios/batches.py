"""What a scenario is made of, and the batches it becomes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from unify.registry.edit import register_dataset
from unify.scenarios.coco_file import write_coco
from unify.scenarios.truth import Truth

TRAIN, WITHHELD, VALIDATION, TEST = "train", "withheld", "val", "test"


@dataclass(frozen=True)
class PictureSet:
    """Pictures of one folder.

    Attributes:
        images: the folder, absolute or relative to the workspace.
        truths: what is on each.
    """

    images: str
    truths: tuple[Truth, ...]


@dataclass(frozen=True)
class Material:
    """Pictures of which everything is known, and the tasks that shall each know a part.

    Attributes:
        tasks: task -> its classes; what else is on the pictures is left out.
        train: pictures to train on.
        validation: pictures to calibrate specialists on; there may be none.
        test: pictures to measure on.
    """

    tasks: Mapping[str, tuple[str, ...]]
    train: PictureSet
    validation: PictureSet
    test: PictureSet


def write_batches(folder: Path, material: Material, labeled: Mapping[str, Collection[int]]) -> None:
    """Write every task's annotations into a workspace, and register them.

    A batch that would hold no picture is not made.

    Args:
        folder: the workspace.
        material: the truth.
        labeled: task -> the training pictures that it labeled; the others are withheld from it.
    """
    train = material.train
    for task, classes in material.tasks.items():
        own = [truth for row, truth in enumerate(train.truths) if row in labeled[task]]
        others = [truth for row, truth in enumerate(train.truths) if row not in labeled[task]]
        write_batch(folder, f"{task}:{TRAIN}", train.images, own, classes)
        write_batch(folder, f"{task}:{WITHHELD}", train.images, others, classes, notes="what nobody was asked for")
        for batch, part in ((VALIDATION, material.validation), (TEST, material.test)):
            write_batch(folder, f"{task}:{batch}", part.images, part.truths, classes, split=batch)


def write_batch(
    folder: Path, ref: str, images: str, truths: Sequence[Truth], classes: Sequence[str], **optional: str
) -> None:
    """Write the annotations of one batch, all that its pictures show of some classes, and register it.

    Args:
        folder: the workspace.
        ref: ``task:batch``.
        images: folder of the pictures, absolute or relative to the workspace.
        truths: what is on each picture; without any, no batch is made.
        classes: the classes that are labeled.
        **optional: other keys of the batch.
    """
    if not truths:
        return
    task, _, batch = ref.partition(":")
    annotations = Path("data/labels") / task / f"{batch}.json"
    (folder / annotations).parent.mkdir(parents=True, exist_ok=True)
    write_coco(folder / annotations, truths, classes)
    register_dataset(folder, ref, annotations, images, **optional)
