"""Snapshots: an annotation file's columns, kept under its digest so that it is parsed once."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from unify.core.types import CategoryLists, SourceLabels
from unify.labels.columns import Column, load_columns, save_columns

_BOX_COLUMNS = ("box_category", "box_area")
_BOX_FLAGS = ("box_crowd", "box_difficult")
_FEDERATED = ("verified_absent", "not_exhaustive")


def save_snapshot(path: Path, labels: SourceLabels) -> None:
    """Write labels so that `load_snapshot` returns equal ones."""
    columns: dict[str, Column] = {
        "categories": list(labels.categories),
        "file_names": labels.file_names,
        "image_hw": labels.image_hw.reshape(-1),
        "box_offsets": labels.box_offsets,
        "boxes_xyxy": labels.boxes_xyxy.reshape(-1),
        "normalized": np.array([labels.normalized]),
    }
    columns |= {name: getattr(labels, name) for name in _BOX_COLUMNS + _BOX_FLAGS}
    for name in _FEDERATED:
        lists: CategoryLists | None = getattr(labels, name)
        if lists is not None:
            columns |= {f"{name}_offsets": lists.offsets, f"{name}_values": lists.values}
    save_columns(path, columns)


def load_snapshot(path: Path) -> SourceLabels | None:
    """Labels of a snapshot as read-only views into the file; None where it is absent or damaged."""
    columns = load_columns(path)
    if columns is None:
        return None
    return SourceLabels(
        categories=tuple(columns["categories"]),
        file_names=columns["file_names"],
        image_hw=columns["image_hw"].reshape(-1, 2),
        box_offsets=columns["box_offsets"],
        boxes_xyxy=columns["boxes_xyxy"].reshape(-1, 4),
        normalized=bool(columns["normalized"][0]),
        **{name: columns[name] for name in _BOX_COLUMNS},
        **{name: columns[name].view(np.bool_) for name in _BOX_FLAGS},
        **{name: _category_lists(columns, name) for name in _FEDERATED},
    )


def _category_lists(columns: dict[str, Column], name: str) -> CategoryLists | None:
    if f"{name}_offsets" not in columns:
        return None
    return CategoryLists(columns[f"{name}_offsets"], columns[f"{name}_values"])
