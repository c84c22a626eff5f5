"""The measures by name, what each needs of the cache, and how it is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from unify.core.predictions import ScoreKind
from unify.errors import Problem, UnifyError, did_you_mean
from unify.ranking import committee, formulas
from unify.ranking.boxes import LabelerBoxes, LabelerFacts
from unify.ranking.committee import Objects, find_objects
from unify.ranking.consistency import inconsistency

COLUMN = "column:"
CLASS_LIST = ("topk_classes", "topk_scores")
PROPOSAL = ("proposal_x1", "proposal_y1", "proposal_x2", "proposal_y2")


@dataclass(frozen=True)
class Look:
    """What the auto-labelers of one task said of a batch of pictures.

    Attributes:
        own: the auto-labeler whose boxes are judged.
        members: the committee: ``own`` first, then all others that look for classes of the task.
    """

    own: LabelerBoxes
    members: tuple[LabelerBoxes, ...]

    @cached_property
    def objects(self) -> Objects:
        return find_objects(self.members)


@dataclass(frozen=True)
class Judged:
    """Uncertainties of N boxes or objects, or of P pictures themselves.

    Attributes:
        values: float [N], or [P] where ``picture`` is None.
        picture: int64 [N], ascending, or None.
        class_ids: int32 [N]; unified, or None.
    """

    values: np.ndarray
    picture: np.ndarray | None
    class_ids: np.ndarray | None


@dataclass(frozen=True)
class Measure:
    """One way to tell how uncertain an auto-labeler is.

    Attributes:
        name: what it is called.
        meaning: half a sentence for people.
        needs: optional columns that it needs of an auto-labeler's answers.
        take: the uncertainties of a look.
        members: how many auto-labelers it takes.
        uses: optional columns that it reads where there are any.
    """

    name: str
    meaning: str
    needs: Callable[[LabelerFacts], tuple[str, ...]]
    take: Callable[[Look], Judged]
    members: int = 1
    uses: tuple[str, ...] = ()


def find_measures(names: Iterable[str]) -> tuple[Measure, ...]:
    """Measures by name; ``column:NAME`` is whatever the auto-labeler emits, ``column:-NAME`` its negative.

    Raises:
        UnifyError: there are no such measures; names all of them.
    """
    found, problems = [], []
    for name in names:
        if name.startswith(COLUMN) and name not in (COLUMN, f"{COLUMN}-"):
            found.append(_column_measure(name))
        elif name in MEASURES:
            found.append(MEASURES[name])
        else:
            known = [*MEASURES, f"{COLUMN}NAME"]
            fix = did_you_mean(name, known)
            problems.append(Problem(name, "no such measure", expected=f"one of {', '.join(known)}", fix=fix))
    if problems:
        raise UnifyError(problems)
    return tuple(found)


def _nothing(labeler: LabelerFacts) -> tuple[str, ...]:
    return ()


def _class_list(labeler: LabelerFacts) -> tuple[str, ...]:
    """One class is its own list."""
    return CLASS_LIST if len(labeler.class_ids) > 1 else ()


def _exclusive_list(labeler: LabelerFacts) -> tuple[str, ...]:
    """Independent scores of other classes say nothing of this one."""
    return () if labeler.kind is ScoreKind.SIGMOID else _class_list(labeler)


def num_outcomes(labeler: LabelerFacts) -> int:
    """How many things a box can be, background included where the scores leave room for it."""
    return max(2, len(labeler.class_ids) + (labeler.kind is ScoreKind.SOFTMAX_BACKGROUND))


def _least_confidence(boxes: LabelerBoxes) -> np.ndarray:
    if _independent(boxes):
        return formulas.least_confidence(boxes.probabilities, boxes.accept)
    return formulas.softmax_least_confidence(boxes.listed, num_outcomes(boxes.facts))


def _entropy(boxes: LabelerBoxes) -> np.ndarray:
    if _independent(boxes):
        return formulas.binary_entropy(boxes.probabilities)
    return formulas.entropy(boxes.listed, num_outcomes(boxes.facts))


def _independent(boxes: LabelerBoxes) -> bool:
    return boxes.facts.kind is ScoreKind.SIGMOID or len(boxes.facts.class_ids) == 1


def _margin(boxes: LabelerBoxes) -> np.ndarray:
    return formulas.margin(boxes.listed, ScoreKind.SIGMOID if _independent(boxes) else boxes.facts.kind)


def _evidential(boxes: LabelerBoxes) -> np.ndarray:
    return formulas.evidential(boxes.columns["evidence"], len(boxes.facts.class_ids))


def _expected_gradient(boxes: LabelerBoxes) -> np.ndarray:
    return formulas.expected_gradient(boxes.listed, boxes.facts.kind, boxes.columns.get("box_embeddings"))


def _localisation(boxes: LabelerBoxes) -> np.ndarray:
    proposals = np.stack([boxes.columns[name] for name in PROPOSAL], axis=1)
    return formulas.tightness_doubt(boxes.probabilities, boxes.boxes_xyxy, proposals)


def _of_boxes(formula: Callable[[LabelerBoxes], np.ndarray]) -> Callable[[Look], Judged]:
    return lambda look: Judged(formula(look.own), look.own.picture, look.own.class_ids)


def _of_objects(formula: Callable[[Objects], np.ndarray]) -> Callable[[Look], Judged]:
    return lambda look: Judged(formula(look.objects), look.objects.picture, look.objects.class_ids)


def _consistency(look: Look) -> Judged:
    return Judged(inconsistency(look.own, look.members[1:]), look.own.picture, look.own.class_ids)


def _column_measure(name: str) -> Measure:
    column = name.removeprefix(COLUMN)
    sign, column = (-1, column[1:]) if column.startswith("-") else (1, column)

    def take(look: Look) -> Judged:
        if column in look.own.picture_columns:
            return Judged(sign * look.own.picture_columns[column].astype(np.float32), None, None)
        values = sign * look.own.columns[column].astype(np.float32)
        return Judged(values, look.own.picture, look.own.class_ids)

    return Measure(name, f"what the auto-labeler calls {column}", lambda labeler: (column,), take)


MEASURES = {
    each.name: each
    for each in (
        Measure("least_confidence", "scores near the threshold", _exclusive_list, _of_boxes(_least_confidence)),
        Measure("margin", "torn between two outcomes", _class_list, _of_boxes(_margin)),
        Measure("entropy", "scores that say little", _exclusive_list, _of_boxes(_entropy)),
        Measure("evidential", "little evidence", lambda labeler: ("evidence",), _of_boxes(_evidential)),
        Measure("localisation", "box and proposal disagree", lambda labeler: PROPOSAL, _of_boxes(_localisation)),
        Measure(
            *("expected_gradient", "labels would change the model", _class_list, _of_boxes(_expected_gradient)),
            uses=("box_embeddings",),
        ),
        Measure("vote_entropy", "votes differ", _nothing, _of_objects(committee.vote_entropy), 2),
        Measure("bald", "scores of members differ", _class_list, _of_objects(committee.mean_divergence), 2),
        Measure("max_disagreement", "one member differs", _class_list, _of_objects(committee.max_disagreement), 2),
        Measure("box_disagreement", "boxes of members differ", _nothing, _of_objects(committee.box_disagreement), 2),
        Measure("occurrence", "some members find nothing", _nothing, _of_objects(committee.occurrence_doubt), 2),
        Measure("consistency", "another look finds something else", _class_list, _consistency, 2),
    )
}
