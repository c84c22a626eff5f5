"""COCO detection JSON, with LVIS's federated fields for readers that know them."""

from __future__ import annotations

from unify.core.taxonomy import Taxonomy
from unify.core.types import JsonObject
from unify.records.export_states import ExportedStates, box_fields


class CocoExporter:
    """Says everything to a reader of the federated fields; to others an unknown class looks absent.

    ``iscrowd`` is 1 for crowds and for boxes of weight 0, which a trainer should ignore as well. ``segmentation`` is
    empty. ``neg_category_ids`` are the labeled classes of which nothing is there. ``not_exhaustive_category_ids`` are
    the incomplete classes, and those with boxes whose absence is not fully trusted.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._unknown = self._half_absent = 0

    def image_fields(self, states: ExportedStates, file_name: str) -> JsonObject:
        """The federated fields."""
        self._unknown += len(self._taxonomy.ids) - len(states.labeled | states.incomplete)
        self._half_absent += len(states.absent & states.partly_trusted)
        return {
            "neg_category_ids": sorted(states.absent),
            "not_exhaustive_category_ids": sorted(states.incomplete | states.partly_trusted - states.absent),
        }

    def annotations(self, states: ExportedStates) -> list[JsonObject]:
        """Every box."""
        regions = enumerate(states.is_region.tolist())
        return [
            {**box_fields(states.example, index), "iscrowd": int(is_region), "segmentation": []}
            for index, is_region in regions
        ]

    def categories(self) -> list[JsonObject]:
        """Ids, names, and tasks as ``supercategory``."""
        task_of = self._taxonomy.task_of
        return [
            {"id": class_id, "name": name, "supercategory": task_of[name]}
            for class_id, name in self._taxonomy.names.items()
        ]

    def warnings(self) -> tuple[str, ...]:
        """How many unknown classes plain COCO makes absent, and how many half-trusted absences became whole."""
        return (*unknown_warning(self._unknown), *half_absent_warning(self._half_absent))


def unknown_warning(pairs: int) -> tuple[str, ...]:
    """The warning that plain COCO has no word for an unknown class."""
    if not pairs:
        return ()
    return (
        f"{pairs:,} (picture, class) pairs are unknown, and plain COCO says absent: "
        "use a trainer that honours neg_category_ids, or export to lvis",
    )


def half_absent_warning(pairs: int) -> tuple[str, ...]:
    """The warning that LVIS's fields have no weight of absence."""
    if not pairs:
        return ()
    return (f"{pairs:,} (picture, class) pairs are absent on a machine's word and lose how far that is trusted",)
