"""The nouns of unify as columns.

Dimensions, everywhere: P pictures, N boxes, C class columns. Column ``c`` is the class with id ``c + 1``: id 0 is
background, and an id that the taxonomy skips is a column nobody ever labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

import numpy as np


class State(IntEnum):
    """What is known of one class on one picture. A larger value is stronger knowledge."""

    UNKNOWN = 0  # nobody looked
    INCOMPLETE = 1  # boxes are real, others may be missing
    LABELED = 2  # searched exhaustively: no box means absent


class Method(StrEnum):
    """What the compiler does with a class nobody labeled on a picture."""

    PARTIAL = "partial"
    HARD = "hard"
    SOFT = "soft"
    NAIVE = "naive"

    @property
    def needs_predictions(self) -> bool:
        return self in (Method.HARD, Method.SOFT)


class PictureFormat(IntEnum):
    """File formats told apart by their first bytes. JPEG and PNG are copied verbatim, OTHER is transcoded to PNG."""

    JPEG = 1
    PNG = 2
    OTHER = 3


@dataclass(frozen=True, order=True)
class BatchRef:
    """``pedestrian:b1``: one batch of one task."""

    task: str
    batch: str

    def __str__(self) -> str:
        return f"{self.task}:{self.batch}"


@dataclass(frozen=True)
class CategoryLists:
    """One list of categories a picture, as offsets and values (LVIS's federated fields).

    Attributes:
        offsets: int64 [P + 1]; picture p owns ``values[offsets[p]:offsets[p + 1]]``.
        values: int32 [sum]; indices into ``SourceLabels.categories``.
    """

    offsets: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class SourceLabels:
    """What one annotation file says, in its own words: nothing mapped, clipped or checked against pixels.

    Attributes:
        categories: the file's own category names, in the file's order.
        file_names: P names relative to the images folder, with ``/``.
        image_hw: int32 [P, 2]; height and width as annotated, 0 where the file does not say.
        box_offsets: int64 [P + 1]; picture p owns boxes ``box_offsets[p]:box_offsets[p + 1]``.
        boxes_xyxy: float32 [N, 4]; pixels, or fractions of the picture where ``normalized``.
        box_category: int32 [N]; index into ``categories``.
        box_area: float32 [N]; pixels², NaN where the file does not say.
        box_crowd: bool [N]; the box surrounds a group (COCO ``iscrowd``).
        box_difficult: bool [N]; VOC ``difficult``.
        normalized: boxes are fractions (YOLO).
        verified_absent: LVIS ``neg_category_ids``; None where the file is not federated.
        not_exhaustive: LVIS ``not_exhaustive_category_ids``; None where the file is not federated.
    """

    categories: tuple[str, ...]
    file_names: list[str]
    image_hw: np.ndarray
    box_offsets: np.ndarray
    boxes_xyxy: np.ndarray
    box_category: np.ndarray
    box_area: np.ndarray
    box_crowd: np.ndarray
    box_difficult: np.ndarray
    normalized: bool = False
    verified_absent: CategoryLists | None = None
    not_exhaustive: CategoryLists | None = None


@dataclass(frozen=True)
class PictureTable:
    """P picture files as they were when they were read.

    Attributes:
        names: P file names relative to ``folder``.
        folder: the images folder, absolute.
        sha256: uint8 [P, 32]; digest of the file's bytes: the picture's identity.
        image_hw: int32 [P, 2]; stored pixels, EXIF ignored.
        num_bytes: int64 [P].
        mtime_ns: int64 [P]; with ``num_bytes``, tells that a file was not touched since.
        format: uint8 [P]; `PictureFormat`.
        orientation: uint8 [P]; EXIF orientation 1..8, 1 where there is none.
    """

    names: list[str]
    folder: str
    sha256: np.ndarray
    image_hw: np.ndarray
    num_bytes: np.ndarray
    mtime_ns: np.ndarray
    format: np.ndarray
    orientation: np.ndarray

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class SkippedPicture:
    """A picture that is not in the dataset, and why."""

    batch: str
    name: str
    reason: str


@dataclass(frozen=True)
class BatchLabels:
    """One batch in the words of the taxonomy: good pictures only, boxes clipped to stored pixels, states resolved.

    Attributes:
        ref: the batch.
        split: its split, ``train`` by default.
        pictures: P pictures, in the annotation file's order.
        state: uint8 [P, C]; `State` of every class.
        box_offsets: int64 [P + 1].
        boxes_xyxy: float32 [N, 4]; stored pixels, 0 <= x1 < x2 <= width, 0 <= y1 < y2 <= height.
        box_class: int32 [N]; unified class id, from 1.
        box_area: float32 [N]; pixels².
        box_crowd: bool [N].
        box_difficult: bool [N].
        counts: what was changed on the way in, by name (``clipped``, ``zero_area``, ``outside``, ``not_finite``,
            ``ignored_category``); names with count 0 are left out.
        skipped: pictures left out (only where the caller chose to skip instead of stop).
    """

    ref: BatchRef
    split: str
    pictures: PictureTable
    state: np.ndarray
    box_offsets: np.ndarray
    boxes_xyxy: np.ndarray
    box_class: np.ndarray
    box_area: np.ndarray
    box_crowd: np.ndarray
    box_difficult: np.ndarray
    counts: Mapping[str, int] = field(default_factory=dict)
    skipped: tuple[SkippedPicture, ...] = ()


@dataclass(frozen=True)
class ExampleTable:
    """E examples as the record writer takes them: merged, in the order of the shard. Plain columns, cheap to pickle.

    Attributes:
        sha256: uint8 [E, 32]; digest of the registered picture file: the example's identity.
        paths: E absolute paths of the picture files.
        filenames: E names, each relative to the images folder of the example's first batch.
        batches: for each example the references of all batches it belongs to, in config order.
        image_hw: int32 [E, 2]; stored pixels.
        num_bytes: int64 [E]; file size when it was hashed.
        mtime_ns: int64 [E]; modification time when it was hashed.
        format: uint8 [E]; `PictureFormat`.
        state: uint8 [E, C]; `State` of every class after the method did its work.
        absence_weight: float32 [E, C]; how far a labeled class's absence may be trusted: 1 human. Read only where
            ``state`` is labeled.
        box_offsets: int64 [E + 1].
        boxes_xyxy: float32 [N, 4]; stored pixels.
        box_class: int32 [N]; unified ids from 1.
        box_area: float32 [N]; pixels².
        box_crowd: bool [N].
        box_difficult: bool [N].
        box_weight: float32 [N]; weight of the classification term: 1 human or hard, 0 = ignore this region.
        box_regression_weight: float32 [N]; weight of the box regression: 1 human.
        box_score: float32 [N]; raw model score, 1 human.
        box_source: int32 [N]; index into ``sources``.
        sources: names of the sources: ``human`` first, then auto-labeler references.
    """

    sha256: np.ndarray
    paths: list[str]
    filenames: list[str]
    batches: list[tuple[str, ...]]
    image_hw: np.ndarray
    num_bytes: np.ndarray
    mtime_ns: np.ndarray
    format: np.ndarray
    state: np.ndarray
    absence_weight: np.ndarray
    box_offsets: np.ndarray
    boxes_xyxy: np.ndarray
    box_class: np.ndarray
    box_area: np.ndarray
    box_crowd: np.ndarray
    box_difficult: np.ndarray
    box_weight: np.ndarray
    box_regression_weight: np.ndarray
    box_score: np.ndarray
    box_source: np.ndarray
    sources: tuple[str, ...] = ("human",)

    def __len__(self) -> int:
        return len(self.paths)


JsonObject = dict[str, Any]
