"""Ranks, and their combination."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unify.ranking.normalize import combine, fractions_in, largest, rank_fractions

values = st.lists(st.floats(-5, 5, width=16) | st.just(float("-inf")) | st.just(float("nan")), min_size=1, max_size=30)


def test_ranks_in_numbers():
    np.testing.assert_allclose(rank_fractions(np.array([3.0, 1.0, np.nan, 2.0])), [5 / 6, 1 / 6, np.nan, 3 / 6])


def test_equal_values_share_their_place():
    np.testing.assert_allclose(rank_fractions(np.array([1.0, 1.0, 5.0, -np.inf])), [0.5, 0.5, 7 / 8, 1 / 8])


@given(values)
def test_any_rising_change_of_scale_leaves_ranks_alone(given_values: list[float]):
    raw = np.array(given_values)
    np.testing.assert_array_equal(rank_fractions(raw), rank_fractions(raw * 3 + 1))


@given(values)
def test_ranks_are_those_in_the_sample_of_all(given_values: list[float]):
    raw = np.array(given_values, np.float32)
    np.testing.assert_allclose(rank_fractions(raw), fractions_in(raw, raw))


def test_values_beyond_a_sample_stay_inside_0_and_1():
    np.testing.assert_allclose(fractions_in(np.array([-9.0, 9.0, 1.5]), np.array([1.0, 2.0])), [0.25, 0.75, 0.5])
    assert np.isnan(fractions_in(np.array([1.0]), np.zeros(0))).all()


def test_combination_is_a_geometric_mean_by_weight():
    found = combine([np.array([0.25, np.nan]), np.array([1.0, 1.0])], [1.0, 3.0])
    np.testing.assert_allclose(found, [0.25**0.25, np.nan])


def test_of_several_auto_labelers_the_least_sure_speaks():
    found = largest([np.array([0.2, np.nan, np.nan]), np.array([0.6, 0.1, np.nan])])
    np.testing.assert_array_equal(found, [0.6, 0.1, np.nan])
