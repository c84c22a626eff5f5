"""Compaction changes files, never answers."""

from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.autolabel.cache.answers import FINGERPRINT, add, answer, assert_holds, assert_same, digest, digests
from unify.autolabel.cache import PictureState, PredictionCache, compact, compact_many, compaction
from unify.autolabel.cache.commit import remove_segments


def segments(cache: PredictionCache) -> list[str]:
    return [path.name for path in sorted(Path(cache.root).glob("*/segments/*.parquet"))]


@settings(max_examples=25)
@given(
    added=st.lists(st.lists(st.integers(0, 7), min_size=1), min_size=1, max_size=6),
    kinds=st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=6, max_size=6),
    segment_bytes=st.sampled_from([1, 3000, 20_000, 2**26]),
)
def test_every_answer_is_the_same_before_and_after(added, kinds, segment_bytes):
    cache = PredictionCache(f"memory://{uuid4()}")  # no disk to wait for
    for numbers, (salt, rich) in zip(added, kinds):
        add(cache, numbers, salt=salt, rich=rich)
    asked = digests(range(8))

    def answers(reader: PredictionCache) -> list:
        # One by one: a table of all would leave out columns that only some have.
        every = [reader.read(FINGERPRINT, asked[[row]]) for row in range(8)]
        return [each.of(0) if each.states[0] else None for each in every]

    before = answers(cache)
    compact(cache, FINGERPRINT, segment_bytes=segment_bytes)
    for reader in (cache, PredictionCache(cache.root)):
        for one, other in zip(before, answers(reader)):
            assert (one is None) == (other is None)
            if one is not None:
                assert_same(one, other)


def test_many_small_segments_become_one(tmp_path):
    cache = PredictionCache(tmp_path)
    for number in range(5):
        add(cache, [number, number + 1])
    report = compact(cache, FINGERPRINT)
    assert (report.segments_before, report.segments_after, len(segments(cache))) == (5, 1, 1)
    assert (
        report.bytes_after == sum(path.stat().st_size for path in tmp_path.glob("*/segments/*")) < report.bytes_before
    )
    assert_holds(PredictionCache(tmp_path), range(6))
    assert compact(cache, FINGERPRINT).segments_before == 1 and len(segments(cache)) == 1


def test_a_few_small_segments_are_left_for_later(tmp_path, monkeypatch):
    monkeypatch.setattr(compaction, "MANY_SEGMENTS", 2)
    cache = PredictionCache(tmp_path)
    for number in range(3):
        assert compact_many(cache, FINGERPRINT) is None
        add(cache, [number])
    assert compact_many(cache, FINGERPRINT).segments_before == 3
    assert compact_many(cache, FINGERPRINT) is None and len(segments(cache)) == 1
    assert_holds(PredictionCache(tmp_path), range(3))


def test_large_segments_stay_as_they_are(tmp_path):
    cache = PredictionCache(tmp_path)
    add(cache, range(100))
    large = segments(cache)
    add(cache, [100])
    add(cache, [101])
    compact(cache, FINGERPRINT, segment_bytes=4000)
    assert set(large) < set(segments(cache)) and len(segments(cache)) == 2
    assert_holds(cache, range(102))


def test_new_segments_have_about_the_size_asked_for(tmp_path):
    cache = PredictionCache(tmp_path)
    for number in range(0, 200, 50):
        add(cache, range(number, number + 50))
    each = cache.index(FINGERPRINT).segments[0].num_bytes
    compact(cache, FINGERPRINT, segment_bytes=int(2.1 * each))
    assert len(segments(cache)) == 2
    assert_holds(cache, range(200))


def test_who_answered_is_kept(tmp_path):
    cache = PredictionCache(tmp_path)
    for number, name in enumerate(("vehicle:v2", "vehicle:v1", "vehicle:v2")):
        with cache.writer(FINGERPRINT, autolabeler=name) as writer:
            writer.add(digest(number), answer(number))
    compact(cache, FINGERPRINT)
    assert [each.autolabelers for each in cache.index(FINGERPRINT).segments] == [("vehicle:v1", "vehicle:v2")]


def test_a_reader_with_an_old_index_finds_everything(tmp_path):
    reader = PredictionCache(tmp_path)
    for number in range(3):
        add(reader, [number])
    reader.index(FINGERPRINT)
    compact(PredictionCache(tmp_path), FINGERPRINT)
    assert_holds(reader, range(3))
    assert not reader.damaged


@pytest.mark.parametrize("dies_at", ["before the last commit", "before deleting", "while deleting"])
def test_a_compaction_that_dies_loses_nothing_and_the_next_one_ends_it(tmp_path, monkeypatch, dies_at):
    cache = PredictionCache(tmp_path)
    for number in range(8):
        add(cache, [number])
    before = len(segments(cache))

    def die(*arguments, **options):
        if dies_at == "while deleting":
            remove_segments(cache.store, FINGERPRINT, arguments[2][:3])
        raise KeyboardInterrupt

    def commit_but_the_last(*arguments, replaces, **options):
        return die() if replaces else original(*arguments, **options)

    original = compaction.commit_segment
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        if dies_at == "before the last commit":
            killed.setattr(compaction, "commit_segment", commit_but_the_last)
        else:
            killed.setattr(compaction, "remove_segments", die)
        compact(cache, FINGERPRINT, segment_bytes=6000)
    assert len(segments(cache)) > (3 if dies_at == "while deleting" else before)
    for reader in (cache, PredictionCache(tmp_path)):
        assert_holds(reader, range(8))
        # Replaced all at once, by the last commit.
        assert (len(reader.index(FINGERPRINT).segments) < before) == (dies_at != "before the last commit")
    compact(PredictionCache(tmp_path), FINGERPRINT)
    assert len(segments(cache)) == len(list(tmp_path.glob("*/commits/*"))) == 1
    assert_holds(cache, range(8))


def test_what_is_committed_while_it_runs_stays(tmp_path, monkeypatch):
    cache = PredictionCache(tmp_path)
    for number in range(3):
        add(cache, [number])
    original = compaction.remove_segments

    def add_first(*arguments):
        add(PredictionCache(tmp_path), [10, 11])
        original(*arguments)

    monkeypatch.setattr(compaction, "remove_segments", add_first)
    compact(cache, FINGERPRINT)
    assert_holds(cache, [0, 1, 2, 10, 11])


def test_two_at_once_lose_nothing(tmp_path, monkeypatch):
    cache = PredictionCache(tmp_path)
    for number in range(3):
        add(cache, [number])
    original, calls = PredictionCache.read_places, []

    def compacted_by_another(self, *arguments):
        if not calls:
            calls.append(1)
            compact(PredictionCache(tmp_path), FINGERPRINT)
        return original(self, *arguments)

    monkeypatch.setattr(PredictionCache, "read_places", compacted_by_another)
    compact(cache, FINGERPRINT)
    assert_holds(PredictionCache(tmp_path), range(3))
    assert cache.states(FINGERPRINT, digests([9])).tolist() == [PictureState.ABSENT] and not cache.damaged
