"""What a cache holds, and what may go."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from tests.autolabel.cache.answers import FINGERPRINT, OTHER, add, assert_holds, digests
from unify.autolabel.cache import PictureState, PredictionCache, compact, contents, prune, verify

DAY_NS = 24 * 3600 * 10**9


@pytest.fixture
def cache(tmp_path) -> PredictionCache:
    return PredictionCache(tmp_path / "cache")


def add_days_ago(cache: PredictionCache, days: float, fingerprint: str = FINGERPRINT, number: int = 1) -> None:
    with pytest.MonkeyPatch.context() as patch:
        then = time.time_ns() - int(days * DAY_NS)
        patch.setattr("unify.autolabel.cache.names.time.time_ns", lambda: then)
        add(cache, [number], fingerprint)


def test_contents_counts_every_picture_once_newest_first(cache):
    add(cache, [0, 1, 2, 4])  # 0, 1 and 2 boxes, and a failure
    add(cache, [2, 3, 9])  # 2 again, 3 boxes, and a failure
    add(cache, [1], OTHER)
    newest, entry = contents(cache)
    assert newest.fingerprint == OTHER and entry.fingerprint == FINGERPRINT
    assert (entry.pictures, entry.failed, entry.boxes, entry.segments) == (4, 2, 6, 2)
    assert entry.autolabelers == ("vehicle:v1",)
    files = Path(cache.root, FINGERPRINT).glob("segments/*")
    assert entry.num_bytes == sum(path.stat().st_size for path in files)
    assert abs(entry.last_commit.timestamp() - time.time()) < 60


def test_contents_of_nothing(cache):
    assert contents(cache) == []


def test_prune_keeps_what_it_is_told_and_what_is_young(cache):
    third = "ef" * 32
    for fingerprint, days in ((FINGERPRINT, 100), (OTHER, 100), (third, 10)):
        add_days_ago(cache, days, fingerprint)
    report = prune(cache, {FINGERPRINT}, older_than_days=30, dry_run=True)
    assert [each.fingerprint for each in report.removed] == [OTHER]
    assert len(contents(cache)) == 3
    assert prune(cache, {FINGERPRINT}, older_than_days=30) == report
    assert {each.fingerprint for each in contents(cache)} == {FINGERPRINT, third}
    assert not Path(cache.root, OTHER).exists()
    assert_holds(PredictionCache(cache.root), [1])


def test_prune_looks_at_the_last_commit_not_the_first(cache):
    add_days_ago(cache, 100)
    add_days_ago(cache, 1, number=2)
    assert prune(cache, set(), older_than_days=30).removed == ()


@pytest.mark.parametrize("deleted", range(4))
def test_a_prune_that_is_killed_leaves_no_damage(cache, monkeypatch, deleted):
    for number in range(2):
        add_days_ago(cache, 2, number=number)
    original, done = cache.store.delete, []

    def delete(path: str) -> None:
        if len(done) == deleted:
            raise KeyboardInterrupt
        done.append(path)
        original(path)

    monkeypatch.setattr(cache.store, "delete", delete)
    with pytest.raises(KeyboardInterrupt):
        prune(cache, set())
    rest = PredictionCache(cache.root)
    assert not verify(rest).problems
    assert rest.states(FINGERPRINT, digests([0, 1])).sum() == max(0, 2 - deleted)
    prune(rest, set())
    assert prune(rest, set()).removed == () and not list(Path(cache.root).glob("*/*/*"))


def test_prune_deletes_what_killed_writers_left_a_day_ago(cache):
    add(cache, [1])
    folder = Path(cache.root, FINGERPRINT)
    old, young = (f"{time.time_ns() - age:016x}-{0:016x}" for age in (2 * DAY_NS, 0))
    for name in (f"segments/{old}.parquet", f"segments/{young}.parquet", f"commits/{old}.json", "segments/.tmp-1-2"):
        (folder / name).write_bytes(b"{")
    (folder / "commits/.tmp-1-3").write_bytes(b"{")
    os.utime(folder / "segments/.tmp-1-2", ns=(0, 0))
    assert prune(cache, {FINGERPRINT}, dry_run=True).leftovers == 3
    assert prune(cache, {FINGERPRINT}).leftovers == 3
    assert not list(folder.glob(f"*/{old}*")) and not (folder / "segments/.tmp-1-2").exists()
    assert (folder / f"segments/{young}.parquet").exists() and (folder / "commits/.tmp-1-3").exists()
    assert_holds(cache, [1])


def test_compaction_makes_nothing_older_or_younger(cache):
    for number, days in enumerate((100, 50, 20)):
        add_days_ago(cache, days, number=number)
    before = contents(cache)[0].last_commit
    compact(cache, FINGERPRINT)
    assert contents(cache)[0].last_commit == before
    assert prune(cache, set(), older_than_days=30).removed == ()
    assert len(prune(cache, set(), older_than_days=10).removed) == 1


def test_prune_leaves_a_compaction_of_old_segments_alone(cache, monkeypatch):
    """What it writes is new, however old the answers are."""
    for number in range(2):
        add_days_ago(cache, 100, number=number)
    original = type(cache.store).write

    def prune_before_the_marker(self, path: str, data: bytes) -> None:
        if path.endswith(".json"):
            prune(PredictionCache(cache.root), {FINGERPRINT})
        original(self, path, data)

    monkeypatch.setattr(type(cache.store), "write", prune_before_the_marker)
    compact(cache, FINGERPRINT)
    assert_holds(PredictionCache(cache.root), range(2))


def test_prune_deletes_damaged_segments_a_day_later(cache):
    add_days_ago(cache, 2, number=1)
    add_days_ago(cache, 0, number=2)
    for path in Path(cache.root).glob("*/segments/*"):
        path.write_bytes(b"")
    assert prune(cache, {FINGERPRINT}).leftovers == 2  # its marker too
    assert len(list(Path(cache.root).glob("*/*/*"))) == 2
    states = PredictionCache(cache.root).states(FINGERPRINT, digests([1, 2]))
    assert np.array_equal(states, [PictureState.ABSENT] * 2)
