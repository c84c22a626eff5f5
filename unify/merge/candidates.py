"""The machine boxes that a class's policies let through, one list whether one auto-labeler looked or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from unify.core.calibrator import Calibrator
from unify.core.fill_policy import ClassPolicy
from unify.core.prediction_table import PredictionTable
from unify.merge.fusion import fuse_boxes


@dataclass(frozen=True)
class Candidates:
    """N boxes of one class, by picture, the surest first.

    Attributes:
        picture: int64 [N].
        boxes_xyxy: float [N, 4].
        score: float64 [N]; raw.
        right: float64 [N]; P(IoU >= 0.5).
        tight: float64 [N]; P(IoU >= 0.75), never more than ``right``.
        above: bool [N]; at the threshold or over it; the others are between low and threshold.
    """

    picture: np.ndarray
    boxes_xyxy: np.ndarray
    score: np.ndarray
    right: np.ndarray
    tight: np.ndarray
    above: np.ndarray

    def take(self, kept: np.ndarray) -> Candidates:
        return Candidates(*(getattr(self, each.name)[kept] for each in fields(self)))


def find_candidates(
    policies: Sequence[ClassPolicy], tables: Sequence[PredictionTable], pictures: np.ndarray
) -> Candidates:
    """Boxes of one class from its ``low`` on.

    Args:
        policies: the policies of the class.
        tables: predictions of their auto-labelers.
        pictures: bool [E]; where the class is to be filled.
    """
    found = [_select(policy, table, pictures) for policy, table in zip(policies, tables)]
    return found[0] if len(found) == 1 else _fuse(policies, found)


def _select(policy: ClassPolicy, table: PredictionTable, pictures: np.ndarray) -> Candidates:
    scores = table.scores.astype(np.float64)  # else NumPy would round the thresholds to float32
    index = np.flatnonzero((table.class_ids == policy.class_id) & (scores >= policy.low) & pictures[table.picture])
    right = policy.weight.apply(scores[index])
    return Candidates(
        picture=table.picture[index],
        boxes_xyxy=table.boxes_xyxy[index],
        score=scores[index],
        right=right,
        # Two fits may cross where data are few; what they stand for cannot.
        tight=np.minimum(policy.box_weight.apply(scores[index]), right),
        above=scores[index] >= policy.threshold,
    )


def _fuse(policies: Sequence[ClassPolicy], found: Sequence[Candidates]) -> Candidates:
    """Raw scores of two models do not compare, so boxes and thresholds meet as probabilities."""
    fused = fuse_boxes(
        picture=np.concatenate([each.picture for each in found]),
        model=np.repeat(np.arange(len(found)), [len(each.picture) for each in found]),
        boxes_xyxy=np.concatenate([each.boxes_xyxy for each in found]),
        values=np.concatenate([np.stack([each.right, each.tight, each.score], axis=1) for each in found]),
        num_models=len(found),
    )
    kept = fused.values[:, 0] >= _mean_of([each.weight for each in policies], [each.low for each in policies])
    right, tight, score = fused.values[kept].T
    threshold = _mean_of([each.weight for each in policies], [each.threshold for each in policies])
    return Candidates(fused.picture[kept], fused.boxes_xyxy[kept], score, right, tight, right >= threshold)


def _mean_of(calibrators: Sequence[Calibrator], scores: Sequence[float]) -> float:
    return sum(float(each.apply(np.float64(score))) for each, score in zip(calibrators, scores)) / len(scores)
