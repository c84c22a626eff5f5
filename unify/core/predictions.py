"""What an auto-labeler says of one picture: scored boxes, or why there are none.

N boxes, K classes of a top-k list, E numbers of an embedding. Class indices count the auto-labeler's declared classes
from 0; they are no unified ids. Raw: above a low floor, before any threshold or calibration, because those change
without asking the model again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import numpy as np

# Calibration must see that low scores mean low precision, and active learning looks for its pictures among them; under
# some hundredths they are noise that only fills the cache.
SCORE_FLOOR = 0.02
HIGHEST_SCORE_FLOOR = 0.05


class ScoreKind(StrEnum):
    """What the scores of several classes on one box are to each other."""

    SIGMOID = "sigmoid"  # independent of each other
    SOFTMAX = "softmax"  # of all the model's classes they add up to one
    SOFTMAX_BACKGROUND = "softmax_background"  # what is missing to one is background


class PictureKey(NamedTuple):
    """What a picture is called, for auto-labelers that look their answer up.

    Attributes:
        name: file name relative to its images folder, with ``/``.
        sha256: hex digest of the file's bytes.
    """

    name: str
    sha256: str


@dataclass(frozen=True, eq=False)
class Prediction:
    """One auto-labeler's output on one picture. No box says: it looked and found nothing.

    Attributes:
        boxes_xyxy: float32 [N, 4]; stored pixels, 0 <= x1 < x2 <= width, 0 <= y1 < y2 <= height.
        scores: float32 [N] in 0..1, descending.
        classes: int32 [N]; index into the auto-labeler's declared classes.
        topk_classes: int32 [N, K]; the likeliest classes of each box, indices like ``classes``, -1 where it has fewer
            than K; or None.
        topk_scores: float32 [N, K] in 0..1, descending, 0 where the class is -1; or None, both or neither.
        embedding: float32 [E]; the picture's, or None.
        box_embeddings: float32 [N, E]; each box's, or None.
        columns: more numbers by name, each [N] (one a box) or [] (one for the picture).
    """

    boxes_xyxy: np.ndarray
    scores: np.ndarray
    classes: np.ndarray
    topk_classes: np.ndarray | None = None
    topk_scores: np.ndarray | None = None
    embedding: np.ndarray | None = None
    box_embeddings: np.ndarray | None = None
    columns: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.scores)


@dataclass(frozen=True)
class Failure:
    """The auto-labeler could not process the picture: failed is not empty.

    Attributes:
        reason: one line without a full stop.
    """

    reason: str
