"""Shard layout: everything covered, nothing empty, even sizes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unify.planning.shards import record_sizes, shard_boundaries, shard_name

SIZES = st.lists(st.integers(1, 10_000), max_size=60).map(lambda sizes: np.array(sizes, np.int64))
TARGETS = st.floats(1, 100_000)


@given(SIZES, TARGETS)
def test_shards_cover_every_record_once_and_none_is_empty(sizes: np.ndarray, target: float):
    cuts = shard_boundaries(sizes, target)
    assert cuts[0] == 0
    assert cuts[-1] == len(sizes)
    assert (np.diff(cuts) > 0).all()


@given(SIZES.filter(len), TARGETS)
def test_shards_are_even_within_one_record(sizes: np.ndarray, target: float):
    cuts = shard_boundaries(sizes, target)
    wanted = min(max(1, math.ceil(sizes.sum() / target)), len(sizes))
    shards = np.add.reduceat(sizes, cuts[:-1])
    assert np.abs(shards - sizes.sum() / wanted).max() <= sizes.max()


def test_equal_records_are_dealt_out_equally():
    assert shard_boundaries(np.full(12, 100), target_bytes=300).tolist() == [0, 3, 6, 9, 12]


def test_a_cut_falls_behind_the_record_that_crosses_it():
    # 100 bytes in 2 shards: the second record reaches over the 50 wanted.
    assert shard_boundaries(np.array([45, 40, 15]), target_bytes=50).tolist() == [0, 2, 3]


def test_a_huge_last_record_stands_alone():
    # 1,003 bytes in 4 shards: all three cuts fall into the last record and move before it.
    assert shard_boundaries(np.array([1, 1, 1, 1000]), target_bytes=250).tolist() == [0, 3, 4]


def test_no_records_are_no_shards():
    assert shard_boundaries(np.zeros(0, np.int64), 100).tolist() == [0]


def test_one_record_is_one_shard_however_large():
    assert shard_boundaries(np.array([10**12]), 1.0).tolist() == [0, 1]


def test_there_are_never_more_shards_than_records():
    assert shard_boundaries(np.array([50, 50, 50]), 1.0).tolist() == [0, 1, 2, 3]


def test_less_than_one_shard_is_one_shard():
    assert shard_boundaries(np.array([5, 5]), 2**30).tolist() == [0, 2]


def test_shards_are_as_few_as_keep_to_the_target():
    # 1,000 bytes at 300 a shard are 3.33 shards: 4. At 250 they are 4, at 249 they are 5.
    sizes = np.full(100, 10)
    assert [len(shard_boundaries(sizes, target)) - 1 for target in (300, 250, 249)] == [4, 4, 5]


@pytest.mark.parametrize(
    ("split", "index", "count", "name"),
    [
        ("train", 0, 1, "train-00000-of-00001.tfrecord"),
        ("val", 3, 16, "val-00003-of-00016.tfrecord"),
        ("train", 123456, 200000, "train-123456-of-200000.tfrecord"),
    ],
)
def test_names_are_those_that_tfrecord_readers_expect(split: str, index: int, count: int, name: str):
    assert shard_name(split, index, count) == name


def test_a_record_is_its_picture_and_something_for_keys_and_boxes():
    assert record_sizes(np.array([1000, 0]), np.array([2, 0])).tolist() == [1000 + 900 + 160, 900]
