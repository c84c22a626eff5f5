"""Files appear whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from unify.errors import OutputError
from unify.files import cannot_write, whole_file, write_whole


def test_a_write_that_fails_half_way_leaves_the_old_bytes_and_nothing_else(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError), whole_file(path) as file:
        file.write(b"new")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_has_its_name_only_when_it_is_whole(tmp_path: Path):
    with whole_file(tmp_path / "folder" / "file") as file:
        file.write(b"half")
        assert not (tmp_path / "folder" / "file").exists()
    assert (tmp_path / "folder" / "file").read_bytes() == b"half"


def test_a_place_that_cannot_be_written_is_named_with_the_reason(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError) as error:
        write_whole(tmp_path / "folder", b"data")
    assert str(error.value) == (
        f"{tmp_path / 'folder'}: cannot be written: Is a directory\n"
        "  fix:      check your rights on the folder, or choose another place"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_full_disk_says_to_free_space(tmp_path: Path):
    error = OSError(errno.ENOSPC, "No space left on device")
    assert str(cannot_write(tmp_path, error)) == (
        f"{tmp_path}: cannot be written: No space left on device\n  fix:      free space on the disk"
    )


def test_mode_and_link_of_a_replaced_file_are_kept(tmp_path: Path):
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    write_whole(link, b"n", b"ew", durable=True)
    assert link.is_symlink() and path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
