"""People's answers as a batch: an annotation file, and its registration."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from unify.core.digest import json_digest
from unify.core.types import BatchRef
from unify.errors import OutputError, Problem, UnifyError
from unify.files import write_whole
from unify.registry.edit import register_dataset
from unify.registry.objects import Registry
from unify.reviewing.consensus import Verdict
from unify.reviewing.known import KnownPictures, common_folder, names_below
from unify.reviewing.project import Project
from unify.reviewing.tools.coco import xywh

FOLDER = "data/reviews"


def annotations_of(project: Project, verdicts: Sequence[Verdict], known: KnownPictures, folder: Path) -> bytes:
    """COCO JSON of the reviewed pictures. Crowds, which no tool shows, come along as people drew them before.

    Args:
        project: what they were shown.
        verdicts: what they say, a picture each.
        known: the same pictures, in the same order.
        folder: images folder of the batch.
    """
    labels = known.labels
    images, annotations = [], []
    for row, (verdict, name) in enumerate(zip(verdicts, names_below(known, folder))):
        height, width = labels.image_hw[row].tolist()
        images.append({"id": row + 1, "file_name": name, "width": width, "height": height})
        drawn = zip(verdict.boxes_xyxy.tolist(), verdict.class_ids.tolist())
        annotations += [_annotation(row + 1, box, class_id, crowd=False) for box, class_id in drawn]
        mine = known.human_boxes(row)
        crowds = labels.box_crowd[mine] & np.isin(labels.box_class[mine], list(project.classes.values()))
        drawn = zip(labels.boxes_xyxy[mine][crowds].tolist(), labels.box_class[mine][crowds].tolist())
        annotations += [_annotation(row + 1, box, class_id, crowd=True) for box, class_id in drawn]
    content = {
        "info": {"review": project.id, "answers": _digest(verdicts)},
        "images": images,
        "annotations": [{"id": number, **each} for number, each in enumerate(annotations, start=1)],
        "categories": [{"id": class_id, "name": name} for name, class_id in project.classes.items()],
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def register_batch(
    registry: Registry, ref: BatchRef, project: Project, verdicts: Sequence[Verdict], known: KnownPictures
) -> tuple[Path, bool]:
    """Write the annotation file and register it, both or neither.

    Returns:
        (the annotation file, whether anything was changed: it is not where the batch holds these answers already).

    Raises:
        RegistryError: the batch exists and holds something else, or the registry would not be valid with it.
        OutputError: a file cannot be written.
    """
    registered = registry.batches.get(ref)
    if registered and _holds(registered.annotations, verdicts):
        return registered.annotations, False
    folder = common_folder(known)
    path = registry.workspace / FOLDER / ref.task / f"{ref.batch}.json"
    content, is_new = annotations_of(project, verdicts, known, folder), not path.exists()
    if registered is None:
        _refuse_foreign(path, verdicts)
        write_whole(path, content, durable=True)
    keys: dict[str, Any] = {
        "split": known.split,
        "labeled_classes": list(project.classes),
        "notes": f"review {project.id}",
    }
    try:
        register_dataset(registry.workspace, str(ref), _shown(path, registry), _shown(folder, registry), **keys)
    except UnifyError:
        if is_new and registered is None:
            with suppress(OSError):
                path.unlink()
        raise
    return path, True


def _annotation(image_id: int, box_xyxy: Sequence[float], class_id: int, *, crowd: bool) -> dict[str, Any]:
    bbox = xywh(box_xyxy)
    return {
        "image_id": image_id,
        "category_id": class_id,
        "bbox": bbox,
        "area": round(bbox[2] * bbox[3], 3),
        "iscrowd": int(crowd),
    }


def _digest(verdicts: Sequence[Verdict]) -> str:
    said = [[each.picture, each.class_ids.tolist(), each.boxes_xyxy.round(3).tolist()] for each in verdicts]
    return json_digest(said)


def _holds(path: Path, verdicts: Sequence[Verdict]) -> bool:
    """Whether an annotation file holds these answers."""
    try:
        info = json.loads(path.read_bytes())["info"]
        return info["answers"] == _digest(verdicts)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _refuse_foreign(path: Path, verdicts: Sequence[Verdict]) -> None:
    """A file of an import that was killed before it registered is ours; any other is somebody's."""
    if path.exists() and not _holds(path, verdicts):
        fix = "move the file away, or give the batch another name"
        raise OutputError(Problem(str(path), "exists already and holds something else", fix=fix))


def _shown(path: Path, registry: Registry) -> Path:
    """A path as the registry names it."""
    return path.relative_to(registry.workspace) if path.is_relative_to(registry.workspace) else path
