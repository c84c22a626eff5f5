"""What one auto-labeler said of some pictures, as the measures take it: unified classes, calibrated probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from unify.autolabel.cache import PictureState, RawPredictions
from unify.core.calibrator import Calibrator
from unify.core.predictions import ScoreKind


@dataclass(frozen=True)
class Bands:
    """Where a score is a label, where it is nothing, and where a person should look; by unified class id.

    Attributes:
        accept: float32 [C + 1]; from here on a box is right; infinite where the class is never trusted.
        reject: float32 [C + 1]; below it a box is nothing; at most ``accept``.
    """

    accept: np.ndarray
    reject: np.ndarray


@dataclass(frozen=True)
class LabelerFacts:
    """What is known of an auto-labeler beside its answers.

    Attributes:
        ref: ``pedestrian:v3``.
        fingerprint: of the model, by which its answers are found.
        kind: what its scores are to each other.
        class_ids: int32 [D]; unified ids of its declared classes, in their order.
        bands: of its raw scores.
        calibrators: unified class id -> raw score to probability, where it was measured.
        cached: names of the optional columns that all its answers have.
        answers: pictures of which the cache has an answer.
    """

    ref: str
    fingerprint: str
    kind: ScoreKind
    class_ids: np.ndarray
    bands: Bands
    calibrators: Mapping[int, Calibrator]
    cached: tuple[str, ...] = ()
    answers: int = 0


@dataclass(frozen=True)
class LabelerBoxes:
    """One auto-labeler's N boxes on P pictures.

    Attributes:
        facts: whose they are.
        seen: bool [P]; it answered.
        picture: int64 [N]; ascending.
        boxes_xyxy: float32 [N, 4]; stored pixels.
        class_ids: int32 [N]; unified.
        scores: float32 [N]; raw.
        probabilities: float32 [N]; calibrated where the class was measured, else raw.
        accept: float32 [N]; the class's accept threshold as a probability; infinite where never trusted.
        reject: float32 [N]; the class's reject threshold as a probability.
        listed_ids: int32 [N, K]; unified ids of the likeliest classes, 0 where it has fewer.
        listed: float32 [N, K]; their scores, falling; calibrated where they are independent.
        columns: optional columns of boxes as they were cached, [N] or [N, width].
        picture_columns: those of pictures, [P] or [P, width].
    """

    facts: LabelerFacts
    seen: np.ndarray
    picture: np.ndarray
    boxes_xyxy: np.ndarray
    class_ids: np.ndarray
    scores: np.ndarray
    probabilities: np.ndarray
    accept: np.ndarray
    reject: np.ndarray
    listed_ids: np.ndarray
    listed: np.ndarray
    columns: Mapping[str, np.ndarray]
    picture_columns: Mapping[str, np.ndarray]


def read_boxes(raw: RawPredictions, facts: LabelerFacts) -> LabelerBoxes:
    """Answers from the cache as `LabelerBoxes`; without a list of classes, each box lists its own class."""
    ids = facts.class_ids[raw.classes]
    probabilities = calibrate(raw.scores, ids, facts.calibrators)
    listed_ids, listed = _lists(raw, facts, ids, probabilities)
    return LabelerBoxes(
        facts=facts,
        seen=raw.states == PictureState.DONE,
        picture=np.repeat(np.arange(len(raw)), np.diff(raw.box_offsets)),
        boxes_xyxy=raw.boxes_xyxy,
        class_ids=ids,
        scores=raw.scores,
        probabilities=probabilities,
        accept=_as_probabilities(facts.bands.accept, facts.calibrators)[ids],
        reject=_as_probabilities(facts.bands.reject, facts.calibrators)[ids],
        listed_ids=listed_ids,
        listed=listed,
        columns={spec.name: raw.columns[spec.name] for spec in raw.specs if spec.per_box},
        picture_columns={spec.name: raw.columns[spec.name] for spec in raw.specs if not spec.per_box},
    )


def calibrate(scores: np.ndarray, class_ids: np.ndarray, calibrators: Mapping[int, Calibrator]) -> np.ndarray:
    """Probabilities of raw scores; float32 of any shape, that of ``class_ids``. Classes nobody measured stay raw."""
    probabilities = scores.astype(np.float32)
    for class_id, calibrator in calibrators.items():
        mine = class_ids == class_id
        probabilities[mine] = calibrator.apply(scores[mine])
    return probabilities


def _lists(
    raw: RawPredictions, facts: LabelerFacts, class_ids: np.ndarray, probabilities: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    if "topk_scores" not in raw.columns:
        return class_ids[:, None], probabilities[:, None] if _independent(facts) else raw.scores[:, None]
    places, scores = raw.columns["topk_classes"], raw.columns["topk_scores"]
    ids = np.where(places >= 0, facts.class_ids[places], 0)
    if not (facts.calibrators and _independent(facts)):
        return ids, scores
    scores = calibrate(scores, ids, facts.calibrators)
    order = np.argsort(-scores, axis=1, kind="stable")  # two classes' calibrations may swap their order
    return np.take_along_axis(ids, order, axis=1), np.take_along_axis(scores, order, axis=1)


def _independent(facts: LabelerFacts) -> bool:
    """Exclusive scores stay raw: calibrated one by one they would not add up any more. One class has no other."""
    return facts.kind is ScoreKind.SIGMOID or len(facts.class_ids) == 1


def _as_probabilities(thresholds: np.ndarray, calibrators: Mapping[int, Calibrator]) -> np.ndarray:
    moved = thresholds.copy()
    for class_id, calibrator in calibrators.items():
        if np.isfinite(thresholds[class_id]):
            moved[class_id] = calibrator.apply(thresholds[class_id])
    return moved


def dense_scores(boxes: LabelerBoxes, rows: np.ndarray, class_ids: Sequence[int] | np.ndarray) -> np.ndarray:
    """Scores of some boxes for some classes.

    Args:
        boxes: N boxes.
        rows: int [n]; which of them, -1 for no box.
        class_ids: int [C]; unified ids, ascending.

    Returns:
        float32 [n, C]; 0 for a class that a box does not list, and where there is no box.
    """
    class_ids = np.asarray(class_ids)
    column_of = np.full(max(int(class_ids.max(initial=0)), int(boxes.listed_ids.max(initial=0))) + 1, -1)
    column_of[class_ids] = np.arange(len(class_ids))
    dense = np.zeros((len(rows), len(class_ids)), np.float32)
    there = np.flatnonzero(rows >= 0)
    columns = column_of[boxes.listed_ids[rows[there]]]
    at, place = np.nonzero((columns >= 0) & (boxes.listed_ids[rows[there]] > 0))
    dense[there[at], columns[at, place]] = boxes.listed[rows[there[at]], place]
    return dense
