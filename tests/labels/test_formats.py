"""The same boxes in three formats are the same labels; and real data sets read as their README counts them."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.labels.helpers import TAXONOMY, coco, make_batch, write_json, write_picture
from unify.core.taxonomy import Taxonomy
from unify.core.types import BatchRef
from unify.labels import read_batch
from unify.registry.objects import Batch

DATA = Path(__file__).parents[2] / "../shared/data"
CLASSES = ("car", "truck", "pedestrian")
COLUMNS = ("state", "box_offsets", "boxes_xyxy", "box_class", "box_area", "box_crowd", "box_difficult")


def write_voc(folder, names, boxes, sizes):
    folder.mkdir()
    for name, own, (width, height) in zip(names, boxes, sizes):
        objects = "".join(
            f"<object><name>{CLASSES[kind]}</name><bndbox><xmin>{x1}</xmin><ymin>{y1}</ymin><xmax>{x2}</xmax>"
            f"<ymax>{y2}</ymax></bndbox></object>"
            for kind, x1, y1, x2, y2 in own
        )
        (folder / f"{Path(name).stem}.xml").write_text(
            f"<annotation><filename>{name}</filename><size><width>{width}</width><height>{height}</height></size>"
            f"{objects}</annotation>"
        )


def write_yolo(folder, names, boxes, sizes):
    folder.mkdir()
    (folder / "classes.txt").write_text("\n".join(CLASSES))
    for name, own, (width, height) in zip(names, boxes, sizes):
        lines = [
            f"{kind} {(x1 + x2) / 2 / width} {(y1 + y2) / 2 / height} {(x2 - x1) / width} {(y2 - y1) / height}"
            for kind, x1, y1, x2, y2 in own
        ]
        (folder / f"{Path(name).stem}.txt").write_text("\n".join(lines))


def write_coco(path, names, boxes, sizes):
    images = [(row, name, *size) for row, (name, size) in enumerate(zip(names, sizes))]
    rows = [(row, kind + 1, x1, y1, x2 - x1, y2 - y1) for row, own in enumerate(boxes) for kind, x1, y1, x2, y2 in own]
    write_json(path, coco(images, rows, CLASSES))


def test_three_formats_of_the_same_boxes_are_the_same_labels(tmp_path):
    random = np.random.default_rng(7)
    names = ["a.jpg", "b é.JPG", "c.png", "d.jpeg"]
    sizes = [(64, 48), (100, 70), (33, 51), (20, 20)]
    boxes = []
    for row, (name, size) in enumerate(zip(names, sizes)):
        write_picture(tmp_path / "images" / name, size, seed=row)
        corners = [np.sort(random.choice(side, (3, 2)), axis=1) for side in size]  # three boxes, some of zero size
        boxes.append([(kind, *xs, *ys) for kind, (xs, ys) in enumerate(zip(*(c.tolist() for c in corners)))])
        boxes[-1] = [(kind, x1, y1, x2, y2) for kind, x1, x2, y1, y2 in boxes[-1]]
    boxes[3] = []
    for write, name in ((write_coco, "labels.json"), (write_voc, "voc"), (write_yolo, "yolo")):
        write(tmp_path / name, names, boxes, sizes)
    ours, *others = (
        read_batch(
            make_batch(tmp_path, format=name, annotations=tmp_path / file), TAXONOMY, state_dir=tmp_path / "state"
        )
        for name, file in (("coco", "labels.json"), ("voc", "voc"), ("yolo", "yolo"))
    )
    for theirs in others:
        assert theirs.labels.pictures.names == names
        assert theirs.pictures_sha256 == ours.pictures_sha256
        assert theirs.labels.counts == ours.labels.counts
        for column in COLUMNS:
            np.testing.assert_allclose(
                getattr(theirs.labels, column), getattr(ours.labels, column), rtol=1e-4, atol=1e-4, err_msg=column
            )


@pytest.mark.skipif(not (DATA / "blood").exists(), reason="needs ../shared/data/blood beside the checkout")
def test_blood_is_the_same_as_voc_and_as_coco_and_loses_only_its_two_empty_boxes(tmp_path):
    folder, classes = DATA.resolve() / "blood", ("RBC", "WBC", "Platelets")
    taxonomy = Taxonomy({"cells": classes}, {name: index for index, name in enumerate(classes, start=1)})
    num_pictures, num_boxes, counts = 0, np.zeros(4, int), []
    for split in ("train", "val", "test"):
        options = {"ref": BatchRef("cells", split), "images": folder / "JPEGImages", "labeled_classes": classes}
        image_set = folder / "ImageSets" / "Main" / f"{split}.txt"
        as_voc = Batch(annotations=folder / "Annotations", format="voc", image_set=image_set, **options)
        as_coco = Batch(annotations=folder / f"instances_{split}.json", **options)
        voc, cocos = (read_batch(batch, taxonomy, state_dir=tmp_path).labels for batch in (as_voc, as_coco))
        for column in COLUMNS:
            np.testing.assert_array_equal(getattr(voc, column), getattr(cocos, column), err_msg=column)
        assert (voc.pictures.names, voc.counts) == (cocos.pictures.names, cocos.counts)
        assert (voc.state == 2).all()
        num_pictures += len(voc.pictures)
        num_boxes += np.bincount(voc.box_class, minlength=4)
        counts.append(voc.counts)
    assert counts == [{"zero_area": 1}, {"zero_area": 1}, {}]
    assert num_pictures == 364
    assert num_boxes.sum() == 4888 - 2
    assert (num_boxes[1:] <= [4155, 372, 361]).all()


@pytest.mark.skipif(not (DATA / "cards").exists(), reason="needs ../shared/data/cards beside the checkout")
def test_cards_are_read_from_their_mixed_extensions(tmp_path):
    ranks = ("nine", "ten", "jack", "queen", "king", "ace")
    taxonomy = Taxonomy({"ranks": ranks}, {name: index for index, name in enumerate(ranks, start=1)})
    num_boxes = 0
    for split, num_pictures in (("train", 296), ("test", 67)):
        folder = DATA.resolve() / "cards" / split
        ref = BatchRef("ranks", split)
        batch = Batch(ref, annotations=folder, images=folder, format="voc", labeled_classes=ranks)
        labels = read_batch(batch, taxonomy, state_dir=tmp_path).labels
        assert len(labels.pictures) == num_pictures
        assert {Path(name).suffix for name in labels.pictures.names} == {".jpg", ".JPG"}
        num_boxes += len(labels.boxes_xyxy)
    assert num_boxes == 670


def test_a_picture_listed_by_voc_with_the_wrong_extension_is_found(tmp_path):
    write_picture(tmp_path / "images" / "a.JPG")
    write_voc(tmp_path / "voc", ["a.jpg"], [[(0, 1, 2, 3, 4)]], [(64, 48)])
    batch = make_batch(tmp_path, format="voc", annotations=tmp_path / "voc")
    assert read_batch(batch, TAXONOMY, state_dir=tmp_path / "state").labels.pictures.names == ["a.JPG"]


def test_lvis_states_reach_the_result(tmp_path):
    for seed, name in enumerate(("a.jpg", "b.jpg")):
        write_picture(tmp_path / "images" / name, seed=seed)
    document = coco([(1, "a.jpg"), (2, "b.jpg")], [(1, 1, 0, 0, 9, 9), (1, 3, 0, 0, 9, 9), (2, 1, 0, 0, 9, 9)])
    document["images"][0] |= {"neg_category_ids": [2], "not_exhaustive_category_ids": []}
    document["images"][1] |= {"neg_category_ids": [], "not_exhaustive_category_ids": [1]}
    (tmp_path / "labels.json").write_text(json.dumps(document))
    result = read_batch(make_batch(tmp_path), TAXONOMY, state_dir=tmp_path / "state")
    # car, truck, nobody's, pedestrian (not among the batch's labeled classes)
    assert result.labels.state.tolist() == [[2, 2, 0, 1], [1, 0, 0, 0]]
    assert result.warnings == ()
