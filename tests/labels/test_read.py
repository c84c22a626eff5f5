"""The whole stage on small batches: what comes out, what stops it, what a second read does not do."""

import dataclasses
import hashlib
import json
import pickle

import numpy as np
import pytest

from tests.labels.helpers import TAXONOMY, boxes_of, coco, make_batch, write_json, write_picture
from unify.core.types import PictureFormat
from unify.errors import LabelError, PictureError
from unify.labels import FORMATS, read, read_batch
from unify.labels import coco as coco_reader


@pytest.fixture
def batch(tmp_path):
    """Three pictures, a car on the first, a pedestrian on the third, which nobody searched for."""
    for seed, name in enumerate(("a.jpg", "b.png", "c d é.jpg")):
        write_picture(tmp_path / "images" / name, (64, 48), seed=seed)
    images = [(1, "a.jpg", 64, 48), (2, "b.png", 64, 48), (3, "c d é.jpg", 64, 48)]
    write_json(tmp_path / "labels.json", coco(images, [(3, 3, 1, 1, 9, 9), (1, 1, 0, 0, 10, 10)]))
    return make_batch(tmp_path)


def run(batch, **options):
    return read_batch(batch, TAXONOMY, state_dir=batch.annotations.parent / "state", **options)


def failure(kind, batch, **options):
    with pytest.raises(kind) as error:
        run(batch, **options)
    return str(error.value).replace(str(batch.images.parent), "DIR")


def change(batch, edit):
    document = json.loads(batch.annotations.read_text())
    edit(document)
    write_json(batch.annotations, document)


def test_a_batch_is_read(batch):
    result = run(batch)
    labels = result.labels
    assert labels.pictures.names == ["a.jpg", "b.png", "c d é.jpg"]
    assert [boxes_of(labels, row) for row in range(3)] == [[(1, 0, 0, 10, 10)], [], [(4, 1, 1, 10, 10)]]
    assert labels.state.tolist() == [[2, 2, 0, 0], [2, 2, 0, 0], [2, 2, 0, 1]]
    assert labels.pictures.format.tolist() == [PictureFormat.JPEG, PictureFormat.PNG, PictureFormat.JPEG]
    assert (labels.counts, labels.skipped, result.warnings) == ({}, (), ())
    assert result.annotations_sha256 == hashlib.sha256(batch.annotations.read_bytes()).hexdigest()


def test_the_digest_of_the_pictures_is_that_of_their_sorted_names_and_digests(batch):
    digest = hashlib.sha256()
    for name in sorted(["c d é.jpg", "b.png", "a.jpg"]):
        digest.update(name.encode() + b"\0" + hashlib.sha256((batch.images / name).read_bytes()).digest())
    assert run(batch).pictures_sha256 == digest.hexdigest()
    change(batch, lambda document: document["images"].reverse())
    assert run(batch).pictures_sha256 == digest.hexdigest()


def same(a, b):
    """Equal results, array by array."""
    tables = (a.labels.pictures, b.labels.pictures), (a.labels, b.labels)
    for ours, theirs in tables:
        for field in dataclasses.fields(ours):
            if field.name != "pictures":
                np.testing.assert_array_equal(getattr(ours, field.name), getattr(theirs, field.name), field.name)
    return dataclasses.replace(a, labels=None) == dataclasses.replace(b, labels=None)


def test_a_second_read_parses_nothing_and_gives_the_same(batch, monkeypatch):
    first = run(batch)
    monkeypatch.setattr(coco_reader, "read", None)
    assert same(run(batch), first)


def test_a_damaged_snapshot_is_parsed_again(batch):
    first = run(batch)
    (snapshot,) = (batch.images.parent / "state" / "snapshots").iterdir()
    assert snapshot.name == f"{first.annotations_sha256}-coco-v{coco_reader.VERSION}.arrow"
    snapshot.write_bytes(snapshot.read_bytes()[:-20])
    assert same(run(batch), first)


def test_results_do_not_depend_on_the_workers_and_cross_processes(batch):
    alone = run(batch)
    assert same(read_batch(batch, TAXONOMY, state_dir=batch.images.parent / "other", workers=4), alone)
    assert same(pickle.loads(pickle.dumps(alone)), alone)


def test_changed_annotations_are_read_anew(batch):
    run(batch)
    change(batch, lambda document: document["annotations"].pop())
    assert len(run(batch).labels.boxes_xyxy) == 1


def test_an_image_set_restricts_the_batch(batch):
    chosen = batch.images.parent / "set.txt"
    chosen.write_text("c d é\na.jpg\n")
    result = run(dataclasses.replace(batch, image_set=chosen))
    assert result.labels.pictures.names == ["a.jpg", "c d é.jpg"]
    chosen.write_text("zebra")
    text = failure(LabelError, dataclasses.replace(batch, image_set=chosen))
    assert text == "DIR/set.txt: names without a picture: 1\n  got:      zebra"


def test_categories_outside_the_image_set_need_no_class(batch):
    change(batch, lambda document: document["categories"][2].update(name="zebra"))
    assert "category 'zebra' is not a class" in failure(LabelError, batch)
    chosen = batch.images.parent / "set.txt"
    chosen.write_text("a\nb\n")
    assert len(run(dataclasses.replace(batch, image_set=chosen)).labels.boxes_xyxy) == 1


@pytest.fixture
def bad_batch(batch):
    """The same with three bad pictures: cut short, annotated with another size, gone."""
    data = (batch.images / "a.jpg").read_bytes()
    (batch.images / "a.jpg").write_bytes(data[:-20])
    change(batch, lambda document: document["images"][1].update(width=48, height=64))
    change(batch, lambda document: document["images"].append({"id": 4, "file_name": "gone.jpg"}))
    return batch


def test_bad_pictures_stop_and_are_all_listed(bad_batch):
    assert failure(PictureError, bad_batch) == (
        "DIR/images/a.jpg: truncated: JPEG without its end marker\n\n"
        "DIR/images/b.png: size is not the annotated one\n"
        "  got:      64 x 48 (width x height)\n"
        "  expected: 48 x 64\n"
        "  fix:      correct the size in the annotations, or bring back the picture that was annotated\n\n"
        "DIR/images/gone.jpg: missing: no such file\n\n"
        "3 bad pictures in vehicle:b1; `--on-error skip` leaves them out."
    )


def test_skipped_pictures_are_listed_and_everything_else_stays_aligned(bad_batch):
    labels = run(bad_batch, on_error="skip").labels
    assert labels.pictures.names == ["c d é.jpg"]
    assert boxes_of(labels, 0) == [(4, 1, 1, 10, 10)]
    assert labels.state.tolist() == [[2, 2, 0, 1]]
    assert [(skipped.batch, skipped.name, skipped.reason) for skipped in labels.skipped] == [
        ("vehicle:b1", "a.jpg", "truncated: JPEG without its end marker"),
        ("vehicle:b1", "b.png", "size is not the annotated one: 64 x 48 (width x height), annotated 48 x 64"),
        ("vehicle:b1", "gone.jpg", "missing: no such file"),
    ]


def test_skipping_everything_leaves_an_empty_batch(bad_batch):
    (bad_batch.images / "c d é.jpg").unlink()
    labels = run(bad_batch, on_error="skip").labels
    assert (len(labels.pictures), labels.state.shape, labels.boxes_xyxy.shape) == (0, (0, 4), (0, 4))


def test_a_mended_picture_is_noticed(bad_batch):
    failure(PictureError, bad_batch)
    write_picture(bad_batch.images / "gone.jpg")
    write_picture(bad_batch.images / "a.jpg")
    change(bad_batch, lambda document: document["images"][1].update(width=64, height=48))
    assert len(run(bad_batch).labels.pictures) == 4


def test_more_than_a_screen_of_bad_pictures_is_counted(batch):
    extra = [{"id": number, "file_name": f"{number}.jpg"} for number in range(100, 125)]
    change(batch, lambda document: document["images"].extend(extra))
    text = failure(PictureError, batch)
    assert text.count("missing: no such file") == 20
    assert text.endswith("and 5 more\n25 bad pictures in vehicle:b1; `--on-error skip` leaves them out.")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_rotated_pictures_are_read_in_stored_pixels(tmp_path, orientation):
    write_picture(tmp_path / "images" / "a.jpg", (64, 48), orientation=orientation)
    seen_wh = (48, 64) if orientation >= 5 else (64, 48)
    write_json(tmp_path / "labels.json", coco([(1, "a.jpg", *seen_wh)], [(1, 1, 0, 0, *seen_wh)]))
    batch = make_batch(tmp_path, exif_orientation="apply")
    assert boxes_of(run(batch).labels, 0) == [(1, 0, 0, 64, 48)]


def test_missing_inputs_are_all_named_where_the_batch_is_registered(tmp_path):
    batch = make_batch(tmp_path, image_set=tmp_path / "set.txt")
    where = "registry/datasets/vehicle.yaml:3:3"
    assert failure(LabelError, batch) == "\n\n".join(
        f"{where}: {key} of vehicle:b1 not found\n  got:      DIR/{name}"
        for key, name in (("annotations", "labels.json"), ("images", "images"), ("image_set", "set.txt"))
    )


@pytest.mark.parametrize("file_format", ["voc", "yolo"])
def test_a_file_where_a_folder_belongs_is_an_error_not_a_traceback(batch, file_format):
    text = failure(LabelError, dataclasses.replace(batch, format=file_format))
    assert text.startswith("registry/datasets/vehicle.yaml:3:3: ")
    assert "labels.json" in text


def test_a_folder_where_a_file_belongs_is_an_error_not_a_traceback(batch):
    text = failure(LabelError, dataclasses.replace(batch, annotations=batch.images))
    assert text == (
        "registry/datasets/vehicle.yaml:3:3: files of vehicle:b1 cannot be read\n"
        "  got:      [Errno 21] Is a directory: 'DIR/images'"
    )


def test_warnings_come_with_the_result(batch):
    change(batch, lambda document: document["categories"].pop(1))
    assert run(batch).warnings == (
        "vehicle:b1: labeled class 'truck' has no category in the file: every picture will say it is absent",
    )


def test_a_new_picture_in_a_yolo_folder_is_noticed(tmp_path):
    write_picture(tmp_path / "images" / "a.jpg")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "classes.txt").write_text("car\ntruck")
    batch = make_batch(tmp_path, format="yolo", annotations=tmp_path / "labels")
    state_dir = tmp_path / "state"
    assert len(read_batch(batch, TAXONOMY, state_dir=state_dir).labels.pictures) == 1
    write_picture(tmp_path / "images" / "b.jpg")
    assert len(read_batch(batch, TAXONOMY, state_dir=state_dir).labels.pictures) == 2


def test_adding_a_format_takes_one_module_and_one_line(batch, monkeypatch):
    class Everywhere:
        VERSION = 1
        USES_IMAGE_NAMES = False
        annotation_files = staticmethod(coco_reader.annotation_files)

        @staticmethod
        def read(annotations, images):
            return dataclasses.replace(coco_reader.read(annotations, images), categories=("car", "car", "car"))

    monkeypatch.setitem(FORMATS, "everywhere", Everywhere)
    result = read.read_batch(
        dataclasses.replace(batch, format="everywhere"), TAXONOMY, state_dir=batch.images.parent / "state"
    )
    assert result.labels.box_class.tolist() == [1, 1]
