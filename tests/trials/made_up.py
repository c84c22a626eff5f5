"""Runs with scores that can be worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from unify.trials.scores import METRICS, RunScores


def make_runs(
    scores: Mapping[str, Sequence[float]],
    classes: Mapping[str, float | None] | None = None,
    resampled: Mapping[str, np.ndarray] | None = None,
) -> list[RunScores]:
    """Seeds 0, 1, ... of each method; every metric of a run is the same.

    Args:
        scores: method -> overall score of each seed.
        classes: class -> what is added to the overall score; None for a class without boxes.
        resampled: added to the overall AP50 and AP75.
    """
    return [
        RunScores(
            method,
            seed,
            overall=dict.fromkeys(METRICS, score),
            classes={
                name: dict.fromkeys(METRICS, None if added is None else score + added)
                for name, added in (classes or {}).items()
            },
            resampled={} if resampled is None else {"ap50": score + resampled, "ap75": score + resampled},
        )
        for method, of_seeds in scores.items()
        for seed, score in enumerate(of_seeds)
    ]


FIVE_SEEDS = {
    "naive": [0.68, 0.69, 0.66, 0.70, 0.67],
    "partial": [0.82, 0.84, 0.81, 0.83, 0.80],
    "full": [0.82, 0.85, 0.80, 0.84, 0.79],
}
"""partial - naive: 0.14, 0.15, 0.15, 0.13, 0.13; full - partial: 0, 0.01, -0.01, 0.01, -0.01."""

CLASSES = {"car": 0.05, "pedestrian": -0.05, "tram": None}
LABELED = {
    "naive": {"car": 1.0, "pedestrian": 1.0, "tram": 1.0},
    "partial": {"car": 0.345, "pedestrian": 0.5},
    "full": {"car": 1.0, "pedestrian": 1.0},
}
MACHINE = {method: {"car": 0.0, "pedestrian": 0.0} for method in FIVE_SEEDS}
