"""Which boxes a picture is shown with, and how uncertain it is; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unify.core.boxes import iou_matrix
from unify.core.nms import suppress
from unify.core.types import State
from unify.reviewing.project import HUMAN, ShownBox

_SAME_IOU = 0.5
_LEAST_CERTAIN = 5  # predictions that a picture's uncertainty is the mean of


@dataclass(frozen=True)
class Candidates:
    """Predictions of one task's classes on one picture, N in all.

    Attributes:
        boxes_xyxy: float32 [N, 4]; stored pixels.
        class_ids: int32 [N].
        scores: float32 [N]; raw.
        probability: float64 [N]; of each to be right.
        low: float64 [N]; score below which a box of its class and auto-labeler is not shown.
        threshold: float64 [N]; score from which it is a label.
        source: N references of auto-labelers.
    """

    boxes_xyxy: np.ndarray
    class_ids: np.ndarray
    scores: np.ndarray
    probability: np.ndarray
    low: np.ndarray
    threshold: np.ndarray
    source: list[str]


def shown_boxes(
    candidates: Candidates,
    human_xyxy: np.ndarray,
    human_classes: np.ndarray,
    state: np.ndarray,
    names: dict[int, str],
) -> tuple[ShownBox, ...]:
    """People's boxes as they are, and predictions where there is something left to find, the surest first.

    A class that is labeled is shown with people's boxes alone; of an incomplete one, predictions of objects that have
    a box already are left out. Of predictions of one object the most probable is shown.

    Args:
        candidates: predictions of the task's classes.
        human_xyxy: float32 [M, 4]; people's boxes of these classes.
        human_classes: int32 [M].
        state: uint8 [C]; what is known of each class.
        names: id -> class name, of the task's classes.
    """
    drawn = [
        ShownBox(tuple(box.tolist()), names[class_id], 1.0, HUMAN, False)
        for box, class_id in zip(human_xyxy, human_classes.tolist())
    ]
    twice = (iou_matrix(candidates.boxes_xyxy, human_xyxy) >= _SAME_IOU) & (
        candidates.class_ids[:, None] == human_classes
    )
    worth = (candidates.scores >= candidates.low) & (state[candidates.class_ids - 1] < State.LABELED)
    rows = np.flatnonzero(worth & ~twice.any(axis=1))
    best = suppress(candidates.boxes_xyxy[rows], candidates.probability[rows], candidates.class_ids[rows], _SAME_IOU)
    return (*drawn, *(_machine_box(candidates, row, names) for row in rows[best].tolist()))


def uncertainty(probability: np.ndarray) -> float:
    """0..1; mean over the five least certain predictions of their entropy in bits; 0 without any."""
    p = np.clip(probability, 1e-6, 1 - 1e-6)
    entropy = -p * np.log2(p) - (1 - p) * np.log2(1 - p)
    return float(np.sort(entropy)[::-1][:_LEAST_CERTAIN].mean()) if len(p) else 0.0


def _machine_box(candidates: Candidates, row: int, names: dict[int, str]) -> ShownBox:
    score = float(candidates.scores[row])
    return ShownBox(
        box_xyxy=tuple(round(edge, 3) for edge in candidates.boxes_xyxy[row].tolist()),
        class_name=names[int(candidates.class_ids[row])],
        score=round(score, 4),
        source=candidates.source[row],
        unsure=score < float(candidates.threshold[row]),
    )


def no_candidates() -> Candidates:
    """A picture without predictions."""
    numbers = np.zeros(0)
    return Candidates(np.zeros((0, 4), np.float32), np.zeros(0, np.int32), numbers, numbers, numbers, numbers, [])


def join_candidates(parts: Sequence[Candidates]) -> Candidates:
    """Predictions of several auto-labelers on one picture."""
    several = [no_candidates(), *parts]
    columns = ("boxes_xyxy", "class_ids", "scores", "probability", "low", "threshold")
    joined = [np.concatenate([getattr(each, name) for each in several]) for name in columns]
    return Candidates(*joined, [source for each in several for source in each.source])
