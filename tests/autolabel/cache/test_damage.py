"""A file that is not what was committed never gives an answer, and never takes others' answers with it."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.autolabel.cache.answers import FINGERPRINT, add, assert_holds, digests
from unify.autolabel.cache import PictureState, PredictionCache, verify
from unify.autolabel.cache.marker import encode_marker
from unify.errors import CacheError

ABSENT, DONE = PictureState.ABSENT, PictureState.DONE


@pytest.fixture
def root(tmp_path) -> Path:
    """Two segments: pictures 1 to 3, then 6 to 8."""
    cache = PredictionCache(tmp_path)
    add(cache, [1, 2, 3])
    add(cache, [6, 7, 8])
    return tmp_path


def first_segment(root: Path) -> Path:
    return min(root.glob("*/segments/*.parquet"))


def first_marker(root: Path) -> Path:
    return min(root.glob("*/commits/*.json"))


def assert_only_the_second_counts(cache: PredictionCache) -> None:
    assert cache.states(FINGERPRINT, digests([1, 2, 3, 6])).tolist() == [ABSENT, ABSENT, ABSENT, DONE]
    assert_holds(cache, [6, 7, 8])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_in_a_segment_is_found(root, place, bit):
    path = first_segment(root)
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[int(place * len(whole))] ^= 1 << bit
    path.write_bytes(damaged)
    try:
        assert_only_the_second_counts(PredictionCache(root))
    finally:
        path.write_bytes(whole)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_a_damaged_or_cut_marker_commits_nothing(root, place, bit, cut):
    path = first_marker(root)
    whole = path.read_bytes()
    damaged, at = bytearray(whole), int(place * (len(whole) - 1))  # the last byte ends the line
    damaged[at] ^= 1 << bit
    path.write_bytes(damaged[:at] if cut else damaged)
    try:
        assert_only_the_second_counts(PredictionCache(root))
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize("kept", [0, 1, 100, -1])
def test_a_segment_that_was_cut_is_found(root, kept):
    path = first_segment(root)
    path.write_bytes(path.read_bytes()[:kept])
    assert_only_the_second_counts(PredictionCache(root))


def test_damage_after_indexing_is_found_when_reading(root):
    cache = PredictionCache(root)
    assert cache.states(FINGERPRINT, digests([1])).tolist() == [DONE]
    first_segment(root).write_bytes(b"PAR1 but not ours")
    assert cache.read(FINGERPRINT, digests([1, 6])).states.tolist() == [ABSENT, DONE]
    assert_only_the_second_counts(cache)


def test_another_segments_answer_takes_the_place_of_a_damaged_one(root):
    add(PredictionCache(root), [1, 2, 3], salt=1)
    cache = PredictionCache(root)
    assert_holds(cache, [1, 2, 3])
    first_segment(root).unlink()
    assert_holds(cache, [1, 2, 3], salt=1)


def test_a_segment_without_a_marker_was_never_committed(root):
    first_marker(root).unlink()
    cache = PredictionCache(root)
    assert_only_the_second_counts(cache)
    assert not cache.damaged and not verify(cache).problems


def test_files_of_strangers_are_ignored(root):
    for name in (
        "README.txt",
        f"{FINGERPRINT}/note",
        f"{FINGERPRINT}/commits/x.json",
        f"{FINGERPRINT}/segments/y.parquet",
    ):
        (root / name).write_text("{}")
    cache = PredictionCache(root)
    assert cache.fingerprints() == [FINGERPRINT] and not verify(cache).problems
    assert_holds(cache, [1, 2, 3, 6, 7, 8])


def test_verify_of_a_whole_cache(root):
    report = verify(PredictionCache(root))
    assert (report.segments, report.pictures, report.problems) == (2, 6, ())
    assert report.num_bytes == sum(path.stat().st_size for path in root.glob("*/segments/*"))


def test_verify_names_every_damaged_file(root):
    cache = PredictionCache(root)
    add(cache, [11])
    segment, second, third = sorted(root.glob("*/segments/*"))
    marker = first_marker(root).with_name(third.with_suffix(".json").name)
    size = segment.stat().st_size
    segment.write_bytes(bytes(size))
    second.unlink()
    marker.write_text("{")
    report = verify(PredictionCache(root))
    assert report.segments == 0
    text = re.sub(r"crc32c [0-9a-f]{8}", "crc32c X", "\n\n".join(map(str, report.problems)))
    fix = "  fix:      nothing: its pictures are asked again, and after a day `unify cache prune` deletes it"
    assert text == (
        f"{marker}: the commit marker is damaged, so its segment does not count\n{fix}\n\n"
        f"{segment}: the segment of 3 pictures is damaged\n"
        f"  got:      {size:,} bytes, crc32c X\n"
        f"  expected: {size:,} bytes, crc32c X\n{fix}\n\n"
        f"{second}: the segment of 3 pictures is missing\n{fix}"
    )


def test_a_cache_of_a_newer_version_is_left_alone(root, monkeypatch):
    cache = PredictionCache(root)
    path = first_marker(root)
    marker = next(iter(cache.catalog.committed(FINGERPRINT).values()))
    with monkeypatch.context() as newer:
        newer.setattr("unify.autolabel.cache.marker.VERSION", 2)
        path.write_bytes(encode_marker(marker))
    assert json.loads(path.read_bytes())["version"] == 2
    with pytest.raises(CacheError) as error:
        PredictionCache(root).states(FINGERPRINT, digests([1]))
    assert str(error.value) == (
        f"{path}: a newer version of unify wrote this cache\n"
        "  expected: version 1\n"
        "  fix:      install it, or choose another place with --cache"
    )
