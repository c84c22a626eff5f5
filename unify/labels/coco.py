"""COCO detection JSON, and LVIS, whose federated lists are kept picture by picture.

``bbox`` is x, y, width, height in pixels. An annotation without one is kept as a box whose place is not a number: an
object is there, so its class cannot be called complete on that picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from unify.core.types import CategoryLists, SourceLabels
from unify.errors import LabelError
from unify.labels.coco_checks import check_coco, source_name
from unify.labels.coco_json import Annotation, Id, Picture, decode_coco
from unify.labels.names import clean_name

VERSION = 1
USES_IMAGE_NAMES = False

_NO_BOX = (np.nan,) * 4


def annotation_files(annotations: Path) -> list[Path]:
    """The JSON file itself."""
    return [annotations]


def read(annotations: Path, images: Path) -> SourceLabels:
    """Read a COCO or LVIS file; the images folder is not looked at.

    Raises:
        LabelError: the file is not COCO JSON or contradicts itself; one problem for each kind of mistake.
    """
    file = decode_coco(annotations)
    if problems := check_coco(file, str(annotations)):
        raise LabelError(problems)
    row_of = {picture.id: row for row, picture in enumerate(file.images)}
    category_of = {category.id: index for index, category in enumerate(file.categories)}
    return SourceLabels(
        categories=tuple(category.name for category in file.categories),
        file_names=[clean_name(source_name(picture)) for picture in file.images],
        image_hw=_image_sizes(file.images),
        **_box_columns(file.annotations, row_of, category_of),
        **_federated_columns(file.images, category_of),
    )


def _image_sizes(pictures: Sequence[Picture]) -> np.ndarray:
    sizes = chain.from_iterable((picture.height or 0, picture.width or 0) for picture in pictures)
    return np.fromiter(sizes, np.float64, 2 * len(pictures)).astype(np.int32).reshape(-1, 2)


def _box_columns(boxes: Sequence[Annotation], row_of: dict[Id, int], category_of: dict[Id, int]) -> dict:
    """Columns of all boxes, grouped by picture, within one in the file's order."""
    rows = np.fromiter((row_of[box.image_id] for box in boxes), np.int64, len(boxes))
    by_picture = np.argsort(rows, kind="stable")

    def column(values: Iterable[float], dtype: type) -> np.ndarray:
        return np.fromiter(values, dtype, len(boxes))[by_picture]

    return {
        "box_offsets": np.append(0, np.bincount(rows, minlength=len(row_of)).cumsum()),
        "boxes_xyxy": _to_xyxy(boxes)[by_picture],
        "box_category": column((category_of[box.category_id] for box in boxes), np.int32),
        "box_area": column((np.nan if box.area is None else box.area for box in boxes), np.float32),
        "box_crowd": column((bool(box.iscrowd) for box in boxes), np.bool_),
        "box_difficult": np.zeros(len(boxes), np.bool_),
    }


def _to_xyxy(boxes: Sequence[Annotation]) -> np.ndarray:
    """float32 [N, 4]; sums are taken in float64, so that x + width rounds once."""
    xywh = np.fromiter(chain.from_iterable(box.bbox or _NO_BOX for box in boxes), np.float64, 4 * len(boxes))
    xyxy = xywh.reshape(-1, 4)
    xyxy[:, 2:] += xyxy[:, :2]
    with np.errstate(over="ignore"):  # becomes infinite, which is found and counted later
        return xyxy.astype(np.float32)


def _federated_columns(pictures: Sequence[Picture], category_of: dict[Id, int]) -> dict[str, CategoryLists]:
    absent = [picture.neg_category_ids for picture in pictures]
    not_exhaustive = [picture.not_exhaustive_category_ids for picture in pictures]
    if all(ids is None for ids in chain(absent, not_exhaustive)):
        return {}
    return {
        "verified_absent": _category_lists(absent, category_of),
        "not_exhaustive": _category_lists(not_exhaustive, category_of),
    }


def _category_lists(lists: Sequence[list[Id] | None], category_of: dict[Id, int]) -> CategoryLists:
    offsets = np.append(0, np.cumsum([len(ids or ()) for ids in lists]))
    values = [category_of[category_id] for ids in lists for category_id in ids or ()]
    return CategoryLists(offsets, np.array(values, np.int32))
