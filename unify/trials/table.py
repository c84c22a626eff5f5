"""A trial's summary as text."""

from __future__ import annotations

from collections.abc import Sequence

from unify.core.types import JsonObject
from unify.registry.wording import count
from unify.text import markdown_lines, table_lines
from unify.trials.scores import TITLES
from unify.trials.summary import machine_share, people_share

SHOWN_METRICS = ("ap50", "ap75", "f1")
ENOUGH_SEEDS = 5


def summary_lines(summary: JsonObject) -> list[str]:
    """For the terminal: a table for each of `SHOWN_METRICS`, and below it the contrasts in words."""
    lines = [*_legend(summary), *_specialists(summary)]
    for metric in SHOWN_METRICS:
        columns, rows = _table(summary, metric)
        lines += ["", *table_lines(columns, rows, _alignment(columns))]
        lines += [f"  {_sentence(each, metric)}" for each in summary["contrasts"]["overall"][metric]]
    return lines


def markdown_table(summary: JsonObject, metric: str) -> list[str]:
    """One metric's table as lines of Markdown."""
    columns, rows = _table(summary, metric)
    return markdown_lines(columns, rows, _alignment(columns))


def _legend(summary: JsonObject) -> list[str]:
    counts = sorted({len(of_method["seeds"]) for of_method in summary["scores"].values()})
    seeds = count(counts[0], "seed") if len(counts) == 1 else f"{counts[0]} to {counts[-1]} seeds"
    lines = [f"mean in % ± half of the 95 % t-interval, {seeds} a method; p after Holm's correction"]
    if any(each["pictures"] for of_metric in summary["contrasts"]["overall"].values() for each in of_metric):
        lines.append("other pictures: 95 % of the differences on resampled pictures")
    if counts[0] < ENOUGH_SEEDS:
        lines.append(f"ONLY {seeds.upper()}: run {ENOUGH_SEEDS} before you believe a difference")
    return lines


def _specialists(summary: JsonObject) -> list[str]:
    """How good the machine labels' makers are, on pictures that they were not trained on."""
    measured = {name: each for classes in summary.get("specialists", {}).values() for name, each in classes.items()}
    if not measured:
        return []
    told = (f"{name} {100 * each['precision']:.0f}/{100 * each['recall']:.0f}" for name, each in measured.items())
    return [f"specialists' precision/recall in % at their thresholds: {', '.join(told)}"]


def _table(summary: JsonObject, metric: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows: how far each class is labeled, and every method's score."""
    methods, scores = summary["methods"], summary["scores"]
    rows = [
        [
            name,
            _share(people_share(summary, name)),
            _share(machine_share(summary, name)),
            *(_cell(scores[method]["classes"][name][metric]) for method in methods),
        ]
        for name in summary["classes"]
    ]
    rows.append(["all", "", "", *(_cell(scores[method]["overall"][metric]) for method in methods)])
    return [TITLES[metric], "labeled", "machine", *methods], rows


def _alignment(columns: Sequence[str]) -> list[bool]:
    return [False] + [True] * (len(columns) - 1)


def _share(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


def _cell(interval: JsonObject) -> str:
    """``82.2 ± 1.3``, of one seed ``82.2``."""
    if interval["mean"] is None:
        return "-"
    mean = f"{100 * interval['mean']:.1f}"
    return mean if interval["high"] is None else f"{mean} ±{50 * (interval['high'] - interval['low']):4.1f}"


def _sentence(contrast: JsonObject, metric: str) -> str:
    """``partial - naive: AP50 +13.7 [+11.2, +16.2], p 0.0003 (shown); other pictures [+12.0, +15.3]``."""
    said = f"{contrast['better']} - {contrast['worse']}: {TITLES[metric]} "
    if contrast["mean"] is None:
        return f"{said}- (not tested)"
    said += f"{100 * contrast['mean']:+.1f}"
    if contrast["p_holm"] is not None:
        said += f" {_range(contrast)}, {_p(contrast['p_holm'])}"
    few = f", with only {count(contrast['n'], 'seed')}" if contrast["n"] < ENOUGH_SEEDS else ""
    pictures = f"; other pictures {_range(contrast['pictures'])}" if contrast["pictures"] else ""
    return f"{said} ({contrast['verdict']}{few}){pictures}"


def _range(interval: JsonObject) -> str:
    return f"[{100 * interval['low']:+.1f}, {100 * interval['high']:+.1f}]"


def _p(p: float) -> str:
    return "p < 0.0001" if p < 0.0001 else f"p {p:.4f}"
