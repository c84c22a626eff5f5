"""Records as columns: what every number of a report is counted from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np

from unify.core.taxonomy import Taxonomy
from unify.core.types import JsonObject
from unify.records.counts import HUMAN
from unify.records.manifest import taxonomy_of

TRAIN = "train"  # the split that a detector learns from; the others measure it


class Knowledge(IntEnum):
    """What is known of one class on one picture, and by whom."""

    LABELED = 0  # a person searched the picture: no box means absent
    INCOMPLETE = 1  # a person's boxes are real, others may be missing
    MACHINE = 2  # nobody looked; an auto-labeler filled the class
    ASSUMED = 3  # nobody looked; method naive calls the class absent all the same
    UNKNOWN = 4  # nobody looked


STATES = tuple(each.name.lower() for each in Knowledge)
"""Names of `Knowledge` by value, in the order to show."""


@dataclass(frozen=True)
class DatasetNames:
    """What the indices of a dataset's columns stand for. C classes, B batches, S splits, Q sources.

    Attributes:
        manifest: the dataset's manifest.
    """

    manifest: JsonObject

    @cached_property
    def taxonomy(self) -> Taxonomy:
        return taxonomy_of(self.manifest)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """C names, ascending by id. Class columns are dense here: ids that the taxonomy skips have none."""
        return tuple(self.taxonomy.names.values())

    @cached_property
    def column_of_id(self) -> dict[int, int]:
        """Class id -> class column."""
        return {class_id: column for column, class_id in enumerate(self.taxonomy.names)}

    @cached_property
    def tasks(self) -> tuple[str, ...]:
        """The taxonomy's tasks, in its order."""
        return tuple(self.taxonomy.tasks)

    @cached_property
    def batches(self) -> tuple[str, ...]:
        """B references, in the order of the config: a later one won disagreements."""
        return tuple(str(each["batch"]) for each in self.manifest["inputs"])

    @cached_property
    def splits(self) -> tuple[str, ...]:
        """S names, ``train`` first."""
        return tuple(sorted(self.manifest["splits"], key=lambda split: (split != TRAIN, split)))

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Q sources of boxes, ``human`` first."""
        found = {source for entry in self.manifest["classes"].values() for source in entry["sources"]}
        return (HUMAN, *sorted(found - {HUMAN}))

    @cached_property
    def labeled_by_batch(self) -> np.ndarray:
        """bool [B, C]: classes that a batch says its people searched for."""
        rows = [each.get("reading", {}).get("labeled_classes", ()) for each in self.manifest["inputs"]]
        return np.array([[name in row for name in self.classes] for row in rows], bool).reshape(-1, len(self.classes))

    @cached_property
    def naive(self) -> np.ndarray:
        """bool [C]: classes of tasks whose method is ``naive``."""
        return np.array([self.method_of(name) == "naive" for name in self.classes], bool)

    @cached_property
    def filled(self) -> np.ndarray:
        """bool [C]: classes that an auto-labeler of the dataset fills."""
        names = {name for each in self.manifest["autolabelers"] for name in each["classes"]}
        return np.array([name in names for name in self.classes], bool)

    def method_of(self, name: str) -> str:
        """The method of a class's task."""
        return self.manifest["method"].get(self.taxonomy.task_of[name], "")


@dataclass(frozen=True)
class PictureColumns:
    """Some pictures of a dataset. P pictures, N boxes, C class columns, B batches.

    Attributes:
        sha256: uint8 [P, 32]; the picture's identity.
        place: int64 [P, 2]; index of the shard in the manifest, byte of the record in it.
        split: int64 [P]; index into `DatasetNames.splits`.
        in_batch: bool [P, B].
        state: uint8 [P, C]; `State` as the record says it.
        absence_weight: float32 [P, C]; 0 where the class is not labeled.
        box_picture: int64 [N], ascending.
        box_class: int64 [N]; class column.
        boxes_xyxy: float32 [N, 4]; stored pixels.
        weight: float32 [N].
        box_weight: float32 [N].
        score: float32 [N].
        source: int64 [N]; index into `DatasetNames.sources`, 0 human.
        crowd: bool [N].
    """

    sha256: np.ndarray
    place: np.ndarray
    split: np.ndarray
    in_batch: np.ndarray
    state: np.ndarray
    absence_weight: np.ndarray
    box_picture: np.ndarray
    box_class: np.ndarray
    boxes_xyxy: np.ndarray
    weight: np.ndarray
    box_weight: np.ndarray
    score: np.ndarray
    source: np.ndarray
    crowd: np.ndarray

    def __len__(self) -> int:
        return len(self.split)

    @property
    def machine(self) -> np.ndarray:
        """bool [N]: the box is not a person's."""
        return self.source > 0
