"""Cuts of real COCO data: files are read, merged or refused with every reason at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.workspaces import Labels, coco
from unify.errors import UnifyError
from unify.registry.trial_objects import Cut
from unify.scenarios.cut import digest_sources, read_cut

BOX, OTHER = (4.0, 4.0, 20.0, 16.0), (1.0, 2.0, 3.5, 4.25)
CATEGORIES = ("dog", "traffic light", "cat")
TASKS = {"signal": ("traffic light",), "animal": ("cat", "dog")}


def make_source(
    folder: Path, name: str, labels: Labels, categories: Sequence[str] = CATEGORIES, images: str = ""
) -> tuple[Path, Path]:
    """An annotation file and its images folder, without a picture in it: a cut opens none."""
    annotations, pictures = folder / f"{name}.json", folder / (images or name)
    pictures.mkdir(parents=True, exist_ok=True)
    annotations.write_text(json.dumps(coco(labels, categories)))
    return annotations, pictures


def make_cut(folder: Path, tasks: Mapping[str, Sequence[str]] = TASKS, **more: object) -> Cut:
    train = make_source(folder, "train", {"a": [("dog", BOX), ("traffic light", OTHER)], "b": []})
    test = make_source(folder, "test", {"c": [("cat", BOX)]})
    return Cut((train,), (), (test,), {task: tuple(names) for task, names in tasks.items()}, **more)


def message_of(cut: Cut, folder: Path) -> str:
    with pytest.raises(UnifyError) as error:
        digest_sources(cut)
        read_cut(cut)
    return str(error.value).replace(str(folder), "DATA")


def test_a_picture_knows_every_object_of_the_tasks_and_stays_where_it_is(tmp_path: Path):
    material = read_cut(make_cut(tmp_path))
    assert material.train.images == str(tmp_path / "train") and material.test.images == str(tmp_path / "test")
    first, second = material.train.truths
    assert (first.file_name, first.image_hw) == ("a.jpg", (48, 64))
    assert first.of(["dog"]) == [("dog", [4, 4, 24, 20])]
    assert first.areas.tolist() == [320, 14.875] and first.crowd.tolist() == [False, False]
    assert second.class_names == () and material.test.truths[0].class_names == ("cat",)


def test_a_category_with_a_space_becomes_a_class_without(tmp_path: Path):
    material = read_cut(make_cut(tmp_path))
    assert material.tasks == {"signal": ("traffic_light",), "animal": ("cat", "dog")}
    assert material.train.truths[0].of(["traffic_light"]) == [("traffic_light", [1, 2, 4.5, 6.25])]


def test_categories_that_no_task_names_are_left_out(tmp_path: Path):
    first, second = read_cut(make_cut(tmp_path, {"signal": ["traffic light"]})).train.truths
    assert (first.class_names, second.class_names) == (("traffic_light",), ())
    assert first.boxes_xyxy.tolist() == [[1, 2, 4.5, 6.25]] and first.areas.tolist() == [14.875]


def test_files_over_one_folder_are_merged(tmp_path: Path):
    pairs = [make_source(tmp_path, name, {name: [("dog", BOX)]}, images="all") for name in ("one", "two")]
    material = read_cut(Cut(tuple(pairs), (), (make_source(tmp_path, "test", {"c": []}),), TASKS))
    assert material.train.images == str(tmp_path / "all")
    assert [truth.file_name for truth in material.train.truths] == ["one.jpg", "two.jpg"]


def test_one_name_in_two_folders_is_two_pictures(tmp_path: Path):
    pairs = [make_source(tmp_path, name, {"same": [(of, BOX)]}) for name, of in (("x/one", "dog"), ("x/y/two", "cat"))]
    material = read_cut(Cut(tuple(pairs), (), (make_source(tmp_path, "test", {"same": []}),), TASKS))
    assert material.train.images == str(tmp_path / "x")
    names = {truth.file_name: truth.class_names for truth in material.train.truths}
    assert names == {"one/same.jpg": ("dog",), "y/two/same.jpg": ("cat",)}


def test_categories_are_matched_by_name_whatever_their_ids(tmp_path: Path):
    pairs = (
        make_source(tmp_path, "one", {"p": [("cat", BOX)]}),
        make_source(tmp_path, "two", {"q": [("cat", BOX)]}, ("cat", "bird", "dog", "traffic light")),
    )
    material = read_cut(Cut(pairs, (), (make_source(tmp_path, "test", {"c": []}),), TASKS))
    assert [truth.class_names for truth in material.train.truths] == [("cat",), ("cat",)]


def test_crowds_and_objects_without_a_place_are_kept(tmp_path: Path):
    cut = make_cut(tmp_path)
    content = coco({"a": [("dog", BOX), ("cat", BOX), ("cat", BOX)]}, CATEGORIES)
    content["annotations"][0]["iscrowd"] = 1
    del content["annotations"][1]["bbox"], content["annotations"][1]["area"]
    cut.train[0][0].write_text(json.dumps(content))
    (truth,) = read_cut(cut).train.truths
    assert truth.crowd.tolist() == [True, False, False]
    assert np.isnan(truth.boxes_xyxy[1]).all() and np.isnan(truth.areas[1])


def test_missing_files_and_folders_are_all_named(tmp_path: Path):
    away = ((tmp_path / "gone.json", tmp_path),)
    cut = Cut(((tmp_path / "no.json", tmp_path / "no"),), away, ((tmp_path, tmp_path / "test"),), TASKS)
    assert message_of(cut, tmp_path) == (
        "DATA/no.json: annotations cannot be read: No such file or directory\n"
        "  fix:      correct the path under 'train' of the trial's scenario\n"
        "\n"
        "DATA/no: images folder not found\n"
        "  fix:      correct the path under 'train' of the trial's scenario\n"
        "\n"
        "DATA/gone.json: annotations cannot be read: No such file or directory\n"
        "  fix:      correct the path under 'validation' of the trial's scenario\n"
        "\n"
        "DATA: annotations cannot be read: Is a directory\n"
        "  fix:      correct the path under 'test' of the trial's scenario\n"
        "\n"
        "DATA/test: images folder not found\n"
        "  fix:      correct the path under 'test' of the trial's scenario\n"
        "\n"
        "Nothing was written."
    )


def test_pictures_to_calibrate_on_are_read_like_the_others(tmp_path: Path):
    cut = make_cut(tmp_path)
    empty = read_cut(cut).validation
    assert empty.truths == ()
    pairs = (make_source(tmp_path, "val", {"v": [("cat", BOX)], "w": []}),)
    material = read_cut(replace(cut, validation=pairs))
    assert material.validation.images == str(tmp_path / "val")
    assert [truth.class_names for truth in material.validation.truths] == [("cat",), ()]


def test_pictures_to_calibrate_on_are_no_others(tmp_path: Path):
    cut = make_cut(tmp_path)
    assert "DATA/test.json: lists pictures that DATA/test.json lists as well: 1\n  got:      c.jpg" in message_of(
        replace(cut, validation=cut.test), tmp_path
    )


def test_everything_wrong_with_the_files_is_said_at_once(tmp_path: Path):
    cut = make_cut(tmp_path, {"animal": ["dogs"], "signal": ["traffic light"]})
    extra = make_source(tmp_path, "extra", {"d": []})
    extra[0].write_text('{"images": [}')
    assert message_of(Cut((*cut.train, extra), (), cut.train, cut.tasks), tmp_path) == (
        "DATA/train.json: has no category 'dogs', which task 'animal' names\n"
        "  got:      dog, traffic light, cat\n"
        "  fix:      did you mean 'dog'?\n"
        "\n"
        "DATA/extra.json:1:13: is not JSON: Expecting value\n"
        "  fix:      export the annotations again; the file may have been cut short\n"
        "\n"
        "DATA/train.json: lists pictures that DATA/train.json lists as well: 2\n"
        "  got:      a.jpg, b.jpg\n"
        "  expected: every picture in one file, to train on or to measure on\n"
        "  fix:      take them out of one of the two files\n"
        "\n"
        "Nothing was written."
    )


def test_categories_that_cannot_be_classes_are_refused(tmp_path: Path):
    names = ("größe", "a b", "a_b")
    train, test = (make_source(tmp_path, name, {name: []}, names) for name in ("train", "test"))
    assert message_of(Cut((train,), (), (test,), {"t": names}), tmp_path) == (
        "task 't': category 'größe' cannot become a class\n"
        "  expected: letters, digits, '_', '-' and '.', the first a letter or digit\n"
        "  fix:      rename the category in the annotation files\n"
        "\n"
        "task 't': category 'a_b' becomes a class that is there already\n"
        "  got:      a_b\n"
        "  fix:      rename the category in the annotation files\n"
        "\n"
        "Nothing was written."
    )


def test_a_federated_file_is_not_fully_labeled(tmp_path: Path):
    cut = make_cut(tmp_path)
    content = json.loads(cut.test[0][0].read_text())
    content["images"][0]["neg_category_ids"] = [0]
    cut.test[0][0].write_text(json.dumps(content))
    assert message_of(cut, tmp_path) == (
        "DATA/test.json: is federated (LVIS): not every class was searched for on every picture\n"
        "  expected: a file whose categories are labeled on all of its pictures\n"
        "\n"
        "Nothing was written."
    )
