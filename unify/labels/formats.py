"""The annotation formats by name. A format is a module with the members of `Reader`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from unify.core.types import SourceLabels
from unify.labels import coco, voc, yolo


class Reader(Protocol):
    """What a format's module offers.

    Attributes:
        VERSION: raised whenever the same files give other columns, so that older snapshots are not used.
        USES_IMAGE_NAMES: the columns depend on which files the images folder holds.
    """

    VERSION: int
    USES_IMAGE_NAMES: bool

    def annotation_files(self, annotations: Path) -> list[Path]:
        """Every file that ``read`` would open, sorted: their digest is the annotations' identity."""

    def read(self, annotations: Path, images: Path) -> SourceLabels:
        """What the files say, unmapped and unclipped; `LabelError` with all their mistakes."""


FORMATS: Mapping[str, Reader] = {
    "coco": coco,
    "voc": voc,
    "yolo": yolo,
}
