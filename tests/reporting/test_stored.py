from __future__ import annotations

from pathlib import Path

import pytest

from unify.errors import DatasetError
from unify.reporting.stored import StoredPictures, read_example


def test_a_place_without_a_record_is_an_error_of_the_file(tmp_path: Path):
    shard = tmp_path / "train-00000-of-00001.tfrecord"
    shard.write_bytes(b"short")
    with pytest.raises(DatasetError) as raised:
        read_example(shard, 0)
    assert str(raised.value) == (
        f"{shard}: there is no record at byte 0 any more: the shard changed while it was read\n"
        "  fix:      run the same command again"
    )
    shard.write_bytes(b"\xff" * 64)
    with pytest.raises(DatasetError, match="there is no record at byte 8 any more"):
        read_example(shard, 8)


def test_a_missing_shard_is_named(tmp_path: Path):
    with pytest.raises(DatasetError, match="the shard cannot be read: No such file or directory"):
        read_example(tmp_path / "gone.tfrecord", 0)


def test_only_pictures_that_are_shown_are_given(tmp_path: Path):
    with pytest.raises(KeyError):
        StoredPictures(tmp_path, {"shards": []}, {})("7")
