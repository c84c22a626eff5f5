"""F1 against the cost of people's work, a curve a strategy."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from unify.core.types import JsonObject
from unify.files import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe and Ito 2008, told apart by the colour-blind; in the order of the strategies.
_COLOURS = ("#555555", "#e69f00", "#56b4e9", "#009e73", "#d55e00", "#0072b2", "#cc79a7", "#a6761d")
_MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*")
_QUIET = "#6b7280"
_SETTINGS = {"svg.hashsalt": "unify", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 9}


def draw_curves(content: JsonObject, path: Path) -> None:
    """Write an SVG of `simulation.json`. Raises OutputError where it cannot be written."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    drawn = BytesIO()
    with rc_context(_SETTINGS):
        FigureCanvasSVG(draw_figure(content)).print_svg(drawn, metadata={"Date": None, "Creator": None})
    write_whole(path, drawn.getvalue())


def draw_figure(content: JsonObject) -> Figure:
    """The figure, for any of matplotlib's canvases."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.6), layout="constrained", facecolor="white")
    axes = figure.subplots()
    full = 100 * content["full"]["mean"]
    axes.axhline(full, color=_QUIET, linewidth=1, label="all labels")
    axes.axhline(
        content["goal"] * full, color=_QUIET, linewidth=1, linestyle=":", label=f"{content['goal']:.0%} of that"
    )
    for place, (name, each) in enumerate(content["strategies"].items()):
        colour, marker = _COLOURS[place % len(_COLOURS)], _MARKERS[place % len(_MARKERS)]
        costs = [point["cost"] for point in each["rounds"]]
        means = [100 * point["f1"]["mean"] for point in each["rounds"]]
        axes.plot(costs, means, color=colour, marker=marker, markersize=4, linewidth=1.4, label=name, zorder=3)
        low, high = ([point["f1"][end] for point in each["rounds"]] for end in ("low", "high"))
        if None not in [*low, *high]:
            axes.fill_between(
                costs, [100 * v for v in low], [100 * v for v in high], color=colour, alpha=0.12, linewidth=0
            )
    axes.set_title("F1 (%)", loc="left", fontsize=10, fontweight="bold")
    axes.set_xlabel(
        "cost of people's work, in boxes; mean and its 95 % t-interval over seeds", color=_QUIET, fontsize=8
    )
    axes.grid(axis="y", color="#d9dde2", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.legend(frameon=False, loc="lower right", ncols=2)
    return figure
