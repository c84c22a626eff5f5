"""What a trial asks, put down before anybody sees its scores: which method should beat which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from unify.core.types import JsonObject
from unify.trials.scores import RunScores, class_names
from unify.trials.statistics import Difference, holm, paired_difference

SIGNIFICANT = 0.05
OVERALL_METRICS = ("ap50", "ap75", "f1")
CLASS_METRICS = ("ap50", "f1")

_Runs = Mapping[tuple[str, int], RunScores]


@dataclass(frozen=True)
class Contrast:
    """One method expected to beat another, or where not ``strictly``, at least not to do worse."""

    better: str
    worse: str
    strictly: bool = True


CONTRASTS = (
    Contrast("partial", "naive"),
    Contrast("full", "partial", strictly=False),
    Contrast("hard", "naive"),
    Contrast("soft", "hard"),
    Contrast("soft", "partial"),
)


def compare(runs: Sequence[RunScores]) -> JsonObject:
    """The `CONTRASTS` whose two methods were both run, paired over the seeds that both have.

    Holm's correction is over all contrasts of one metric; for single classes, over all contrasts and classes of it.

    Returns:
        ``overall``: metric -> list of contrasts; ``classes``: metric -> class -> list of contrasts. Each has
        ``better``, ``worse``, ``strictly``, the fields of `Difference`, ``p_holm``, ``verdict`` (see `verdict`),
        ``shown``, and overall ``pictures``, see `picture_interval`.
    """
    by_key = {(run.method, run.seed): run for run in runs}
    methods = {run.method for run in runs}
    asked = [each for each in CONTRASTS if {each.better, each.worse} <= methods]
    return {
        "overall": {metric: _overall(by_key, asked, metric) for metric in OVERALL_METRICS},
        "classes": {metric: _classes(by_key, asked, metric, class_names(runs)) for metric in CLASS_METRICS},
    }


def verdict(contrast: Contrast, difference: Difference, p_holm: float | None) -> str:
    """``shown`` where the better method is significantly better, ``not tested`` with fewer than two seeds.

    Else ``not shown``, or ``opposite shown`` where it is significantly worse; if it is only expected not to be worse,
    ``not worse`` and ``worse``.
    """
    if p_holm is None or difference.mean is None:
        return "not tested"
    if p_holm >= SIGNIFICANT:
        return "not shown" if contrast.strictly else "not worse"
    if difference.mean > 0:
        return "shown"
    return "opposite shown" if contrast.strictly else "worse"


def picture_interval(
    resampled: Mapping[tuple[str, int], np.ndarray], better: str, worse: str
) -> dict[str, float] | None:
    """How far the mean difference over seeds hangs on the pictures: its 95 % percentile interval over resamples.

    Args:
        resampled: (method, seed) -> float [S] on the same S resamples of the pictures; NaN where there is no score.
        better: a method.
        worse: another.

    Returns:
        ``low`` and ``high``; None without a seed that both methods have, or without a resample with scores.
    """
    seeds = _common_seeds(resampled, better, worse)
    if not seeds:
        return None
    differences = np.mean([resampled[better, seed] - resampled[worse, seed] for seed in seeds], axis=0, dtype=float)
    differences = differences[np.isfinite(differences)]
    if not len(differences):
        return None
    low, high = np.percentile(differences, [2.5, 97.5]).tolist()
    return {"low": low, "high": high}


def _overall(runs: _Runs, asked: Sequence[Contrast], metric: str) -> list[JsonObject]:
    scores = {key: run.overall[metric] for key, run in runs.items()}
    resampled = {key: run.resampled[metric] for key, run in runs.items() if metric in run.resampled}
    entries = _entries(asked, [_difference(scores, each) for each in asked])
    return [{**entry, "pictures": picture_interval(resampled, entry["better"], entry["worse"])} for entry in entries]


def _classes(runs: _Runs, asked: Sequence[Contrast], metric: str, names: Sequence[str]) -> dict[str, list[JsonObject]]:
    scores = [{key: run.classes[name][metric] for key, run in runs.items()} for name in names]
    differences = [_difference(of_class, each) for of_class in scores for each in asked]
    entries = _entries([*asked] * len(names), differences)
    return {name: entries[place * len(asked) : (place + 1) * len(asked)] for place, name in enumerate(names)}


def _difference(scores: Mapping[tuple[str, int], float | None], contrast: Contrast) -> Difference:
    better, worse = contrast.better, contrast.worse
    seeds = _common_seeds(scores, better, worse)
    return paired_difference([scores[better, seed] for seed in seeds], [scores[worse, seed] for seed in seeds])


def _common_seeds(runs: Iterable[tuple[str, int]], better: str, worse: str) -> list[int]:
    seeds = {method: {seed for name, seed in runs if name == method} for method in (better, worse)}
    return sorted(seeds[better] & seeds[worse])


def _entries(contrasts: Sequence[Contrast], differences: Sequence[Difference]) -> list[JsonObject]:
    """One family: its p-values are corrected for their number."""
    entries = []
    for contrast, difference, p_holm in zip(contrasts, differences, holm([each.p for each in differences])):
        said = verdict(contrast, difference, p_holm)
        own = {"p_holm": p_holm, "verdict": said, "shown": said == "shown"}
        entries.append({**asdict(contrast), **asdict(difference), **own})
    return entries
