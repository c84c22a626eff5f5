"""One auto-labeler's predictions on many pictures as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unify.core.predictions import Failure, Prediction


@dataclass(frozen=True)
class PredictionTable:
    """Raw boxes of E pictures, D in all, in the order of the pictures.

    Attributes:
        seen: bool [E]; the auto-labeler looked at the picture and answered, be it with no box.
        failed: bool [E]; it could not process the picture. Neither seen nor failed: nobody asked it.
        picture: int64 [D]; ascending.
        boxes_xyxy: float32 [D, 4]; stored pixels.
        scores: float32 [D] in 0..1, descending within a picture.
        class_ids: int32 [D]; unified ids from 1.
    """

    seen: np.ndarray
    failed: np.ndarray
    picture: np.ndarray
    boxes_xyxy: np.ndarray
    scores: np.ndarray
    class_ids: np.ndarray


def gather_predictions(
    predictions: Sequence[Prediction | Failure | None], class_ids: Sequence[int] | np.ndarray
) -> PredictionTable:
    """Predictions of E pictures in one table; None where nobody asked.

    Args:
        predictions: one a picture.
        class_ids: unified ids of the auto-labeler's declared classes, in their order.
    """
    answered = [each for each in predictions if isinstance(each, Prediction)]
    seen = np.array([isinstance(each, Prediction) for each in predictions], bool)
    classes = np.concatenate([np.zeros(0, np.int32), *(each.classes for each in answered)])
    return PredictionTable(
        seen=seen,
        failed=np.array([isinstance(each, Failure) for each in predictions], bool),
        picture=np.repeat(np.flatnonzero(seen), [len(each) for each in answered]),
        boxes_xyxy=np.concatenate([np.zeros((0, 4), np.float32), *(each.boxes_xyxy for each in answered)]),
        scores=np.concatenate([np.zeros(0, np.float32), *(each.scores for each in answered)]),
        class_ids=np.asarray(class_ids, np.int32)[classes],
    )
