"""LVIS v1 JSON: a class that nobody looked for stays unknown."""

from __future__ import annotations

from unify.core.taxonomy import Taxonomy
from unify.core.types import JsonObject
from unify.records.export_coco import half_absent_warning
from unify.records.export_states import ExportedStates, box_fields

_RARE, _COMMON = 10, 100  # at most so many images: LVIS v1's own limits


class LvisExporter:
    """States in the federated fields, as LVIS's evaluation reads them.

    A class with boxes is positive. A labeled class of which nothing is there is in ``neg_category_ids``. A class with
    boxes that is incomplete, or whose absence is not fully trusted, is in ``not_exhaustive_category_ids``. A class in
    none of these is unknown: detections of it are dropped.

    LVIS has no ``iscrowd``: crowds and boxes of weight 0 are left out. Their class is not exhaustive where it has
    other boxes, else unknown.

    ``segmentation`` is the box as a polygon, because loaders demand one; there are no masks in it. ``coco_url`` repeats
    ``file_name``: mmdetection reads it whole, detectron2 only its last two parts. ``synset`` and ``def`` are the name.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._image_count = dict.fromkeys(taxonomy.names, 0)
        self._instance_count = dict.fromkeys(taxonomy.names, 0)
        self._half_absent = self._regions = self._made_unknown = 0

    def image_fields(self, states: ExportedStates, file_name: str) -> JsonObject:
        """The federated fields and ``coco_url``."""
        self._count(states)
        exhaustive = states.labeled - states.partly_trusted - states.with_regions
        return {
            "coco_url": file_name,
            "neg_category_ids": sorted(states.absent),
            "not_exhaustive_category_ids": sorted(states.with_boxes - exhaustive),
        }

    def annotations(self, states: ExportedStates) -> list[JsonObject]:
        """The boxes around one object."""
        regions = enumerate(states.is_region.tolist())
        return [
            {**fields, "segmentation": [_polygon(fields["bbox"])]}
            for fields in (box_fields(states.example, index) for index, is_region in regions if not is_region)
        ]

    def categories(self) -> list[JsonObject]:
        """Ids and names, with what LVIS loaders look up."""
        return [
            {
                "id": class_id,
                "name": name,
                "synonyms": [name],
                "synset": name,
                "def": name,
                "image_count": self._image_count[class_id],
                "instance_count": self._instance_count[class_id],
                "frequency": _frequency(self._image_count[class_id]),
            }
            for class_id, name in self._taxonomy.names.items()
        ]

    def warnings(self) -> tuple[str, ...]:
        """How many regions were left out, and how many half-trusted absences became whole."""
        if not self._regions:
            return half_absent_warning(self._half_absent)
        return (
            f"{self._regions:,} crowd or ignored regions are left out, for LVIS has no iscrowd; "
            f"{self._made_unknown:,} (picture, class) pairs without another box become unknown",
            *half_absent_warning(self._half_absent),
        )

    def _count(self, states: ExportedStates) -> None:
        self._half_absent += len(states.absent & states.partly_trusted)
        self._regions += int(states.is_region.sum())
        self._made_unknown += len(states.with_regions - states.with_boxes)
        for class_id in states.with_boxes:
            self._image_count[class_id] += 1
        for class_id in states.example.class_ids[~states.is_region].tolist():
            self._instance_count[class_id] += 1


def _frequency(images: int) -> str:
    return "r" if images <= _RARE else "c" if images <= _COMMON else "f"


def _polygon(bbox: list[float]) -> list[float]:
    """The corners of a box, clockwise from the top left."""
    left, top, width, height = bbox
    right, bottom = round(left + width, 3), round(top + height, 3)
    return [left, top, right, top, right, bottom, left, bottom]
