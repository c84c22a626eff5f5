import json

import pytest

from tests.records.tables import TAXONOMY, THREE_SHARDS, write_dataset
from unify.core.digest import json_digest
from unify.errors import DatasetError
from unify.records.manifest import (
    MANIFEST_NAME,
    manifest_bytes,
    read_manifest,
    seal_manifest,
    shard_paths,
    taxonomy_of,
)


@pytest.fixture
def dataset(tmp_path):
    write_dataset(tmp_path / "dataset", tmp_path / "pictures", THREE_SHARDS)
    return tmp_path / "dataset"


def message_of(folder):
    with pytest.raises(DatasetError) as raised:
        read_manifest(folder)
    return str(raised.value)


def rewrite(dataset, **changes):
    path = dataset / MANIFEST_NAME
    path.write_bytes(manifest_bytes({**json.loads(path.read_bytes()), **changes}))


def reseal(dataset, **changes):
    path = dataset / MANIFEST_NAME
    path.write_bytes(manifest_bytes(seal_manifest({**json.loads(path.read_bytes()), **changes})))


def test_what_was_sealed_is_read_back(tmp_path):
    manifest = write_dataset(tmp_path / "dataset", tmp_path / "pictures", THREE_SHARDS)
    assert read_manifest(tmp_path / "dataset") == manifest
    assert taxonomy_of(manifest) == TAXONOMY


def test_bytes_do_not_depend_on_the_order_of_keys(dataset):
    manifest = read_manifest(dataset)
    backwards = dict(reversed(manifest.items()))
    assert manifest_bytes(backwards) == (dataset / MANIFEST_NAME).read_bytes()
    assert seal_manifest(backwards) == manifest


def test_the_digest_covers_everything_else(dataset):
    manifest = read_manifest(dataset)
    content = {key: value for key, value in manifest.items() if key != "digest"}
    assert manifest["digest"] == json_digest(content)
    assert seal_manifest(content)["digest"] == seal_manifest(manifest)["digest"]
    assert seal_manifest({**content, "seed": 8})["digest"] != manifest["digest"]


def test_bytes_are_indented_sorted_and_end_in_a_newline():
    assert manifest_bytes({"b": [1], "a": "ü"}) == '{\n  "a": "ü",\n  "b": [\n    1\n  ]\n}\n'.encode()


def test_shards_of_a_split_are_found(dataset):
    manifest = read_manifest(dataset)
    assert shard_paths(dataset, manifest, "train") == [
        dataset / "train-00000-of-00002.tfrecord",
        dataset / "train-00001-of-00002.tfrecord",
    ]
    assert shard_paths(dataset, manifest, "val") == [dataset / "val-00000-of-00001.tfrecord"]


def test_an_unknown_split_names_the_splits_there_are(dataset):
    with pytest.raises(DatasetError) as raised:
        shard_paths(dataset, read_manifest(dataset), "trian")
    assert str(raised.value) == (
        f"{dataset}: the dataset has no split 'trian'\n"
        "  got:      trian\n"
        "  expected: one of: train, val\n"
        "  fix:      did you mean 'train'?"
    )


def test_a_folder_without_a_manifest_is_no_dataset(tmp_path):
    assert message_of(tmp_path) == (
        f"{tmp_path / MANIFEST_NAME}: there is no unified dataset here: its manifest is missing\n"
        "  fix:      give the folder a compile wrote"
    )


REMEDY = "copy the manifest again from where it is whole, or compile again"


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000])
def test_a_manifest_that_is_not_json_is_named(tmp_path, content):
    path = tmp_path / MANIFEST_NAME
    path.write_bytes(content)
    message = message_of(tmp_path)
    assert message.startswith(f"{path}: the manifest is not JSON\n  got:")
    assert message.endswith(f"  fix:      {REMEDY}")


@pytest.mark.parametrize("content", [b"[]", b"{}", b'{"format": "other"}', b"null"])
def test_someone_elses_manifest_is_named(tmp_path, content):
    path = tmp_path / MANIFEST_NAME
    path.write_bytes(content)
    assert message_of(tmp_path) == (
        f"{path}: the file is not the manifest of a unified dataset\n"
        '  expected: "format": "unify-dataset"\n'
        f"  fix:      {REMEDY}"
    )


def test_a_newer_version_asks_for_an_update(dataset):
    rewrite(dataset, version=2)
    assert message_of(dataset) == (
        f"{dataset / MANIFEST_NAME}: unknown manifest version\n"
        "  got:      2\n"
        "  expected: 1\n"
        "  fix:      update unify to read this dataset"
    )


def test_a_changed_manifest_is_named(dataset):
    digest = read_manifest(dataset)["digest"]
    rewrite(dataset, seed=8)
    path = dataset / MANIFEST_NAME
    computed = seal_manifest(json.loads(path.read_bytes()))["digest"]
    assert message_of(dataset) == (
        f"{path}: the manifest was changed after it was written: its digest does not fit its content\n"
        f"  got:      digest {digest}\n"
        f"  expected: digest {computed}\n"
        f"  fix:      {REMEDY}"
    )


@pytest.mark.parametrize("number", ["NaN", "1e999"])
def test_numbers_json_does_not_have_are_damage(dataset, number):
    path = dataset / MANIFEST_NAME
    path.write_text(path.read_text().replace('"seed": 7', f'"seed": {number}'))
    assert message_of(dataset).startswith(f"{path}: the manifest is not JSON\n")


def test_a_sealed_manifest_of_another_shape_is_named(dataset):
    shard = read_manifest(dataset)["shards"][0]
    del shard["boxes"]
    reseal(dataset, shards=[shard])
    assert message_of(dataset) == (
        f"{dataset / MANIFEST_NAME}: the manifest is not shaped like one\n"
        "  got:      Object missing required field `boxes` - at `$.shards[0]`\n"
        f"  fix:      {REMEDY}"
    )


def test_a_shard_outside_the_folder_is_refused(dataset):
    shards = read_manifest(dataset)["shards"]
    reseal(dataset, shards=[{**shards[0], "file": "../elsewhere.tfrecord"}])
    assert message_of(dataset) == (
        f"{dataset / MANIFEST_NAME}: the manifest names a shard outside its folder\n"
        "  got:      ../elsewhere.tfrecord\n"
        "  expected: the name of a file beside the manifest\n"
        f"  fix:      {REMEDY}"
    )
