import json
from collections import defaultdict

import pytest

from tests.records.tables import BoxRow, ExampleRow, write_dataset
from unify.records.export import export_dataset

BOX = (10, 20, 60, 50)


def export(tmp_path, *rows):
    write_dataset(tmp_path / "dataset", tmp_path / "files", {"train": [rows]})
    report = export_dataset(tmp_path / "dataset", to="lvis", output=tmp_path / "out.json")
    return json.loads((tmp_path / "out.json").read_text()), report


def federated(content):
    """(positive, absent, not exhaustive) of each image, as a federated trainer sees them."""
    positive = defaultdict(set)
    for annotation in content["annotations"]:
        positive[annotation["image_id"]].add(annotation["category_id"])
    return [
        (sorted(positive[image["id"]]), image["neg_category_ids"], image["not_exhaustive_category_ids"])
        for image in content["images"]
    ]


def test_every_state_has_its_place(tmp_path):
    row = ExampleRow(
        labeled={1: 1.0, 2: 1.0}, incomplete=frozenset({3}), boxes=[BoxRow(BOX, 1), BoxRow(BOX, 3), BoxRow(BOX, 3)]
    )
    content, report = export(tmp_path, row)
    assert federated(content) == [([1, 3], [2], [3])]  # 5 is unknown: nowhere
    assert report.warnings == ()


def test_an_incomplete_class_without_boxes_is_nowhere(tmp_path):
    content, _ = export(tmp_path, ExampleRow(incomplete=frozenset({3})))
    assert federated(content) == [([], [], [])]


def test_machine_boxes_whose_absence_is_not_fully_trusted_are_not_exhaustive(tmp_path):
    boxes = [BoxRow(BOX, 3, source=1, weight=0.5, score=0.7), BoxRow(BOX, 5, source=1)]
    content, report = export(tmp_path, ExampleRow(labeled={1: 1.0, 2: 0.9, 3: 0.9, 5: 1.0}, boxes=boxes))
    assert federated(content) == [([3, 5], [1, 2], [3])]
    assert report.warnings == (
        "1 (picture, class) pairs are absent on a machine's word and lose how far that is trusted",
    )


def test_a_crowd_is_left_out_and_its_class_is_no_longer_exhaustive(tmp_path):
    boxes = [BoxRow(BOX, 1), BoxRow(BOX, 1, crowd=True), BoxRow(BOX, 2, crowd=True), BoxRow(BOX, 5, weight=0.0)]
    content, report = export(tmp_path, ExampleRow(labeled={1: 1.0, 2: 1.0, 3: 1.0, 5: 1.0}, boxes=boxes))
    assert federated(content) == [([1], [3], [1])]  # 2 and 5 are there but unboxed: neither present nor absent
    assert report.annotations == 1
    assert report.warnings == (
        "3 crowd or ignored regions are left out, for LVIS has no iscrowd; "
        "2 (picture, class) pairs without another box become unknown",
    )


def test_annotations_have_what_loaders_demand(tmp_path):
    content, _ = export(tmp_path, ExampleRow(labeled={1: 1.0}, boxes=[BoxRow(BOX, 1, area=1500.0)]))
    assert content["annotations"] == [
        {
            "id": 1,
            "image_id": 1,
            "category_id": 1,
            "bbox": [10, 20, 50, 30],
            "area": 1500,
            "segmentation": [[10, 20, 60, 20, 60, 50, 10, 50]],
        }
    ]
    assert content["images"][0]["coco_url"] == content["images"][0]["file_name"] == "vehicle/b1/a.jpg"


@pytest.mark.parametrize(("images", "frequency"), [(0, "r"), (10, "r"), (11, "c"), (100, "c"), (101, "f")])
def test_frequency_follows_the_number_of_images(tmp_path, images, frequency):
    rows = [
        ExampleRow(b"\xff\xd8 %d" % number, f"{number}.jpg", labeled={1: 1.0}, boxes=[BoxRow(BOX, 1)] * 2)
        for number in range(images)
    ]
    content, _ = export(tmp_path, *rows)
    assert content["categories"][0] == {
        "id": 1,
        "name": "car",
        "synonyms": ["car"],
        "synset": "car",
        "def": "car",
        "image_count": images,
        "instance_count": 2 * images,
        "frequency": frequency,
    }
