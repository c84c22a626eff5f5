"""A trial's summary as one picture, the same bytes for the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from itertools import cycle, product
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING

from unify.core.types import JsonObject
from unify.files import write_whole
from unify.trials.requirements import check_installed
from unify.trials.scores import TITLES
from unify.trials.summary import machine_share, people_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOTTED_METRICS = ("ap50", "f1")
METHOD_STYLES = {
    "naive": ("#d55e00", "v"),
    "partial": ("#0072b2", "o"),
    "hard": ("#e69f00", "D"),
    "soft": ("#009e73", "s"),
    "full": ("#555555", "^"),
}
"""Colour (Okabe and Ito 2008, told apart by the colour-blind) and marker of a method, in every trial."""

# Of a trial's own mixtures, in their order: all colours with the first marker, then with the next.
_OWN_COLOURS, _OWN_MARKERS = ("#cc79a7", "#56b4e9", "#a6761d"), ("P", "X", "*", "h")
_METHODS_WIDTH = 0.72  # of the room of a class, shared by its methods
_SEEDS_OFF = 0.055  # to the right of the mean
_QUIET = "#6b7280"
_SETTINGS = {"svg.hashsalt": "unify", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 9}


def draw_plot(summary: JsonObject, path: Path) -> None:
    """Write an SVG: AP50 and F1 of every class and method, mean with 95 % interval, a dot for each seed.

    Args:
        summary: see `summarize`.
        path: the file; one that exists is replaced.

    Raises:
        UnifyError: matplotlib is not installed.
        OutputError: the file cannot be written.
    """
    check_installed("matplotlib")
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    drawn = BytesIO()
    with rc_context(_SETTINGS):
        FigureCanvasSVG(draw_figure(summary)).print_svg(drawn, metadata={"Date": None, "Creator": None})
    write_whole(path, drawn.getvalue())


def draw_figure(summary: JsonObject) -> Figure:
    """The figure, for any of matplotlib's canvases."""
    from matplotlib.figure import Figure

    methods, groups = summary["methods"], [*summary["classes"], "all"]
    figure = Figure(figsize=(2.2 + 0.95 * len(groups), 5.8), layout="constrained", facecolor="white")
    panels = figure.subplots(len(PLOTTED_METRICS), 1, sharex=True)
    for axes, metric in zip(panels, PLOTTED_METRICS, strict=True):
        for place, (method, style) in enumerate(styles_of(methods).items()):
            centre = _METHODS_WIDTH * ((place + 0.5) / len(methods) - 0.5)
            columns = _columns(summary["scores"][method], summary["classes"], metric)
            _draw_method(axes, method, style, columns, centre)
        _dress(axes, len(groups), f"{TITLES[metric]} (%)")
    panels[-1].set_xticks(range(len(groups)), [_group_label(summary, name) for name in groups])
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=5, frameon=False)
    figure.supxlabel("mean, its 95 % t-interval, and every seed beside it", fontsize=8, color=_QUIET)
    return figure


def styles_of(methods: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Method -> colour and marker: those of `METHOD_STYLES`, for mixtures others; twelve of them can be told apart."""
    own = cycle(product(_OWN_MARKERS, _OWN_COLOURS))
    return {method: METHOD_STYLES.get(method) or next(own)[::-1] for method in methods}


def _columns(of_method: JsonObject, classes: Sequence[str], metric: str) -> list[tuple[int, JsonObject]]:
    """The groups in which a method has a score, and that."""
    intervals = [*(of_method["classes"][name][metric] for name in classes), of_method["overall"][metric]]
    return [(group, each) for group, each in enumerate(intervals) if each["mean"] is not None]


def _draw_method(
    axes: Axes, method: str, style: tuple[str, str], columns: Sequence[tuple[int, JsonObject]], centre: float
) -> None:
    """One method's marks on one panel, ``centre`` off the middle of each group."""
    colour, marker = style
    seeds = [
        (group + centre + _SEEDS_OFF, 100 * value)
        for group, each in columns
        for value in each["values"]
        if value is not None and each["n"] > 1
    ]
    axes.scatter([x for x, _ in seeds], [y for _, y in seeds], s=6, color=colour, alpha=0.5, linewidths=0, zorder=2)
    axes.errorbar(
        [group + centre for group, _ in columns],
        [100 * each["mean"] for _, each in columns],
        [nan if each["high"] is None else 50 * (each["high"] - each["low"]) for _, each in columns],
        fmt=marker,
        color=colour,
        markersize=5,
        capsize=2.5,
        elinewidth=1.2,
        label=method,
        zorder=3,
    )


def _dress(axes: Axes, groups: int, title: str) -> None:
    """Everything on a panel but the marks."""
    axes.set_title(title, loc="left", fontsize=10, fontweight="bold")
    axes.set_xlim(-0.5, groups - 0.5)
    axes.axvspan(groups - 1.5, groups - 0.5, color="#f1f3f5", zorder=0)
    axes.grid(axis="y", color="#d9dde2", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _group_label(summary: JsonObject, name: str) -> str:
    """A class over its shares, where there are any."""
    if name not in summary["classes"]:
        return name
    shares = {"labeled": people_share(summary, name), "machine": machine_share(summary, name)}
    return "\n".join([name, *(f"{100 * share:.0f} % {what}" for what, share in shares.items() if share)])
