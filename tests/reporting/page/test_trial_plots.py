"""Where marks of a trial's plots go."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from unify.reporting.page.trial_plots import gain_plots, loss_plot


def gain(name: str, ratio: float | None, mean: float) -> dict[str, Any]:
    methods = {"better": "soft", "worse": "partial", "metric": "f1", "title": "F1", "n": 5, "verdict": "shown"}
    return {**methods, "class": name, "ratio": ratio, "mean": mean, "low": mean - 0.01, "high": mean + 0.01}


def test_gains_at_one_ratio_keep_their_names_apart():
    """Three means within a hundredth, and one far away, which stays where it is."""
    means = {"car": 0.010, "bus": 0.011, "van": 0.012, "bike": 0.09}
    (plot,) = gain_plots([gain(name, 0.65, mean) for name, mean in means.items()])
    places = {name: y for _, y, name in plot.names}
    assert all(low - high >= 12 for low, high in pairwise(places.values()))  # upwards is towards 0
    assert list(places) == ["car", "bus", "van", "bike"]
    assert places["bike"] == plot.points[3].y
    assert places["bus"] == pytest.approx(plot.points[1].y)


@pytest.mark.parametrize(
    ("ratios", "shown"),
    [
        ([0.65, 0.67], ["0.56", "0.76"]),
        ([0.0, 0.02], ["0", "0.2"]),
        ([1.0, 1.0], ["0.8", "1"]),
        ([0.0, 0.5, 1.0], ["0", "1"]),
    ],
)
def test_ratios_that_are_alike_are_looked_at_closely(ratios: list[float], shown: list[str]):
    (plot,) = gain_plots([gain(str(number), ratio, 0.1) for number, ratio in enumerate(ratios)])
    left, _, right, _ = plot.box
    assert all(left <= point.x <= right for point in plot.points)
    low, high = (float(text) for text in shown)
    for tick in plot.x_ticks:
        assert tick.place == pytest.approx(left + (float(tick.text) - low) / (high - low) * (right - left), abs=0.5)


def test_where_no_machine_labeled_there_is_no_gain_to_plot():
    assert gain_plots([gain("car", 0.0, 0.1)]) == []
    assert gain_plots([gain("car", None, 0.1)]) == []


def test_losses_fall_along_a_logarithmic_axis():
    run = {"method": "soft", "seed": 0, "steps": [50, 100, 150], "values": [10.0, 1.0, 0.1]}
    plot = loss_plot({"losses": [run]})
    points = [tuple(map(float, pair.split(","))) for pair in plot.curves[0].points.split()]
    assert [y for _, y in points] == pytest.approx([10.0, 123.0, 236.0])  # the plot's top, middle and floor
    assert {tick.text for tick in plot.y_ticks} == {"0.1", "0.2", "0.5", "1", "2", "5", "10"}


def test_runs_that_kept_no_losses_have_no_plot():
    assert loss_plot({"losses": [{"method": "soft", "seed": 0, "steps": [], "values": []}]}) is None
