"""Intervals and tests: against SciPy's own, by hand, and where there is too little to say anything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unify.trials.statistics import Difference, Interval, holm, paired_difference, t_interval

PROBABILITIES = st.lists(st.floats(0, 1), max_size=8)


def test_the_interval_of_one_two_three():
    """Mean 2, s = 1, t(2 degrees) = 4.3027: half is 4.3027 / sqrt(3) = 2.4841."""
    interval = t_interval([1.0, 2.0, 3.0])
    assert (interval.mean, interval.n) == (2.0, 3)
    assert [interval.low, interval.high] == pytest.approx([2 - 2.4841, 2 + 2.4841], abs=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_equal_to_scipy_stats(seed: int):
    from scipy import stats

    first, second = np.random.default_rng(seed).normal([[0.3], [0]], 1, (2, seed + 2))
    reference = stats.ttest_rel(first, second)
    expected = [np.mean(first - second), *reference.confidence_interval(0.9), reference.pvalue]
    difference = paired_difference(first.tolist(), second.tolist(), confidence=0.9)
    assert [difference.mean, difference.low, difference.high, difference.p] == pytest.approx(expected, rel=1e-9)
    own = t_interval(first.tolist())
    scale = stats.sem(first)
    assert (own.low, own.high) == pytest.approx(stats.t.interval(0.95, len(first) - 1, first.mean(), scale))


def test_too_few_values_have_no_interval_and_no_test():
    assert t_interval([]) == t_interval([None]) == Interval(None, None, None, 0)
    assert t_interval([0.5, None]) == Interval(0.5, None, None, 1)
    assert paired_difference([], []) == Difference(None, None, None, None, 0)
    assert paired_difference([0.75, None, 0.5], [0.25, 0.5, None]) == Difference(0.5, None, None, None, 1)


def test_equal_values_are_a_point_and_equal_differences_are_certain():
    assert t_interval([0.5, 0.5, 0.5]) == Interval(0.5, 0.5, 0.5, 3)
    assert paired_difference([1.0, 0.75], [0.5, 0.25]) == Difference(0.5, 0.5, 0.5, 0.0, 2)
    assert paired_difference([1.0, 0.75], [1.0, 0.75]) == Difference(0.0, 0.0, 0.0, 1.0, 2)


def test_pairing_removes_what_both_share():
    """Seeds differ by 0.1, methods by 0.01: unpaired nothing is seen."""
    first, second = [0.51, 0.61, 0.712], [0.50, 0.60, 0.70]
    assert paired_difference(first, second).p < 0.01
    assert t_interval(first).low < t_interval(second).high


def test_pairs_of_unequal_number_are_a_mistake():
    with pytest.raises(ValueError):
        paired_difference([0.5], [0.5, 0.6])


def test_holm_by_hand():
    """0.01 times 3; 0.03 times 2; 0.04 times 1 would be less than the one before it."""
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])


def test_what_could_not_be_tested_counts_all_the_same():
    assert holm([0.01, None, 0.04]) == [pytest.approx(0.03), None, pytest.approx(0.08)]
    assert holm([]) == []


@given(PROBABILITIES)
def test_holm_keeps_the_order_between_p_and_bonferroni(p_values: list[float]):
    adjusted = holm(p_values)
    assert all(p <= a <= min(1.0, len(p_values) * p) for p, a in zip(p_values, adjusted))
    ordered = [adjusted[place] for place in np.argsort(p_values, kind="stable")]
    assert ordered == sorted(ordered)
