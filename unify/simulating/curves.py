"""From paths to numbers: curves over the cost, what it costs to come near full labels, and who needs less; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from unify.core.types import JsonObject
from unify.registry.simulation_objects import RANDOM
from unify.registry.wording import count
from unify.text import table_lines
from unify.trials.statistics import t_interval

GOAL = 0.95  # of the F1 that all labels give
AT_MOST, AT_LEAST, UNKNOWN = "at most", "at least", "unknown"  # bounds of a ratio where a goal was never reached
Points = Sequence[Mapping[str, Any]]


def cost_to_reach(points: Points, f1: float) -> float | None:
    """The cost at which a path first reaches an F1, on the line between two rounds; None where it never does."""
    before = None
    for point in points:
        if point["f1"] >= f1:
            if before is None:
                return float(point["cost"])
            share = (f1 - before["f1"]) / (point["f1"] - before["f1"])
            return float(before["cost"] + share * (point["cost"] - before["cost"]))
        before = point
    return None


def mean_f1(points: Points, cost: float) -> float:
    """Mean F1 of a path over the costs from 0 to ``cost``, on the lines between its rounds."""
    x, y = np.array([[each["cost"], each["f1"]] for each in points], float).T
    inner = x[(x > 0) & (x < cost)]
    at = np.concatenate([[0.0], inner, [cost]])
    heights = np.interp(at, x, y)
    return float(((heights[1:] + heights[:-1]) / 2 * np.diff(at)).sum() / cost)


def summarize(full: Mapping[int, Points], paths: Mapping[str, Mapping[int, Points]]) -> JsonObject:
    """All numbers to show.

    Args:
        full: seed -> the one point of a detector that knew all labels.
        paths: strategy -> seed -> its points, the first of them before anything was asked.

    Returns:
        ``goal``; ``full``: F1 as an interval with its values; ``strategies``: name -> ``rounds`` (mean cost, boxes and
        questions, F1 as an interval), ``to_goal`` (the cost as an interval with values, and whether each seed
        ``reached`` it: what was spent stands for what would have been needed), ``mean_f1`` (over the costs that all
        paths of a seed cover), ``less_than_random`` (`to_goal` by random's of the same seed; a ``bound`` where one of
        the two never reached it, nothing where neither always did) and ``apart``: the two intervals of costs do not
        overlap, the strategy's own known exactly; ``points``: strategy -> seed -> points.
    """
    seeds = sorted(full)
    of_full = [full[seed][0]["f1"] for seed in seeds]
    last = {seed: min(path[seed][-1]["cost"] for path in paths.values()) for seed in seeds}
    strategies = {}
    for name, path in paths.items():
        reached = [cost_to_reach(path[seed], GOAL * f1) for seed, f1 in zip(seeds, of_full)]
        costs = [path[seed][-1]["cost"] if cost is None else cost for seed, cost in zip(seeds, reached)]
        to_goal = {**_spread(costs), "reached": [cost is not None for cost in reached]}
        covered = [mean_f1(path[seed], last[seed]) for seed in seeds]
        rounds = [_round([path[seed][number] for seed in seeds]) for number in range(len(path[seeds[0]]))]
        strategies[name] = {"rounds": rounds, "to_goal": to_goal, "mean_f1": _spread(covered)}
    _compare(strategies)
    points = {name: {str(seed): list(path[seed]) for seed in seeds} for name, path in paths.items()}
    return _tidy({"goal": GOAL, "seeds": seeds, "full": _spread(of_full), "strategies": strategies, "points": points})


def _round(points: Points) -> JsonObject:
    spent = {key: float(np.mean([each[key] for each in points])) for key in ("cost", "boxes", "questions")}
    return {**spent, "f1": _spread([each["f1"] for each in points])}


def _spread(values: Sequence[float | None]) -> JsonObject:
    return {**asdict(t_interval(values)), "values": list(values)}


def _compare(strategies: Mapping[str, JsonObject]) -> None:
    base = strategies.get(RANDOM, {}).get("to_goal")
    for name, each in strategies.items():
        if base is None or name == RANDOM:
            continue
        mine = each["to_goal"]
        bound = _bound(mine, base)
        ratios = [a / b if b and bound != UNKNOWN else None for a, b in zip(mine["values"], base["values"])]
        each["less_than_random"] = {**_spread(ratios), "bound": bound}
        ends = mine["high"], base["low"]
        each["apart"] = all(mine["reached"]) and None not in ends and ends[0] < ends[1]


def _bound(mine: JsonObject, theirs: JsonObject) -> str | None:
    """What is known of the ratio of two costs, each of which may stand for a larger one; None where both are exact."""
    if all(mine["reached"]):
        return None if all(theirs["reached"]) else AT_MOST
    return AT_LEAST if all(theirs["reached"]) else UNKNOWN


def summary_lines(content: JsonObject) -> list[str]:
    """For the terminal: a row a strategy, best first."""
    seeds = count(len(content["seeds"]), "seed")
    percent = f"{100 * content['goal']:.0f} %"
    lines = [
        f"F1 with all labels: {_percent(content['full'])}; {seeds}, mean ± half of the 95 % t-interval",
        f"cost: 1 for every box and {content['request']['look']:g} for every picture opened for a task",
        "",
    ]
    columns = [
        "Strategy",
        "F1 at the start",
        "F1 at the end",
        "Mean F1",
        "Cost spent",
        f"Cost to {percent} of full",
        "By random's",
    ]
    ordered = sorted(content["strategies"].items(), key=lambda item: -item[1]["mean_f1"]["mean"])
    rows = [
        [
            name,
            _percent(each["rounds"][0]["f1"]),
            _percent(each["rounds"][-1]["f1"]),
            _percent(each["mean_f1"]),
            f"{each['rounds'][-1]['cost']:.0f}",
            _reached(each["to_goal"]),
            _ratio(each),
        ]
        for name, each in ordered
    ]
    return lines + table_lines(columns, rows, [False] + [True] * (len(columns) - 1))


def _percent(spread: JsonObject) -> str:
    return _with_half(spread, 100, 1)


def _with_half(spread: JsonObject, factor: float, digits: int) -> str:
    mean = f"{factor * spread['mean']:.{digits}f}"
    return mean if spread["high"] is None else f"{mean} ±{factor * (spread['high'] - spread['low']) / 2:.{digits}f}"


def _reached(to_goal: JsonObject) -> str:
    reached, seeds = sum(to_goal["reached"]), len(to_goal["reached"])
    if reached == seeds:
        return _with_half(to_goal, 1, 0)
    return (
        f"over {to_goal['mean']:.0f} ({reached} of {seeds} seeds)" if reached else f"never within {to_goal['mean']:.0f}"
    )


def _ratio(strategy: JsonObject) -> str:
    spread = strategy.get("less_than_random")
    if not spread or spread["mean"] is None:
        return "-"
    bound = f"{spread['bound']} " if spread["bound"] else ""
    return bound + _with_half(spread, 1, 2) + (" (apart)" if strategy["apart"] else "")


def _tidy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tidy(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_tidy(each) for each in value]
    return round(value, 6) if isinstance(value, float) else value
