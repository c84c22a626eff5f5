"""Canonical JSON, content ids and shuffle keys."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import digest_of
from unify.core.digest import canonical_json, content_ids, json_digest, shuffle_keys

DIGESTS = np.stack([digest_of(f"picture {number}") for number in range(1000)])
MASK = 2**64 - 1


def splitmix(lane: int, seed: int) -> int:
    """The formula in plain integers (Steele et al., 2014)."""
    x = (lane + seed * 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def test_canonical_json_does_not_depend_on_the_order_of_keys():
    assert canonical_json({"b": [1, 2.5, None], "a": {"y": True, "x": "é"}}) == canonical_json(
        {"a": {"x": "é", "y": True}, "b": [1, 2.5, None]}
    )


def test_canonical_json_is_compact_utf8():
    assert canonical_json({"b": 1, "a": "é"}) == b'{"a":"\xc3\xa9","b":1}'


def test_canonical_json_refuses_numbers_that_json_does_not_have():
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json(float("nan"))


def test_json_digest_is_the_sha256_of_the_canonical_json():
    assert json_digest({"a": 1}) == hashlib.sha256(b'{"a":1}').hexdigest()


def test_content_id_is_the_first_eight_bytes_less_the_lowest_bit():
    digest = np.array([[0, 0, 0, 0, 0, 0, 1, 5, *range(24)]], np.uint8)
    assert content_ids(digest).tolist() == [(256 + 5) // 2]


def test_content_id_is_never_negative():
    assert content_ids(np.full((1, 32), 255, np.uint8)).tolist() == [2**63 - 1]


def test_content_ids_of_no_pictures_are_empty():
    assert content_ids(np.zeros((0, 32), np.uint8)).shape == (0,)


@pytest.mark.parametrize("seed", [0, 1, 7, 2**63, -1, 2**70 + 3])
def test_shuffle_keys_follow_the_formula_for_any_seed(seed: int):
    lanes = [int.from_bytes(digest[8:16].tobytes(), "little") for digest in DIGESTS[:5]]
    assert shuffle_keys(DIGESTS[:5], seed).tolist() == [splitmix(lane, seed) for lane in lanes]


@given(st.permutations(range(20)), st.integers(-(2**70), 2**70))
def test_shuffle_key_depends_on_its_own_picture_only(order: list[int], seed: int):
    assert (shuffle_keys(DIGESTS[order], seed) == shuffle_keys(DIGESTS[:20], seed)[order]).all()


def test_another_seed_gives_another_order():
    first, second = (np.argsort(shuffle_keys(DIGESTS, seed)) for seed in (1, 2))
    in_place = int((first == second).sum())  # of 1,000, a random pair of orders shares 1 on average
    assert in_place < 10


def test_the_order_is_not_the_order_of_the_content_ids():
    ranks = np.argsort(np.argsort(content_ids(DIGESTS))), np.argsort(np.argsort(shuffle_keys(DIGESTS, 0)))
    assert abs(np.corrcoef(*ranks)[0, 1]) < 0.1
