"""Numbers out of paths, worked out by hand."""

from __future__ import annotations

import pytest

from unify.simulating.curves import cost_to_reach, mean_f1, summarize, summary_lines


def path(*pairs: tuple[float, float]) -> list[dict]:
    return [{"cost": cost, "f1": f1, "boxes": cost / 2, "questions": cost / 2} for cost, f1 in pairs]


def test_the_cost_to_reach_an_f1_lies_on_the_line_between_two_rounds():
    points = path((0, 0.2), (100, 0.6), (200, 0.7))
    assert cost_to_reach(points, 0.5) == pytest.approx(75)
    assert cost_to_reach(points, 0.6) == pytest.approx(100)
    assert cost_to_reach(points, 0.1) == 0
    assert cost_to_reach(points, 0.8) is None


def test_the_first_time_counts_though_a_path_may_fall_again():
    assert cost_to_reach(path((0, 0.2), (100, 0.6), (200, 0.4), (300, 0.9)), 0.5) == pytest.approx(75)


def test_the_mean_f1_is_the_area_under_the_lines():
    points = path((0, 0.2), (100, 0.6), (200, 0.8))
    assert mean_f1(points, 200) == pytest.approx((0.4 + 0.7) / 2)
    assert mean_f1(points, 150) == pytest.approx((0.4 * 100 + 0.65 * 50) / 150)


def test_strategies_are_compared_by_the_cost_to_come_near_full_labels():
    full = {seed: path((0, 1.0)) for seed in (0, 1, 2)}
    slow = {seed: path((0, 0.0), (100, 0.95 + 0.01 * seed)) for seed in (0, 1, 2)}
    fast = {seed: path((0, 0.0), (40 + seed, 0.95), (100, 1.0)) for seed in (0, 1, 2)}
    content = summarize(full, {"random": slow, "ours": fast})
    ours = content["strategies"]["ours"]
    assert content["strategies"]["random"]["to_goal"]["values"] == pytest.approx([100, 95 / 0.96, 95 / 0.97], abs=1e-6)
    assert ours["to_goal"]["values"] == [40, 41, 42] and ours["apart"]
    assert ours["less_than_random"]["values"] == pytest.approx([0.4, 41 * 0.96 / 95, 42 * 0.97 / 95], abs=1e-6)
    lines = summary_lines({**content, "request": {"look": 1.0}})
    assert lines[3].startswith("Strategy") and lines[4].startswith("ours") and lines[4].endswith("(apart)")


def rows(full: float, **paths: dict[int, list[dict]]) -> tuple[dict, dict[str, str]]:
    """The strategies' numbers, and the last words of their rows."""
    content = summarize({seed: path((0, full)) for seed in (0, 1)}, paths)
    lines = summary_lines({**content, "request": {"look": 1.0}})[4:]
    return content["strategies"], {line.split()[0]: " ".join(line.split()[-8:]) for line in lines}


NEVER = path((0, 0.1), (5, 0.15), (10, 0.2))
SLOW = path((0, 0.0), (50, 0.5), (100, 1.0))
FAST = path((0, 0.0), (20, 1.0), (100, 1.0))


def test_a_goal_that_nobody_reaches_is_said_to_be():
    strategies, said = rows(1.0, random={0: NEVER, 1: NEVER}, ours={0: NEVER, 1: NEVER})
    assert said["ours"].endswith("never within 10 -") and said["random"].endswith("never within 10 -")
    assert strategies["ours"]["less_than_random"]["bound"] == "unknown" and not strategies["ours"]["apart"]


def test_what_random_pictures_spent_in_vain_bounds_the_ratio_from_above():
    strategies, said = rows(1.0, random={0: NEVER, 1: SLOW}, ours={0: FAST, 1: FAST})
    assert strategies["random"]["to_goal"]["reached"] == [False, True]
    assert strategies["random"]["to_goal"]["values"] == pytest.approx([10, 95])
    assert "over 52 (1 of 2 seeds)" in said["random"]
    assert strategies["ours"]["less_than_random"]["values"] == pytest.approx([1.9, 0.2])
    assert "at most" in said["ours"]


def test_what_a_strategy_spent_in_vain_bounds_the_ratio_from_below_and_is_never_less():
    dear = {seed: path((0, 0.0), (500, 0.5), (1000 + seed, 1.0)) for seed in (0, 1)}
    strategies, said = rows(1.0, random=dear, ours={0: NEVER, 1: FAST})
    assert strategies["ours"]["less_than_random"]["bound"] == "at least" and not strategies["ours"]["apart"]
    assert "at least" in said["ours"] and "apart" not in said["ours"]
    strategies, _ = rows(1.0, random=dear, ours={0: FAST, 1: FAST})
    assert strategies["ours"]["less_than_random"]["bound"] is None and strategies["ours"]["apart"]


def test_neither_bound_holds_where_each_failed_once():
    strategies, said = rows(1.0, random={0: NEVER, 1: SLOW}, ours={0: FAST, 1: NEVER})
    assert strategies["ours"]["less_than_random"]["bound"] == "unknown" and said["ours"].endswith("-")
