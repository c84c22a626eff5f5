"""A file's own words to the words of the taxonomy: categories, frames, sizes, boxes, states; pure."""

from __future__ import annotations

import numpy as np
import yaml

from unify.core.taxonomy import Taxonomy
from unify.core.types import BatchLabels, PictureTable, SkippedPicture, SourceLabels
from unify.errors import LabelError, Problem, did_you_mean
from unify.labels.clean import clean_boxes, displayed_hw
from unify.labels.states import resolve_states
from unify.registry.objects import Batch


def map_categories(labels: SourceLabels, batch: Batch, taxonomy: Taxonomy) -> np.ndarray:
    """The class of every category.

    Args:
        labels: K categories.
        batch: its ``class_map`` and ``ignore_categories`` decide, then a category that is called like a class.
        taxonomy: class names and ids.

    Returns:
        int32 [K]; class id, 0 where the category is left out.

    Raises:
        LabelError: categories that have boxes and are neither a class nor mapped nor ignored, all of them.
    """
    class_names = [batch.class_map.get(name, name) for name in labels.categories]
    class_ids = [
        0 if name in batch.ignore_categories else taxonomy.ids.get(class_name, 0)
        for name, class_name in zip(labels.categories, class_names)
    ]
    num_boxes = np.bincount(labels.box_category, minlength=len(labels.categories)).tolist()
    unmapped = {
        name: count
        for name, class_id, count in zip(labels.categories, class_ids, num_boxes)
        if count and not class_id and name not in batch.ignore_categories
    }
    if unmapped:
        raise _unmapped_error(unmapped, batch, taxonomy)
    return np.array(class_ids, np.int32)


def unseen_classes(labels: SourceLabels, class_of_category: np.ndarray, batch: Batch, taxonomy: Taxonomy) -> list[str]:
    """Warnings on labeled classes that no category of the file maps to: most likely a wrong ``class_map``."""
    if labels.verified_absent is not None:
        return []
    seen = set(class_of_category.tolist())
    return [
        f"{batch.ref}: labeled class '{name}' has no category in the file: every picture will say it is absent"
        for name in batch.labeled_classes
        if taxonomy.ids[name] not in seen
    ]


def size_problems(labels: SourceLabels, pictures: PictureTable, batch: Batch) -> dict[int, Problem]:
    """row -> problem, where the size the annotator saw is not that of the picture."""
    applies = batch.exif_orientation == "apply"
    stored, displayed = pictures.image_hw, displayed_hw(pictures)
    expected, other = (displayed, stored) if applies else (stored, displayed)
    annotated = labels.image_hw
    wrong = np.nonzero(((annotated > 0) & (annotated != expected)).any(axis=1))[0]
    rotated_fix = f"set `exif_orientation: {'ignore' if applies else 'apply'}` in batch {batch.ref}"
    plain_fix = "correct the size in the annotations, or bring back the picture that was annotated"
    return {
        row: Problem(
            where=f"{pictures.folder}/{pictures.names[row]}",
            what="size is not the annotated one",
            got=f"{_size(expected[row])} (width x height)",
            expected=_size(annotated[row]),
            fix=rotated_fix if np.array_equal(annotated[row], other[row]) else plain_fix,
        )
        for row in wrong.tolist()
    }


def resolve_labels(
    labels: SourceLabels,
    pictures: PictureTable,
    class_of_category: np.ndarray,
    batch: Batch,
    taxonomy: Taxonomy,
    skipped: tuple[SkippedPicture, ...] = (),
) -> BatchLabels:
    """One batch in the words of the taxonomy.

    Args:
        labels: P pictures, all good.
        pictures: the same P pictures as files.
        class_of_category: from `map_categories`.
        batch: the registration.
        taxonomy: class names and ids.
        skipped: pictures that were left out before.
    """
    box_class = class_of_category[labels.box_category]
    relevant = box_class > 0
    clean = clean_boxes(labels, pictures, relevant, apply_orientation=batch.exif_orientation == "apply")
    labeled = np.zeros(taxonomy.num_columns, np.bool_)
    labeled[[taxonomy.ids[name] - 1 for name in batch.labeled_classes]] = True
    counts = clean.counts | {"ignored_category": int(np.count_nonzero(~relevant))}
    return BatchLabels(
        ref=batch.ref,
        split=batch.split,
        pictures=pictures,
        state=resolve_states(labels, class_of_category, labeled, clean.kept, clean.lost),
        box_offsets=np.append(0, np.cumsum(clean.kept))[labels.box_offsets],
        boxes_xyxy=clean.boxes_xyxy,
        box_class=box_class[clean.kept],
        box_area=clean.area,
        box_crowd=labels.box_crowd[clean.kept],
        box_difficult=labels.box_difficult[clean.kept],
        counts={name: count for name, count in counts.items() if count},
        skipped=skipped,
    )


def _size(image_hw: np.ndarray) -> str:
    return f"{image_hw[1]} x {image_hw[0]}"


def _unmapped_error(unmapped: dict[str, int], batch: Batch, taxonomy: Taxonomy) -> LabelError:
    classes = list(taxonomy.ids)
    problems = [
        Problem(
            where=batch.where or str(batch.ref),
            what=f"category '{name}' is not a class",
            got=f"{count:,} {'box' if count == 1 else 'boxes'} of '{name}' in {batch.annotations.name}",
            fix=did_you_mean(name, classes),
        )
        for name, count in unmapped.items()
    ]
    mapped = {name: _nearest(name, classes) for name in unmapped}
    summary = (
        f"Add to batch {batch.ref} a class for each category, or leave the category out:\n"
        f"  {_as_yaml('class_map', mapped)}\n  {_as_yaml('ignore_categories', list(unmapped))}"
    )
    return LabelError(problems, summary=summary)


def _nearest(name: str, classes: list[str]) -> str:
    suggestion = did_you_mean(name, classes)
    return suggestion.split("'")[1] if suggestion else "CLASS"


def _as_yaml(key: str, value: dict[str, str] | list[str]) -> str:
    flow = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=float("inf"))
    return f"{key}: {flow.strip()}"
