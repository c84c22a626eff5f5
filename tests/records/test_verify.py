import json
import random

import pytest

from tests.records.tables import THREE_SHARDS, ExampleRow, write_dataset
from unify.errors import DatasetError
from unify.records.manifest import MANIFEST_NAME, manifest_bytes, seal_manifest
from unify.records.shard import seal_shard
from unify.records.verify import verify_dataset

FILES = (
    "label_map.csv",
    "label_map.pbtxt",
    "manifest.json",
    "train-00000-of-00002.tfrecord",
    "train-00001-of-00002.tfrecord",
    "val-00000-of-00001.tfrecord",
)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verify")
    write_dataset(folder / "dataset", folder / "pictures", THREE_SHARDS)
    return {path.name: path.read_bytes() for path in (folder / "dataset").iterdir()}


@pytest.fixture
def dataset(tmp_path, written):
    for name, data in written.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def problems_of(folder):
    report = verify_dataset(folder)
    assert report.ok == (not report.problems)
    return [(str(problem.where).removeprefix(f"{folder}/"), problem.what) for problem in report.problems]


def reseal(folder, change):
    """A manifest that a wrong writer would have sealed."""
    path = folder / MANIFEST_NAME
    manifest = json.loads(path.read_bytes())
    change(manifest)
    path.write_bytes(manifest_bytes(seal_manifest(manifest)))


def test_a_whole_dataset_is_whole(dataset):
    counts = []
    report = verify_dataset(dataset, progress=counts.append)
    assert report.ok
    assert (report.problems, report.examples, report.shards) == ((), 4, 3)
    assert sum(counts) == 4


def test_the_dataset_has_exactly_these_files(dataset):
    assert sorted(path.name for path in dataset.iterdir()) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_every_flipped_byte_is_found_and_its_file_named(dataset, name):
    path = dataset / name
    data = path.read_bytes()
    dice = random.Random(7)
    for position in {0, len(data) - 1, *dice.sample(range(len(data)), min(60, len(data)))}:
        damaged = bytearray(data)
        damaged[position] ^= dice.randrange(1, 256)
        path.write_bytes(damaged)
        assert name in {where for where, _ in problems_of(dataset)}, f"byte {position}"


@pytest.mark.parametrize("name", FILES)
def test_every_missing_file_is_found(dataset, name):
    (dataset / name).unlink()
    assert name in {where for where, _ in problems_of(dataset)}


@pytest.mark.parametrize("name", FILES)
def test_every_cut_file_is_found(dataset, name):
    (dataset / name).write_bytes((dataset / name).read_bytes()[:-1])
    assert name in {where for where, _ in problems_of(dataset)}


@pytest.mark.parametrize("name", FILES)
def test_every_longer_file_is_found(dataset, name):
    (dataset / name).write_bytes((dataset / name).read_bytes() + b"\n")
    assert name in {where for where, _ in problems_of(dataset)}


def test_damage_in_a_shard_is_located(dataset):
    path = dataset / "train-00000-of-00002.tfrecord"
    data = path.read_bytes()
    path.write_bytes(data[:-9] + b"!" + data[-8:])
    ((where, what),) = problems_of(dataset)
    assert where == path.name
    assert what.startswith("the shard is not the one that was written: record 1 at byte ")
    assert what.endswith(": wrong CRC of the data")


def test_whole_records_of_another_dataset_are_found(dataset):
    one, other = dataset / "train-00001-of-00002.tfrecord", dataset / "val-00000-of-00001.tfrecord"
    one.write_bytes(other.read_bytes())
    assert problems_of(dataset) == [
        (one.name, "the shard is not the one that was written: its records are whole, but they are others"),
        # not: counts that differ, or the same picture twice, which is the same thing said again
    ]


def test_a_stray_shard_is_found(dataset):
    (dataset / "train-00002-of-00002.tfrecord").write_bytes(b"")
    assert problems_of(dataset) == [("train-00002-of-00002.tfrecord", "the shard is not in the manifest")]


def test_other_files_may_stand_beside(dataset):
    (dataset / "report.html").write_text("<html>")
    assert problems_of(dataset) == []


def test_a_damaged_manifest_still_lets_frames_be_checked(dataset):
    (dataset / MANIFEST_NAME).write_bytes(b"{")
    path = dataset / "val-00000-of-00001.tfrecord"
    path.write_bytes(path.read_bytes()[:-1])
    assert [where for where, _ in problems_of(dataset)] == [MANIFEST_NAME, path.name]


def test_a_manifest_in_other_bytes_is_found(dataset):
    path = dataset / MANIFEST_NAME
    path.write_text(json.dumps(json.loads(path.read_bytes())))
    what = "the manifest's content is right, but its bytes are not those unify writes"
    assert problems_of(dataset) == [(MANIFEST_NAME, what)]


def test_wrong_counts_are_named_one_by_one(dataset):
    def change(manifest):
        manifest["splits"]["train"]["classes"]["car"]["labeled"] += 1
        manifest["splits"]["val"]["boxes"] = 9
        manifest["classes"]["car"]["sources"] = {"human": 2}
        manifest["classes"]["car"]["auto_label_ratio"] = 0.0

    reseal(dataset, change)
    assert problems_of(dataset) == [
        (MANIFEST_NAME, "splits.train.classes.car.labeled is not what the records say"),
        (MANIFEST_NAME, "splits.val.boxes is not what the records say"),
        (MANIFEST_NAME, "classes.car.auto_label_ratio is not what the records say"),
        (MANIFEST_NAME, "classes.car.sources.human is not what the records say"),
        (MANIFEST_NAME, "classes.car.sources.pedestrian:v3 is not what the records say"),
    ]


def test_wrong_shard_counts_are_found(dataset):
    reseal(dataset, lambda manifest: manifest["shards"][2].update(examples=2, boxes=3))
    assert [what for _, what in problems_of(dataset)] == [
        "the shard holds another number of examples",
        "the shard holds another number of boxes",
    ]


def test_a_label_map_of_another_taxonomy_is_found(dataset):
    def change(manifest):
        manifest["taxonomy"]["ids"]["truck"] = 4

    reseal(dataset, change)
    found = problems_of(dataset)
    assert ("label_map.csv", "the label map does not fit the manifest's taxonomy") in found
    assert ("train-00000-of-00002.tfrecord", "record 0: class ids that the taxonomy does not have") in found


def test_the_same_picture_in_two_records_is_found(tmp_path):
    row = ExampleRow(b"\xff\xd8 twice")
    splits = {"train": [[row], [ExampleRow(b"\xff\xd8 once")]], "val": [[row]]}
    write_dataset(tmp_path / "dataset", tmp_path / "pictures", splits)
    (problem,) = verify_dataset(tmp_path / "dataset").problems
    assert problem.what == "the same picture stands in two records"
    assert problem.got.endswith("in train-00000-of-00002.tfrecord and val-00000-of-00001.tfrecord")


def test_a_wrong_source_id_is_found(dataset):
    path = dataset / "val-00000-of-00001.tfrecord"
    data = path.read_bytes()
    rewritten = rewrite_source_id(data)
    path.write_bytes(rewritten)

    def change(manifest):
        num_bytes, sha256 = seal_shard(path)
        manifest["shards"][2].update(bytes=num_bytes, sha256=sha256)

    reseal(dataset, change)
    assert problems_of(dataset) == [(path.name, "record 0: source_id is not the content id of its sha256")]


def rewrite_source_id(shard):
    from unify.records.framing import framed

    payload = bytearray(shard[12:-4])
    at = payload.index(b"image/source_id") + len(b"image/source_id") + 6
    payload[at] = ord("1") if payload[at] != ord("1") else ord("2")
    return b"".join(framed(b"", bytes(payload), b""))


def test_an_empty_dataset_is_whole(tmp_path):
    write_dataset(tmp_path / "dataset", tmp_path / "pictures", {})
    assert verify_dataset(tmp_path / "dataset").ok


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(DatasetError) as raised:
        verify_dataset(tmp_path / "gone")
    assert str(raised.value) == f"{tmp_path / 'gone'}: no such folder\n  fix:      give the folder a compile wrote"
