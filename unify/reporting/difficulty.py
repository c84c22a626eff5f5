"""How hard the pictures are: what `unify rank` would say of them, counted and with examples of each level."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from unify.core.digest import content_ids
from unify.core.types import JsonObject
from unify.errors import UnifyError
from unify.progress import Progress
from unify.ranking.difficulty import Level
from unify.ranking.pictures import PictureDifficulties, rate_pictures
from unify.ranking.target import open_target
from unify.reporting.histograms import UNCERTAINTY
from unify.reporting.reference import NamedDataset

EXAMPLES = 4  # of each level, at most: one row of a wide page

_NO_WORKSPACE = "the dataset lies in no workspace, so its auto-labelers and their scores are not known"
_NO_LABELER = "no auto-labeler is registered, and pictures are rated by the scores of auto-labelers"
_NO_SCORES = (
    "no auto-labeler has scored a class that people left open: they left none, or nobody was asked yet; a compile with "
    "method hard or soft asks"
)


@dataclass(frozen=True)
class Ratings:
    """R pictures that auto-labelers scored. None of them where `note` says why.

    Attributes:
        ids: int64 [R], ascending; content ids.
        score: float32 [R] in 0..1; how unsure an auto-labeler is.
        level: uint8 [R]; `Level`.
        note: why there are none, else None.
    """

    ids: np.ndarray
    score: np.ndarray
    level: np.ndarray
    note: str | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def of(self, content_id: int) -> tuple[str, float] | None:
        """Level and score of a picture; None where nobody scored it."""
        at = int(np.searchsorted(self.ids, content_id))
        if at == len(self) or self.ids[at] != content_id:
            return None
        return str(Level(int(self.level[at]))), float(self.score[at])

    def examples(self, level: Level) -> list[int]:
        """Content ids that stand for a level: the most uncertain of the hard ones, the middle ones of the others."""
        rows = np.flatnonzero(self.level == level)
        rows = rows[np.argsort(-self.score[rows], kind="stable")]
        first = 0 if level is Level.HARD else max(0, (len(rows) - EXAMPLES) // 2)
        return self.ids[rows[first : first + EXAMPLES]].tolist()


def no_ratings(note: str) -> Ratings:
    """Not one picture is rated, and why."""
    return Ratings(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.uint8), note)


def rate_dataset(named: NamedDataset, cache: str | os.PathLike[str] | None, progress: Progress) -> Ratings:
    """Rate a dataset's pictures by what the prediction cache holds. Where that cannot be done, the note says why.

    Args:
        named: the dataset.
        cache: folder or URL of the prediction cache; ``.unify/cache`` in the workspace by default.
        progress: told how the work goes.
    """
    if named.registry is None:
        return no_ratings(_NO_WORKSPACE)
    if not named.registry.autolabelers:
        return no_ratings(_NO_LABELER)
    on_error = "skip" if named.manifest["skipped"] else "stop"
    try:
        target = open_target(named.folder, workspace=named.registry.workspace, on_error=on_error, progress=progress)
        rated = rate_pictures(target, cache=cache, progress=progress)
    except UnifyError as error:
        return no_ratings(f"the pictures could not be rated: {error.problems[0].what}; unify rank says more")
    return ratings_of(rated)


def ratings_of(rated: PictureDifficulties) -> Ratings:
    """By content id."""
    ids = content_ids(rated.sha256)
    order = np.argsort(ids)
    return Ratings(ids[order], rated.score[order], rated.level[order], None if len(ids) else _NO_SCORES)


def difficulty(ratings: Ratings, shown: Collection[str]) -> JsonObject:
    """``difficulty`` of the report.

    Args:
        ratings: of the dataset's pictures.
        shown: ids of the pictures in the gallery; there are no others to give as examples.
    """
    bins = UNCERTAINTY.place(ratings.score)
    levels = {}
    for level in Level:
        mine = ratings.level == level
        levels[str(level)] = {
            "pictures": int(mine.sum()),
            "bins": np.bincount(bins[mine], minlength=len(UNCERTAINTY.labels)),
            "examples": [text for text in map(str, ratings.examples(level)) if text in shown],
        }
    return {"note": ratings.note, "rated": len(ratings), "levels": levels}
