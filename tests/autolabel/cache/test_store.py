"""Folders and object stores keep the same promises."""

import os
import sys
from pathlib import Path

import pytest

from tests.autolabel.cache.answers import FINGERPRINT, OTHER, add, answer, assert_holds, digest, digests
from unify.autolabel.cache import PredictionCache, compact, contents, prune, verify
from unify.autolabel.cache.store import LocalStore, open_store
from unify.errors import CacheError, OutputError
from unify.files import cannot_write


@pytest.fixture(params=["folder", "file URL", "fsspec"])
def root(request, tmp_path) -> str:
    return {
        "folder": str(tmp_path / "a/b"),
        "file URL": f"file://{tmp_path}/a/b",
        "fsspec": f"memory://{tmp_path.name}",
    }[request.param]


def test_a_whole_life(root):
    cache = PredictionCache(root)
    assert cache.fingerprints() == []
    for number in range(4):
        add(cache, [number, number + 1], rich=True)
    add(cache, [1], OTHER)
    assert_holds(PredictionCache(root), range(5), rich=True)
    assert [each.pictures for each in contents(cache)] == [1, 4]
    assert compact(cache, FINGERPRINT).segments_after == 1
    assert_holds(PredictionCache(root), range(5), rich=True)
    assert verify(cache).segments == 2
    assert [each.fingerprint for each in prune(cache, {FINGERPRINT}).removed] == [OTHER]
    assert PredictionCache(root).fingerprints() == [FINGERPRINT]


def test_a_store_reads_what_it_wrote(root):
    store = open_store(root)
    assert store.names("x") == []
    store.write("x/y/1", b"one")
    store.write("x/y/2", b"")
    assert store.names("x/y") == ["1", "2"] and store.names("x") == ["y"]
    assert list(store.read_all(["x/y/1", "x/y/2", "x/y/3"])) == [b"one", b"", None]
    store.delete("x/y/3")
    store.delete("x/y/1")
    assert store.names("x/y") == ["2"]
    with pytest.raises(FileNotFoundError):
        store.read("x/y/1")


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc which file a handle belongs to")
def test_the_segment_is_on_the_disk_before_its_marker(tmp_path, monkeypatch):
    """File, then its name, then the marker: a power cut in between leaves nothing that counts and is not there."""
    done, original = [], os.fsync

    def sync(handle: int) -> None:
        done.append(os.path.basename(os.readlink(f"/proc/self/fd/{handle}")))
        original(handle)

    monkeypatch.setattr(os, "fsync", sync)
    add(PredictionCache(tmp_path / "cache"), [1])
    kinds = ["file" if name.startswith(".tmp-") else name for name in done]
    one = ["file", "segments", FINGERPRINT, "cache"]
    assert kinds == [*one, "file", "commits", FINGERPRINT, "cache"]


def test_a_full_disk_says_so_and_what_was_added_can_be_committed_later(tmp_path, monkeypatch):
    cache = PredictionCache(tmp_path)
    writer = cache.writer(FINGERPRINT)
    with monkeypatch.context() as full:
        full.setattr(LocalStore, "write", _no_space)
        with pytest.raises(OutputError):
            writer.add(digest(1), answer(1))
            writer.commit()
    writer.commit()
    assert_holds(cache, [1])


def _no_space(self, path: str, data: bytes) -> None:
    raise cannot_write(Path(path), OSError(28, "No space left on device"))


def test_a_file_in_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "cache").write_text("")
    with pytest.raises(CacheError) as error:
        PredictionCache(tmp_path / "cache").states(FINGERPRINT, digests([1]))
    assert str(error.value) == (
        f"{tmp_path}/cache/{FINGERPRINT}/commits: the prediction cache cannot be used: Not a directory\n"
        "  fix:      check your rights on the folder, or choose another with --cache"
    )


def test_an_unknown_kind_of_store_is_told():
    with pytest.raises(CacheError) as error:
        PredictionCache("s4://bucket")
    assert str(error.value).startswith("s4://bucket: no store of this kind\n  got:      Protocol not known: s4")


def test_an_object_store_that_refuses_is_told(monkeypatch):
    cache = PredictionCache("memory://refused")

    def refuse(*arguments, **options):
        raise RuntimeError("AccessDenied")

    monkeypatch.setattr(type(cache.store._files), "ls", refuse)
    with pytest.raises(CacheError) as error:
        cache.states(FINGERPRINT, digests([1]))
    assert str(error.value) == (
        "memory://refused: the prediction cache cannot be used\n"
        "  got:      RuntimeError: AccessDenied\n"
        "  fix:      check the address, your credentials and the network"
    )
