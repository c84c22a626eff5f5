import errno
import json

import pytest

from tests.records.tables import THREE_SHARDS, write_dataset
from unify.errors import DatasetError, OutputError, UnifyError
from unify.records import export as export_module
from unify.records.export import ExportReport, export_dataset


@pytest.fixture
def dataset(tmp_path):
    write_dataset(tmp_path / "dataset", tmp_path / "files", THREE_SHARDS)
    return tmp_path / "dataset"


def test_all_splits_by_name_then_records_in_order(dataset, tmp_path):
    counts = []
    report = export_dataset(dataset, to="lvis", output=tmp_path / "new/out.json", progress=counts.append)
    images = json.loads((tmp_path / "new/out.json").read_text())["images"]
    assert [(image["id"], image["split"], image["file_name"]) for image in images] == [
        (1, "train", "vehicle/b1/one.jpg"),
        (2, "train", "vehicle/b1/two.jpg"),
        (3, "train", "pedestrian/b1/three.jpg"),
        (4, "val", "vehicle/b1/four.jpg"),
    ]
    assert sum(counts) == 4
    assert report == ExportReport(images=4, annotations=3, categories=4, warnings=())
    assert report.summary() == {"images": 4, "annotations": 3, "categories": 4, "warnings": []}


def test_one_split_alone(dataset, tmp_path):
    assert export_dataset(dataset, to="coco", output=tmp_path / "out.json", split="val").images == 1


def test_annotations_belong_to_their_images(dataset, tmp_path):
    export_dataset(dataset, to="coco", output=tmp_path / "out.json")
    annotations = json.loads((tmp_path / "out.json").read_text())["annotations"]
    assert [(row["id"], row["image_id"], row["category_id"]) for row in annotations] == [
        (1, 1, 1),
        (2, 1, 1),
        (3, 4, 5),
    ]


@pytest.mark.parametrize("to", ["coco", "lvis"])
def test_the_same_dataset_gives_the_same_bytes(dataset, tmp_path, to):
    for name in ("a.json", "b.json"):
        export_dataset(dataset, to=to, output=tmp_path / name)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert str(tmp_path) not in (tmp_path / "a.json").read_text()


def test_pictures_lie_where_the_file_names_say(dataset, tmp_path):
    export_dataset(dataset, to="coco", output=tmp_path / "out.json", pictures=tmp_path / "out")
    images = json.loads((tmp_path / "out.json").read_text())["images"]
    assert {(tmp_path / "out" / image["file_name"]).read_bytes() for image in images} == {
        b"\xff\xd8 one",
        b"\xff\xd8 two",
        b"\xff\xd8 three",
        b"\xff\xd8 four",
    }


def test_an_existing_output_is_kept(dataset, tmp_path):
    (tmp_path / "out.json").write_text("mine")
    with pytest.raises(OutputError) as caught:
        export_dataset(dataset, to="coco", output=tmp_path / "out.json")
    assert str(caught.value) == (
        f"{tmp_path}/out.json: the output exists already\n  fix:      choose another --output, or move the file away"
    )
    assert (tmp_path / "out.json").read_text() == "mine"


def test_damage_in_the_last_shard_leaves_nothing_behind(dataset, tmp_path):
    path = dataset / "val-00000-of-00001.tfrecord"
    path.write_bytes(path.read_bytes()[:-1])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(DatasetError, match="the file ends inside the record"):
        export_dataset(dataset, to="coco", output=tmp_path / "out.json")
    assert sorted(tmp_path.iterdir()) == before


def test_a_full_disk_is_told_and_leaves_nothing_behind(dataset, tmp_path, monkeypatch):
    def full(file, entry, *, first):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(export_module, "_append", full)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OutputError) as caught:
        export_dataset(dataset, to="coco", output=tmp_path / "out.json")
    assert str(caught.value) == (
        f"{tmp_path}/out.json: cannot be written: No space left on device\n  fix:      free space on the disk"
    )
    assert sorted(tmp_path.iterdir()) == before


def test_unknown_format_message(dataset, tmp_path):
    with pytest.raises(UnifyError) as caught:
        export_dataset(dataset, to="cocoo", output=tmp_path / "out.json")
    assert str(caught.value) == (
        "unify export: unknown format\n  got:      'cocoo'\n  expected: coco or lvis\n  fix:      did you mean 'coco'?"
    )


def test_an_unknown_split_is_told_before_anything_is_written(dataset, tmp_path):
    with pytest.raises(DatasetError, match="the dataset has no split 'test'"):
        export_dataset(dataset, to="coco", output=tmp_path / "new/out.json", split="test")
    assert not (tmp_path / "new").exists()
