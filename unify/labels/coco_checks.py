"""What can be wrong with a COCO file once it parses: a problem for each kind of mistake, with the first culprits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from unify.errors import Problem, shorten
from unify.labels.coco_columns import AnnotationColumns, id_column
from unify.labels.coco_json import CocoFile, Picture
from unify.labels.names import clean_name

_KEYS = ("images", "annotations", "categories")


def check_coco(
    file: CocoFile, annotations: AnnotationColumns, pictures: np.ndarray, categories: np.ndarray, where: str
) -> list[Problem]:
    """All mistakes of a file.

    Args:
        file: its images and categories.
        annotations: N annotations.
        pictures: int64 [N]; row of each annotation's image, -1 where there is none.
        categories: int64 [N]; row of each annotation's category, -1 where there is none.
        where: the file's path, for messages.
    """
    missing = [key for key in _KEYS if getattr(file, key) is None]
    if missing:
        return [
            Problem(where, f"key '{key}' is missing", expected=f"COCO JSON with {', '.join(_KEYS)}") for key in missing
        ]
    if not file.images:
        return [Problem(where, "holds no images")]
    found = [
        *_check_pictures(file),
        *_check_categories(file),
        *_check_annotations(annotations, pictures, categories),
        *_check_federated(file),
    ]
    return [Problem(where, f"{what}: {len(culprits):,}", got=shorten(culprits)) for what, culprits in found if culprits]


def source_name(picture: Picture) -> str:
    """The picture's file name as written; LVIS 1.0 has only COCO's address, which ends in <split>/<file>."""
    return picture.file_name or "/".join((picture.coco_url or "").split("/")[-2:])


Finding = tuple[str, list[str]]  # what is wrong, and with which entries


def _check_pictures(file: CocoFile) -> Iterable[Finding]:
    unusable, unnamed, names = [], [], []
    for picture in file.images:
        name = source_name(picture)
        try:
            names.append(clean_name(name))
        except ValueError as error:
            (unusable if name else unnamed).append(f"{name!r} {error}" if name else f"image {picture.id}")
    yield "images without an id", [source_name(picture) for picture in file.images if picture.id is None]
    yield "image ids used more than once", _repeated(id_column([picture.id for picture in file.images]))
    yield "images without a file_name", unnamed
    yield "file names that cannot be used", unusable
    yield "file names of more than one image", _repeated(np.array(names, object))


def _check_categories(file: CocoFile) -> Iterable[Finding]:
    incomplete = [f"id {row.id}, name {row.name}" for row in file.categories if row.id is None or not row.name]
    yield "categories without an id or a name", incomplete
    yield "category ids used more than once", _repeated(id_column([category.id for category in file.categories]))


def _check_annotations(rows: AnnotationColumns, pictures: np.ndarray, categories: np.ndarray) -> Iterable[Finding]:
    yield "annotation ids used more than once", _repeated(rows.ids)
    yield (
        "annotations of an image that the file does not list",
        [f"annotation {rows.ids[row]} of image {rows.image_ids[row]}" for row in np.nonzero(pictures < 0)[0]],
    )
    yield (
        "annotations of a category that the file does not list",
        [f"annotation {rows.ids[row]} of category {rows.category_ids[row]}" for row in np.nonzero(categories < 0)[0]],
    )
    yield (
        "annotations whose bbox is not four numbers",
        [f"annotation {row.id} with {row.bbox}" for row in rows.malformed],
    )
    if len(rows.ids) and np.isnan(rows.boxes_xyxy).all() and not rows.malformed:
        yield "annotations without a bbox, which is all of them", [f"annotation {row_id}" for row_id in rows.ids]


def _check_federated(file: CocoFile) -> Iterable[Finding]:
    category_ids = {category.id for category in file.categories}
    for key in ("neg_category_ids", "not_exhaustive_category_ids"):
        yield (
            f"{key} of a category that the file does not list",
            [
                f"image {picture.id} names {category_id}"
                for picture in file.images
                for category_id in getattr(picture, key) or ()
                if category_id not in category_ids
            ],
        )


def _repeated(keys: np.ndarray) -> list[str]:
    """Keys that occur more than once, as text; missing ones do not count."""
    if keys.dtype == object:
        all_differ = len(set(keys.tolist())) == len(keys)
    else:  # np.unique builds a hash table, at a hundred times the price of this
        all_differ = bool(np.diff(np.sort(keys)).all())
    if all_differ:
        return []
    return [str(key) for key, count in Counter(keys.tolist()).items() if count > 1 and key is not None]
