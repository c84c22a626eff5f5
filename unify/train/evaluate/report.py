"""What an evaluation found. A number that does not exist is None: never 0, never pycocotools' -1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from unify.core.types import JsonObject


@dataclass(frozen=True)
class ClassScores:
    """One class. The first eight are None where no box of it is to be found.

    Attributes:
        ap: COCO AP, mean over IoU 0.50:0.95, 0..1.
        ap50: AP at IoU 0.5.
        ap75: AP at IoU 0.75.
        ar100: COCO AR, mean over IoU 0.50:0.95, with at most 100 detections a picture.
        precision: at ``threshold``, IoU 0.5; 0 where no detection is right.
        recall: at ``threshold``, IoU 0.5.
        f1: the largest F1 of any threshold, IoU 0.5.
        threshold: the score that gives it; None also where no detection is right.
        boxes: boxes to be found: crowds and machine boxes are not.
        labeled: pictures on which the class was searched exhaustively.
        incomplete: pictures on which other boxes may be missing.
        detections: all that were given of this class.
        set_aside: those of them that are neither right nor wrong at IoU 0.5: of an unknown class, unmatched of an
            incomplete one, or matched to a crowd.
    """

    ap: float | None
    ap50: float | None
    ap75: float | None
    ar100: float | None
    precision: float | None
    recall: float | None
    f1: float | None
    threshold: float | None
    boxes: int
    labeled: int
    incomplete: int
    detections: int
    set_aside: int


@dataclass(frozen=True)
class OverallScores:
    """Means over the classes that have boxes to be found; None where none has, or none of the size.

    Attributes:
        ap: COCO's first number: IoU 0.50:0.95, 0..1. The twelve stand in COCO's order.
        ap50: at IoU 0.5.
        ap75: at IoU 0.75.
        ap_small: boxes below 32² pixels.
        ap_medium: boxes of 32² to 96² pixels.
        ap_large: boxes above 96² pixels.
        ar1: with at most 1 detection a picture.
        ar10: with at most 10.
        ar100: with at most 100.
        ar_small: boxes below 32² pixels.
        ar_medium: boxes of 32² to 96² pixels.
        ar_large: boxes above 96² pixels.
        precision: mean of the classes' own, each at its best threshold.
        recall: likewise.
        f1: likewise.
    """

    ap: float | None
    ap50: float | None
    ap75: float | None
    ap_small: float | None
    ap_medium: float | None
    ap_large: float | None
    ar1: float | None
    ar10: float | None
    ar100: float | None
    ar_small: float | None
    ar_medium: float | None
    ar_large: float | None
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True)
class EvaluationReport:
    """What `evaluate` found.

    Attributes:
        pictures: how many were evaluated.
        detections: how many were given.
        overall: means over classes.
        classes: name -> its scores, for every class of the taxonomy, by id.
    """

    pictures: int
    detections: int
    overall: OverallScores
    classes: Mapping[str, ClassScores]

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify evaluate``."""
        return asdict(self)
