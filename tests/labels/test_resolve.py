"""Categories, sizes and warnings in the words of the taxonomy; messages to the letter."""

from pathlib import Path

import numpy as np
import pytest

from tests.labels.helpers import TAXONOMY, boxes_of, make_batch, pictures, source
from unify.core.types import CategoryLists
from unify.errors import LabelError
from unify.labels.resolve import map_categories, resolve_labels, size_problems, unseen_classes

FOLDER = Path("/data")


def box(category):
    return (category, 0, 0, 5, 5)


def test_categories_are_mapped_by_class_map_then_by_name():
    labels = source([[box(0), box(1), box(2)]], ["person", "car", "dog"])
    batch = make_batch(FOLDER, class_map={"person": "pedestrian"}, ignore_categories=frozenset({"dog"}))
    assert map_categories(labels, batch, TAXONOMY).tolist() == [4, 1, 0]


def test_unknown_categories_without_boxes_are_harmless():
    assert map_categories(source([[box(1)]], ["zebra", "car"]), make_batch(FOLDER), TAXONOMY).tolist() == [0, 1]


def test_every_unmapped_category_is_listed_with_the_lines_to_add():
    labels = source([[box(0), box(0), box(1), box(2)]], ["Car", "traffic light: red", "truck"])
    with pytest.raises(LabelError) as error:
        map_categories(labels, make_batch(FOLDER), TAXONOMY)
    assert str(error.value) == (
        "registry/datasets/vehicle.yaml:3:3: category 'Car' is not a class\n"
        "  got:      2 boxes of 'Car' in labels.json\n"
        "  fix:      did you mean 'car'?\n\n"
        "registry/datasets/vehicle.yaml:3:3: category 'traffic light: red' is not a class\n"
        "  got:      1 box of 'traffic light: red' in labels.json\n\n"
        "Add to batch vehicle:b1 a class for each category, or leave the category out:\n"
        "  class_map: {Car: car, 'traffic light: red': CLASS}\n"
        "  ignore_categories: [Car, 'traffic light: red']"
    )


def warnings(labels):
    batch = make_batch(FOLDER)
    return unseen_classes(labels, map_categories(labels, batch, TAXONOMY), batch, TAXONOMY)


def test_a_labeled_class_without_a_category_is_warned_of():
    assert warnings(source([[]], ["truck"])) == [
        "vehicle:b1: labeled class 'car' has no category in the file: every picture will say it is absent"
    ]
    assert warnings(source([[]], ["truck", "car"])) == []


def test_federated_files_say_themselves_what_is_absent():
    lists = CategoryLists(np.array([0, 0]), np.array([], np.int32))
    assert warnings(source([[]], ["truck"], verified_absent=lists, not_exhaustive=lists)) == []


def sizes(annotated_hw, orientation=1, **changes):
    """Problems of a picture stored as 64 x 48 (width x height), as text."""
    found = size_problems(
        source([[]], image_hw=annotated_hw), pictures(1, (48, 64), orientation), make_batch(FOLDER, **changes)
    )
    return "".join(map(str, found.values()))


def test_the_stored_size_and_no_size_are_fine():
    assert sizes((48, 64)) == sizes((0, 0)) == sizes((0, 64)) == ""


def test_another_size_is_a_problem():
    assert sizes((480, 640)) == (
        "/images/0.jpg: size is not the annotated one\n"
        "  got:      64 x 48 (width x height)\n"
        "  expected: 640 x 480\n"
        "  fix:      correct the size in the annotations, or bring back the picture that was annotated"
    )


def test_the_rotated_size_points_to_the_option():
    text = sizes((64, 48), orientation=6)
    assert text.endswith("fix:      set `exif_orientation: apply` in batch vehicle:b1")
    assert sizes((64, 48), orientation=6, exif_orientation="apply") == ""


def test_the_stored_size_of_a_rotated_picture_points_back():
    text = sizes((48, 64), orientation=6, exif_orientation="apply")
    assert text.endswith("fix:      set `exif_orientation: ignore` in batch vehicle:b1")


def test_a_size_with_sides_swapped_but_no_orientation_is_no_rotation():
    assert "exif_orientation" not in sizes((64, 48))


def test_one_batch_in_the_words_of_the_taxonomy():
    labels = source(
        [[(0, 1, 1, 5, 5), (1, 0, 0, 70, 10)], [(2, 0, 0, 9, 9), (0, 3, 3, 3, 3)]],
        ["car", "person", "dog"],
        box_crowd=np.array([True, False, False, False]),
        box_difficult=np.array([False, True, False, False]),
    )
    batch = make_batch(FOLDER, class_map={"person": "pedestrian"}, ignore_categories=frozenset({"dog"}))
    result = resolve_labels(labels, pictures(2), map_categories(labels, batch, TAXONOMY), batch, TAXONOMY)
    assert boxes_of(result, 0) == [(1, 1, 1, 5, 5), (4, 0, 0, 64, 10)]
    assert boxes_of(result, 1) == []
    assert result.state.tolist() == [[2, 2, 0, 1], [2, 2, 0, 0]]  # column 2 is id 3, which no class has
    assert result.counts == {"clipped": 1, "zero_area": 1, "ignored_category": 1}
    assert (result.box_crowd.tolist(), result.box_difficult.tolist()) == ([True, False], [False, True])
    assert (result.ref, result.split, result.skipped) == (batch.ref, "train", ())
    assert result.box_area.tolist() == [16, 640]
