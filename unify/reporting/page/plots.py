"""Histograms and reliability plots: where every mark goes. Templates draw them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from unify.core.types import JsonObject
from unify.reporting.page.scale import Scale, Tick

_LETTER = 5.6  # width of a letter of a tick, in the figure's units
_GAP = 1.5
_MARGIN, _RIM = 38.0, 10.0  # of a square plot: where its axes are, and the other sides


class Bar(NamedTuple):
    """A bar, or a part of one; ``kind`` is what it stands for: ``human``, ``machine``, ``hard``, ..."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


class Histogram(NamedTuple):
    """Bars over an axis of bins."""

    width: float
    height: float
    floor: float
    bars: list[Bar]
    ticks: list[Tick]
    peak: int


class Point(NamedTuple):
    """A disk in a plot."""

    x: float
    y: float
    radius: float
    title: str


class Reliability(NamedTuple):
    """Confidence to the right, precision upwards, before and after calibration."""

    size: float
    low: float
    high: float
    ticks: list[Tick]
    before: list[Point]
    after: list[Point]


def histogram(bins: JsonObject, parts: JsonObject, width: float = 220, height: float = 92) -> Histogram:
    """Stacked bars.

    Args:
        bins: ``labels``, one a bin, and ``edges``, one more.
        parts: what is counted, such as ``human`` or ``machine`` -> a count for each bin; drawn from the floor upwards.
        width: of the figure, in CSS pixels.
        height: the same.
    """
    labels = bins["labels"]
    floor, pitch = height - 16, width / len(labels)
    totals = [sum(counts) for counts in zip(*parts.values())]
    peak = max(totals)
    rise = Scale(0, max(1, peak), 0, floor - 4)
    bars, top = [], [floor] * len(labels)
    for kind, counts in parts.items():
        for index, count in enumerate(counts):
            if count:
                tall = max(1.0, rise(count))
                top[index] -= tall
                title = f"{labels[index]}: {count:,} {kind}"
                left = round(index * pitch + _GAP / 2, 2)
                bars.append(Bar(left, round(top[index], 2), round(pitch - _GAP, 2), tall, kind, title))
    return Histogram(width, height, floor, bars, _edge_ticks(bins["edges"], pitch), peak)


def _edge_ticks(edges: Sequence[float | None], pitch: float) -> list[Tick]:
    """As many of the bins' borders as have room, evenly; where there is no bound there is no tick."""
    texts = ["" if edge is None else f"{edge:.2g}" if edge < 10 else f"{edge:g}" for edge in edges]
    room = (max(map(len, texts)) * _LETTER + 5) / pitch
    steps = (step for step in range(1, len(edges)) if step >= room and (len(edges) - 1) % step == 0)
    step = next(steps, len(edges) - 1)
    return [Tick(round(index * pitch, 2), texts[index]) for index in range(0, len(edges), step) if texts[index]]


def reliability(before: Sequence[JsonObject], after: Sequence[JsonObject], size: float = 260) -> Reliability:
    """Disks whose area says how many detections a bin holds.

    Args:
        before: bins of the raw scores: ``confidence``, ``precision``, ``detections``.
        after: the same of the calibrated probabilities.
        size: of the square, in CSS pixels.
    """
    scale = Scale(0, 1, _MARGIN, size - _RIM)
    most = max((each["detections"] for each in (*before, *after)), default=1) or 1
    points = [[_reliability_point(each, scale, size, most) for each in bins] for bins in (before, after)]
    return Reliability(size, scale.start, scale.stop, scale.ticks(5), *points)


def _reliability_point(each: JsonObject, scale: Scale, size: float, most: int) -> Point:
    """Both axes are the same one; upwards is ``size`` less its place."""
    title = f"said {each['confidence']:.2f}, was right {each['precision']:.2f}: {each['detections']:,} detections"
    radius = round(2 + 6 * (each["detections"] / most) ** 0.5, 2)
    return Point(scale(each["confidence"]), round(size - scale(each["precision"]), 2), radius, title)
