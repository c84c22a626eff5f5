"""Answers in place of people: what batches that were kept back say of the pictures that were asked about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unify.calibrating.truth import Truth, read_truth
from unify.core.digest import content_ids
from unify.core.types import BatchRef, State
from unify.files import write_whole
from unify.progress import Progress
from unify.registry.objects import Registry
from unify.reviewing.project import Project, ReviewPicture
from unify.reviewing.tools.coco import xywh

ANSWERS = "oracle.json"


@dataclass(frozen=True)
class Oracle:
    """Knows what is on pictures.

    Attributes:
        truth: the batches that were kept back.
    """

    truth: Truth

    def examples(self, sha256: np.ndarray, class_ids: Sequence[int]) -> np.ndarray:
        """Rows of the truth, int64 [n], of pictures uint8 [n, 32]; -1 where it does not know all of the classes."""
        plan = self.truth.plan
        known, wanted = content_ids(self.truth.pictures.sha256(plan.rows.first_row)), content_ids(sha256)
        rows = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        searched = plan.coverage.state[rows][:, np.asarray(class_ids) - 1] == State.LABELED
        return np.where((known[rows] == wanted) & searched.all(axis=1), rows, -1)

    def answer(self, project: Project, folder: Path) -> int:
        """Write the answers to a project into a folder, as COCO; returns how many pictures it knew.

        Raises:
            OutputError: they cannot be written.
        """
        digests = np.frombuffer(bytes.fromhex("".join(each.sha256 for each in project.pictures)), np.uint8)
        rows = self.examples(digests.reshape(-1, 32), list(project.classes.values()))
        pictures = [project.pictures[at] for at in np.flatnonzero(rows >= 0).tolist()]
        content = {
            "info": {"review": project.id},
            "images": [_image(each) for each in pictures],
            "annotations": self._annotations(pictures, rows[rows >= 0], list(project.classes.values())),
            "categories": [{"id": class_id, "name": name} for name, class_id in project.classes.items()],
        }
        write_whole(folder / ANSWERS, (json.dumps(content) + "\n").encode())
        return len(pictures)

    def _annotations(self, pictures: Sequence[ReviewPicture], rows: np.ndarray, class_ids: list[int]) -> list[dict]:
        """Boxes of the classes; groups, which no tool shows, are left out."""
        if not pictures:
            return []
        labels, annotations = self.truth.labels_of(rows), []
        asked = np.isin(labels.box_class, class_ids) & ~labels.box_crowd
        for at, picture in enumerate(pictures):
            first, last = labels.box_offsets[at : at + 2].tolist()
            for box in (first + np.flatnonzero(asked[first:last])).tolist():
                place = {"image_id": picture.priority, "category_id": int(labels.box_class[box])}
                annotations.append({"id": len(annotations) + 1, **place, "bbox": xywh(labels.boxes_xyxy[box].tolist())})
        return annotations


def open_oracle(registry: Registry, refs: Sequence[BatchRef], *, workers: int, progress: Progress) -> Oracle:
    """Read the batches that were kept back.

    Raises:
        UnifyError: anything is wrong with them.
    """
    batches = [registry.batches[ref] for ref in refs]
    return Oracle(read_truth(registry, batches, workers=workers, on_error="stop", progress=progress))


def _image(picture: ReviewPicture) -> dict:
    height, width = picture.image_hw
    name = {"file_name": picture.name, "sha256": picture.sha256}
    return {"id": picture.priority, **name, "height": height, "width": width}
