"""The numbers of ``trial.json``: what every method scored, and which differences are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from unify.core.types import JsonObject
from unify.trials.contrasts import compare
from unify.trials.scores import METRICS, RunScores, class_names
from unify.trials.statistics import t_interval

ClassShares = Mapping[str, Mapping[str, float]]
"""method -> class -> share, 0..1."""


def summarize(runs: Sequence[RunScores], auto_label_ratio: ClassShares, labeled_share: ClassShares) -> JsonObject:
    """All runs of a trial as numbers to show; the same whatever the order of the runs of one method.

    Args:
        runs: in the order in which methods are shown; a method may lack seeds that others have.
        auto_label_ratio: machine boxes / all boxes of the training pictures.
        labeled_share: share of the training pictures on which the method may trust a missing box.

    Returns:
        ``methods`` and ``classes`` in the order to show. ``scores``: method -> ``seeds``, ``overall`` (metric ->
        ``mean``, ``low``, ``high``, ``n`` as in `Interval`, and ``values``, one per seed) and ``classes`` (class -> the
        same, with ``auto_label_ratio`` and ``labeled_share``). ``contrasts``: see `compare`. Keys are sorted, numbers
        have six decimals, and what does not exist is None.
    """
    methods, classes = list(dict.fromkeys(run.method for run in runs)), class_names(runs)
    scores = {}
    for method in methods:
        own = sorted((run for run in runs if run.method == method), key=lambda run: run.seed)
        shares = {"auto_label_ratio": auto_label_ratio.get(method, {}), "labeled_share": labeled_share.get(method, {})}
        scores[method] = {
            "seeds": [run.seed for run in own],
            "overall": _metrics([run.overall for run in own]),
            "classes": {
                name: _metrics([run.classes[name] for run in own])
                | {key: share.get(name) for key, share in shares.items()}
                for name in classes
            },
        }
    return _tidy({"methods": methods, "classes": classes, "scores": scores, "contrasts": compare(runs)})


def people_share(summary: JsonObject, name: str) -> float | None:
    """How far people labeled a class: the smallest ``labeled_share``, since some methods trust what nobody saw."""
    return min(_shares(summary, name, "labeled_share"), default=None)


def machine_share(summary: JsonObject, name: str) -> float | None:
    """The largest ``auto_label_ratio`` of a class over methods."""
    return max(_shares(summary, name, "auto_label_ratio"), default=None)


def _shares(summary: JsonObject, name: str, key: str) -> list[float]:
    shares = [of_method["classes"][name][key] for of_method in summary["scores"].values()]
    return [share for share in shares if share is not None]


def _metrics(scores: Sequence[Mapping[str, float | None]]) -> JsonObject:
    of_seeds = {metric: [each[metric] for each in scores] for metric in METRICS}
    return {metric: {**asdict(t_interval(values)), "values": values} for metric, values in of_seeds.items()}


def _tidy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tidy(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    return round(float(value), 6) + 0.0 if isinstance(value, float) else value  # + 0.0: no -0.0
