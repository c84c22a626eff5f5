"""Digests of annotation files: remembered while nothing changed, never while the clock could hide a change."""

import hashlib
import os
import time

import pytest

from unify.core.digest import json_digest
from unify.labels import digests
from unify.labels.digests import digest_annotations


@pytest.fixture
def hashed(monkeypatch):
    """Names of the files that were really read."""
    names = []
    original = digests._digest_file
    monkeypatch.setattr(digests, "_digest_file", lambda path: names.append(path.name) or original(path))
    return names


def write(path, content, age_seconds=100):
    path.write_bytes(content)
    then = time.time_ns() - age_seconds * 10**9
    os.utime(path, ns=(then, then))
    return path


def test_one_file_has_its_own_digest(tmp_path):
    path = write(tmp_path / "a.json", b"{}")
    assert digest_annotations(path, [path], tmp_path / "state") == hashlib.sha256(b"{}").hexdigest()


def test_a_folder_has_the_digest_of_its_names_and_digests(tmp_path):
    (tmp_path / "xml").mkdir()
    files = [write(tmp_path / "xml" / name, name.encode()) for name in ("b", "a")] + [write(tmp_path / "names", b"n")]
    pairs = [[name, hashlib.sha256(name[-1:].encode()).hexdigest()] for name in ("a", "b")]
    expected = json_digest(sorted([*pairs, ["../names", hashlib.sha256(b"n").hexdigest()]]))
    assert digest_annotations(tmp_path / "xml", files, tmp_path / "state") == expected


def test_an_unchanged_file_is_hashed_once(tmp_path, hashed):
    path = write(tmp_path / "a.json", b"{}")
    first = digest_annotations(path, [path], tmp_path / "state")
    assert digest_annotations(path, [path], tmp_path / "state") == first
    assert hashed == ["a.json"]


def test_another_size_or_time_is_hashed_again(tmp_path, hashed):
    path = write(tmp_path / "a.json", b"{}")
    digest_annotations(path, [path], tmp_path / "state")
    write(path, b"{ }")
    digest_annotations(path, [path], tmp_path / "state")
    write(path, b"[ ]", age_seconds=50)
    assert digest_annotations(path, [path], tmp_path / "state") == hashlib.sha256(b"[ ]").hexdigest()
    assert len(hashed) == 3


def test_a_file_written_just_now_is_not_remembered(tmp_path, hashed):
    path = write(tmp_path / "a.json", b"{}", age_seconds=1)
    for _ in range(2):
        digest_annotations(path, [path], tmp_path / "state")
    assert len(hashed) == 2


@pytest.mark.parametrize("damage", [b"", b"[]", b"{", b'{"files": 3}'])
def test_a_damaged_memory_is_ignored(tmp_path, damage):
    path = write(tmp_path / "a.json", b"{}")
    first = digest_annotations(path, [path], tmp_path / "state")
    (memo,) = (tmp_path / "state" / "digests").iterdir()
    memo.write_bytes(damage)
    assert digest_annotations(path, [path], tmp_path / "state") == first
