"""How difficult every picture is, for whoever shows pictures: a score in 0..1 and a level each."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from unify.inference.autolabeling import open_cache
from unify.progress import Progress, Silent
from unify.ranking.difficulty import rate
from unify.ranking.panels import open_panels
from unify.ranking.pooling import POOLINGS
from unify.ranking.scores import class_weights
from unify.ranking.scoring import How, score_candidates, sha256_of
from unify.ranking.target import Target, open_target


@dataclass(frozen=True)
class PictureDifficulties:
    """P pictures on which auto-labelers looked for classes that people left unknown.

    Attributes:
        sha256: uint8 [P, 32]; ascending by content id.
        score: float32 [P] in 0..1; mean nearness of its five nearest scores to their accept thresholds, of the task
            for which it is largest.
        level: uint8 [P]; `Level`, of the task for which it is hardest.
    """

    sha256: np.ndarray
    score: np.ndarray
    level: np.ndarray

    def __len__(self) -> int:
        return len(self.score)


def rate_pictures(
    target: str | os.PathLike | Target,
    *,
    workspace: str | os.PathLike | None = None,
    cache: str | os.PathLike | None = None,
    progress: Progress | None = None,
) -> PictureDifficulties:
    """Rate the pictures of a config or a unified dataset; arguments and errors as `rank`. Needs scores only."""
    progress = progress or Silent()
    opened = target if isinstance(target, Target) else open_target(target, workspace=workspace, progress=progress)
    store = open_cache(opened.registry.workspace, cache)
    how = How((), POOLINGS["top5"], class_weights(opened.plan.boxes_per_class, None))
    panels = open_panels(opened.config, opened.registry, store)
    score = np.full(len(opened.plan.rows), -1, np.float32)
    level = np.zeros(len(score), np.uint8)
    for each in score_candidates(opened.plan, panels, store, how, progress):
        rated = rate(each.review, each.hidden, each.uncertainty)
        score[each.examples] = np.maximum(score[each.examples], each.uncertainty)
        level[each.examples] = np.maximum(level[each.examples], rated)
    examples = np.flatnonzero(score >= 0)
    return PictureDifficulties(sha256_of(opened.plan, examples), score[examples], level[examples])
