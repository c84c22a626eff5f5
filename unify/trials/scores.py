"""What one training run scored, as the statistics take it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from unify.core.types import JsonObject

METRICS = ("ap", "ap50", "ap75", "precision", "recall", "f1")
"""Of an evaluation's report, 0..1; None where a class has no boxes to be found."""

TITLES = {"ap": "AP", "ap50": "AP50", "ap75": "AP75", "precision": "precision", "recall": "recall", "f1": "F1"}


@dataclass(frozen=True)
class RunScores:
    """One method with one seed, evaluated.

    Attributes:
        method: its name.
        seed: runs of one seed differ in the method only: they are paired.
        overall: metric -> mean over classes.
        classes: class -> metric -> score, in the order of ids.
        resampled: metric -> float [S] on S resamples of the pictures, the same ones for every run; may hold NaN.
    """

    method: str
    seed: int
    overall: Mapping[str, float | None]
    classes: Mapping[str, Mapping[str, float | None]]
    resampled: Mapping[str, np.ndarray] = field(default_factory=dict, compare=False)


def run_scores(
    method: str, seed: int, report: JsonObject, resampled: Mapping[str, np.ndarray] | None = None
) -> RunScores:
    """A run out of ``EvaluationReport.summary()``."""
    return RunScores(
        method,
        seed,
        overall={metric: report["overall"][metric] for metric in METRICS},
        classes={name: {metric: scores[metric] for metric in METRICS} for name, scores in report["classes"].items()},
        resampled=resampled or {},
    )


def class_names(runs: Iterable[RunScores]) -> list[str]:
    """All classes, in the runs' order."""
    return list(dict.fromkeys(name for run in runs for name in run.classes))
