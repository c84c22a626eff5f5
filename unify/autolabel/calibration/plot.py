"""A calibration as a picture: how far to believe the scores, and what each class makes of them."""

from __future__ import annotations

import io
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from unify.autolabel.calibration.quality import ReliabilityBin
from unify.autolabel.calibration.values import Calibration, ClassCalibration
from unify.errors import Problem, UnifyError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = 4
_PANEL_INCHES = 3.0
_BEFORE, _AFTER, _QUIET = "#c44e52", "#4c72b0", "#999999"
_SCORES = np.linspace(0, 1, 201)


def reliability_svg(calibration: Calibration) -> bytes:
    """An SVG: a reliability diagram of all classes together, then a panel a class.

    The diagram shows precision over confidence, before and after; dots grow with the detections they stand for, and
    on the diagonal a score of 0.7 is right 7 times in 10. A class's panel shows both of its calibrators, its threshold
    (solid) and its low threshold (dotted).

    Raises:
        UnifyError: matplotlib is not installed.
    """
    try:
        import matplotlib
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        fix = "pip install 'unify-detection[train]'"
        raise UnifyError(Problem("unify calibrate", "matplotlib is not installed", got=str(error), fix=fix)) from error
    panels = 1 + len(calibration.classes)
    columns = min(_COLUMNS, panels)
    rows = ceil(panels / columns)
    # Element ids are random without a salt; text as text keeps the file small and free of this machine's fonts.
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, "svg.hashsalt": "unify", "svg.fonttype": "none"}):
        figure = Figure(figsize=(columns * _PANEL_INCHES, rows * _PANEL_INCHES), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
        _draw_reliability(axes[0], calibration)
        for panel, (name, each) in zip(axes[1:], calibration.classes.items()):
            _draw_class(panel, name, each)
        for unused in axes[panels:]:
            unused.set_axis_off()
        drawn = io.BytesIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    return drawn.getvalue()


def _draw_reliability(axes: Axes, calibration: Calibration) -> None:
    quality = calibration.quality
    axes.plot([0, 1], [0, 1], color=_QUIET, linewidth=1)
    _draw_bins(axes, quality.reliability_before, _BEFORE, "before", quality.d_ece_before)
    _draw_bins(axes, quality.reliability_after, _AFTER, "after", quality.d_ece_after)
    _finish(axes, calibration.autolabeler, "confidence", "precision")


def _draw_bins(axes: Axes, bins: tuple[ReliabilityBin, ...], color: str, name: str, error: float | None) -> None:
    if error is None:
        return
    confidence, precision = [each.confidence for each in bins], [each.precision for each in bins]
    largest = max(each.detections for each in bins)
    axes.plot(confidence, precision, color=color, linewidth=1, label=f"{name}, D-ECE {error:.3f}")
    axes.scatter(confidence, precision, [4 + 60 * each.detections / largest for each in bins], color=color)


def _draw_class(axes: Axes, name: str, each: ClassCalibration) -> None:
    axes.plot(_SCORES, each.calibrators.weight.apply(_SCORES), color=_AFTER, label="P(IoU ≥ 0.5)")
    axes.plot(_SCORES, each.calibrators.box_weight.apply(_SCORES), color=_AFTER, linestyle="--", label="P(IoU ≥ 0.75)")
    axes.axvline(each.thresholds.threshold, color=_QUIET, linewidth=1)
    axes.axvline(each.thresholds.low, color=_QUIET, linewidth=1, linestyle=":")
    note = f"{each.right:,} right of {each.detections:,}" if each.thresholds.usable else "not precise enough"
    _finish(axes, f"{name}: {note}", "score", "probability")


def _finish(axes: Axes, title: str, x_label: str, y_label: str) -> None:
    axes.set(title=title, xlabel=x_label, ylabel=y_label, xlim=(0, 1), ylim=(0, 1.02))
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper left", fontsize="small", frameon=False)
