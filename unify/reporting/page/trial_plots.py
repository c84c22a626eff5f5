"""A trial's plots: where every mark goes. Templates draw them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from unify.core.types import JsonObject
from unify.reporting.page.scale import Scale, Tick

PLOTTED_METRICS = ("ap50", "f1")
_WIDTH, _LEFT, _RIGHT = 556.0, 120.0, 16.0
_NAME_PITCH = 12.0
_PITCH, _GROUP_GAP, _TOP, _BOTTOM = 15.0, 12.0, 8.0, 40.0


class Mark(NamedTuple):
    """A value with its interval and its seeds; ``low`` and ``high`` are None where there is no interval."""

    method: str
    x: float
    y: float
    low: float | None
    high: float | None
    seeds: list[float]
    title: str


class Row(NamedTuple):
    """A class of a score plot."""

    name: str
    top: float
    height: float
    marks: list[Mark]


class ScorePlot(NamedTuple):
    """Scores to the right, a class a row, a method a line."""

    metric: str
    title: str
    width: float
    height: float
    left: float
    right: float
    floor: float
    ticks: list[Tick]
    rows: list[Row]


class GainPlot(NamedTuple):
    """The gain of a method over another, class by class, against the auto-label ratio."""

    title: str
    width: float
    height: float
    box: tuple[float, float, float, float]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    zero: float
    points: list[Mark]
    names: list[tuple[float, float, str]]


class Curve(NamedTuple):
    """One run's training loss."""

    method: str
    points: str
    title: str


class LossPlot(NamedTuple):
    """All runs' losses; the axis of losses is logarithmic."""

    width: float
    height: float
    box: tuple[float, float, float, float]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    curves: list[Curve]


def score_plots(content: JsonObject) -> list[ScorePlot]:
    """One for each of `PLOTTED_METRICS`."""
    tables = {table["metric"]: table for table in content["tables"]}
    return [_score_plot(tables[name], content["methods"]) for name in PLOTTED_METRICS if name in tables]


def _score_plot(table: JsonObject, methods: Sequence[str]) -> ScorePlot:
    cells = [cell for row in table["rows"] for cell in row["cells"].values() if cell["mean"] is not None]
    values = [value for cell in cells for value in (cell["low"], cell["high"], *cell["values"]) if value is not None]
    least, most = min(values, default=0.0), max(values, default=1.0)
    room = 0.04 * (most - least) or 0.05
    scale = Scale(max(0.0, least - room), min(1.0, most + room), _LEFT, _WIDTH - _RIGHT)
    height = _PITCH * len(methods) + _GROUP_GAP
    rows = [
        Row(
            row["name"],
            _TOP + index * height,
            height,
            [
                _mark(method, row["cells"][method], scale, _TOP + index * height + _GROUP_GAP / 2 + _PITCH * (k + 0.5))
                for k, method in enumerate(methods)
                if row["cells"][method]["mean"] is not None
            ],
        )
        for index, row in enumerate(table["rows"])
    ]
    floor = _TOP + height * len(rows)
    ticks = scale.ticks(6, factor=100)
    return ScorePlot(
        table["metric"], table["title"], _WIDTH, floor + _BOTTOM, scale.start, scale.stop, floor, ticks, rows
    )


def _mark(method: str, cell: JsonObject, scale: Scale, y: float) -> Mark:
    known = cell["low"] is not None
    title = f"{method}: {100 * cell['mean']:.1f}"
    if known:
        title += f", 95 % interval {100 * cell['low']:.1f} to {100 * cell['high']:.1f}, {cell['n']} seeds"
    low, high = (_within(scale, cell[key]) for key in ("low", "high")) if known else (None, None)
    seeds = [scale(value) for value in cell["values"] if value is not None] if cell["n"] > 1 else []
    return Mark(method, scale(cell["mean"]), round(y, 2), low, high, seeds, title)


def _within(scale: Scale, value: float) -> float:
    """An interval may go below 0 or over 1; its line ends at the plot's rim."""
    return scale(min(max(value, scale.low), scale.high))


def gain_plots(gains: Sequence[JsonObject]) -> list[GainPlot]:
    """One for each metric among `PLOTTED_METRICS` and each pair of methods where a machine labeled any class."""
    known = [each for each in gains if each["ratio"] is not None]
    pairs = dict.fromkeys((each["metric"], each["better"], each["worse"]) for each in known)
    chosen = [
        [each for each in known if (each["metric"], each["better"], each["worse"]) == pair]
        for pair in pairs
        if pair[0] in PLOTTED_METRICS
    ]
    return [_gain_plot(points) for points in chosen if any(each["ratio"] for each in points)]


def _gain_plot(gains: Sequence[JsonObject], width: float = 340, height: float = 260) -> GainPlot:
    box = (48.0, 12.0, width - 14, height - 44)
    values = [value for each in gains for value in (each["mean"], each["low"], each["high"], 0.0) if value is not None]
    room = 0.06 * (max(values) - min(values)) or 0.01
    right = Scale(*_ratios_shown([each["ratio"] for each in gains]), box[0], box[2])
    up = Scale(min(values) - room, max(values) + room, box[3], box[1])
    points = []
    for each in gains:
        known = each["low"] is not None
        title = f"{each['class']}: {100 * each['mean']:+.1f} at an auto-label ratio of {each['ratio']:.2f}"
        low, high = (up(each["low"]), up(each["high"])) if known else (None, None)
        points.append(Mark(each["better"], right(each["ratio"]), up(each["mean"]), low, high, [], title))
    title = f"{gains[0]['title']}: {gains[0]['better']} − {gains[0]['worse']}"
    names = [(each.x, y, of["class"]) for each, y, of in zip(points, _spread([each.y for each in points]), gains)]
    return GainPlot(title, width, height, box, right.ticks(5), up.ticks(5, factor=100), up(0.0), points, names)


def _ratios_shown(ratios: Sequence[float]) -> tuple[float, float]:
    """The part of 0..1 that holds the ratios: where they are alike, points would lie on each other else."""
    middle, half = (min(ratios) + max(ratios)) / 2, max(0.1, 0.65 * (max(ratios) - min(ratios)))
    middle = min(max(middle, half), 1 - half) if half < 0.5 else 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def _spread(places: Sequence[float]) -> list[float]:
    """Places for names, in the order given: as near to their own as `_NAME_PITCH` between any two allows."""
    order = sorted(range(len(places)), key=places.__getitem__)
    blocks: list[list[int]] = []
    for each in order:
        blocks.append([each])
        while len(blocks) > 1 and _top(blocks[-1], places) < _top(blocks[-2], places) + _NAME_PITCH * len(blocks[-2]):
            last = blocks.pop()
            blocks[-1] += last
    spread = [0.0] * len(places)
    for block in blocks:
        for number, each in enumerate(block):
            spread[each] = round(_top(block, places) + _NAME_PITCH * number, 2)
    return spread


def _top(block: Sequence[int], places: Sequence[float]) -> float:
    """Where the first of some names that touch each other goes, when their middle is the mean of their places."""
    return sum(places[each] for each in block) / len(block) - _NAME_PITCH * (len(block) - 1) / 2


def loss_plot(content: JsonObject, width: float = 620, height: float = 280) -> LossPlot | None:
    """None where no run kept its losses."""
    runs = [each for each in content["losses"] if any(value > 0 for value in each["values"])]
    if not runs:
        return None
    box = (56.0, 10.0, width - 14, height - 44)
    values = [math.log10(value) for each in runs for value in each["values"] if value > 0]
    low, high = min(values), max(values)
    up = Scale(low, high if high > low else low + 1, box[3], box[1])
    right = Scale(0, max(each["steps"][-1] for each in runs), box[0], box[2])
    curves = [Curve(each["method"], _line(each, right, up), f"{each['method']}, seed {each['seed']}") for each in runs]
    return LossPlot(width, height, box, right.ticks(6), _decades(up), curves)


def _line(run: JsonObject, right: Scale, up: Scale) -> str:
    pairs = [(step, value) for step, value in zip(run["steps"], run["values"]) if value > 0]
    return " ".join(f"{right(step):.1f},{up(math.log10(value)):.1f}" for step, value in pairs)


def _decades(up: Scale) -> list[Tick]:
    """1, 2 and 5 of every decade within the scale."""
    digits = (1, 2, 5)
    decades = range(math.floor(up.low), math.ceil(up.high) + 1)
    return [
        Tick(up(math.log10(digit * 10.0**power)), f"{digit * 10.0**power:g}")
        for power in decades
        for digit in digits
        if up.low <= math.log10(digit * 10.0**power) <= up.high
    ]
