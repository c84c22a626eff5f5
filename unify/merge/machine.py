"""What machines add to what people drew: boxes, weights and trust for the classes nobody labeled.

A class that people labeled or began to label on a picture is theirs: no machine adds a box to it, and where it is
incomplete its absence stays untrusted. A class is filled only where each of its auto-labelers looked and answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from unify.core.boxes import box_areas
from unify.core.fill_policy import ClassPolicy, FillPolicy, source_name
from unify.core.prediction_table import PredictionTable
from unify.core.taxonomy import Taxonomy
from unify.core.types import ExampleTable, Method, State
from unify.merge.candidates import Candidates, find_candidates
from unify.merge.fill_counts import FillCounts
from unify.merge.overlaps import lies_on

SAME_OBJECT_IOU = 0.5  # a machine box that lies this much on a hand box is about the same object

LEAST_PROBABLE = 0.5
"""Of a ``soft`` box. What is more likely wrong than right is neither taught nor denied: as positives, however little
they weighed, such boxes cost 0.5 to 1 points of AP50 in the trials on scattered digits."""


def fill_classes(
    humans: ExampleTable, predictions: Mapping[str, PredictionTable], policy: FillPolicy, taxonomy: Taxonomy
) -> tuple[ExampleTable, FillCounts]:
    """Fill the classes that people left unknown.

        method               boxes                      weight          box weight        absence weight
        hard                 score >= threshold         1               1                 1
        hard, ignore zone    low <= score < threshold   0               0
        soft                 P(IoU >= 0.5) >= 0.5       P(IoU >= 0.5)   P(IoU >= 0.75)    the policy's
        soft, below          score >= low               0               0

    A filled class is labeled, or incomplete where its absence weight is 0. A machine box that overlaps a hand box of
    an exclusive class at an IoU of 0.5 or more is dropped and counted. Where several auto-labelers look for a class,
    their boxes are fused: box, probabilities and raw score are means over the auto-labelers, so are threshold and low
    as probabilities; the absence weight is the largest of theirs.

    Args:
        humans: E examples with human boxes.
        predictions: auto-labeler -> its predictions on the same E examples, for every auto-labeler of ``policy``.
            Examples that stay human, as those of other splits than ``train``, are asked of none.
        policy: which classes to fill, and how.
        taxonomy: tells which classes are exclusive.

    Returns:
        (the examples, machine boxes after the human ones of each, by class and falling score; what was done).
    """
    sources = (*humans.sources, *policy.sources)
    filled = [
        _fill_class(humans, policies, [predictions[each.autolabeler] for each in policies], sources, taxonomy)
        for policies in policy.by_class.values()
    ]
    state, absence_weight = humans.state.copy(), humans.absence_weight.copy()
    for each in filled:
        state[each.pictures, each.class_id - 1] = State.LABELED if each.absence_weight > 0 else State.INCOMPLETE
        absence_weight[each.pictures, each.class_id - 1] = each.absence_weight
    table = replace(humans, state=state, absence_weight=absence_weight, sources=sources)
    boxes = _Boxes.join([_human_boxes(humans), *(each.boxes for each in filled)])
    return _with_boxes(table, boxes), _count(humans, filled)


@dataclass(frozen=True)
class _Boxes:
    """The box columns of an `ExampleTable`, each box with its picture."""

    picture: np.ndarray
    boxes_xyxy: np.ndarray
    box_class: np.ndarray
    box_area: np.ndarray
    box_crowd: np.ndarray
    box_difficult: np.ndarray
    box_weight: np.ndarray
    box_regression_weight: np.ndarray
    box_score: np.ndarray
    box_source: np.ndarray

    def take(self, index: np.ndarray) -> _Boxes:
        return _Boxes(*(getattr(self, each.name)[index] for each in fields(self)))

    @staticmethod
    def join(parts: Sequence[_Boxes]) -> _Boxes:
        return _Boxes(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(_Boxes)))


@dataclass(frozen=True)
class _FilledClass:
    class_id: int
    pictures: np.ndarray  # bool [E]; where the class is filled
    failed: np.ndarray  # bool [E]; where it stays unknown because an auto-labeler failed
    absence_weight: float
    boxes: _Boxes
    conflicts: int
    expected_right: float


def _fill_class(
    humans: ExampleTable,
    policies: Sequence[ClassPolicy],
    tables: Sequence[PredictionTable],
    sources: Sequence[str],
    taxonomy: Taxonomy,
) -> _FilledClass:
    policy = policies[0]
    unknown = humans.state[:, policy.class_id - 1] == State.UNKNOWN
    pictures = unknown & np.all([table.seen for table in tables], axis=0)
    found = find_candidates(policies, tables, pictures)
    if policy.method is Method.HARD and not policy.ignore_zone:
        found = found.take(found.above)
    conflicting = _on_rivals(policy.class_id, found, humans, taxonomy)
    found = found.take(~conflicting)
    boxes = _label(found, policy, sources.index(source_name(policies)))
    return _FilledClass(
        class_id=policy.class_id,
        pictures=pictures,
        failed=unknown & np.any([table.failed for table in tables], axis=0),
        absence_weight=1.0 if policy.method is Method.HARD else max(each.absence_weight for each in policies),
        boxes=boxes,
        conflicts=int(conflicting.sum()),
        expected_right=float(found.right[boxes.box_weight > 0].sum()),
    )


def _label(found: Candidates, policy: ClassPolicy, source: int) -> _Boxes:
    hard, count = policy.method is Method.HARD, len(found.picture)
    boxes_xyxy = found.boxes_xyxy.astype(np.float32)
    taught = found.above if hard else found.right >= LEAST_PROBABLE
    return _Boxes(
        picture=found.picture,
        boxes_xyxy=boxes_xyxy,
        box_class=np.full(count, policy.class_id, np.int32),
        box_area=box_areas(boxes_xyxy),
        box_crowd=np.zeros(count, bool),
        box_difficult=np.zeros(count, bool),
        box_weight=np.where(taught, 1.0 if hard else found.right, 0.0).astype(np.float32),
        box_regression_weight=np.where(taught, 1.0 if hard else found.tight, 0.0).astype(np.float32),
        box_score=found.score.astype(np.float32),
        box_source=np.full(count, source, np.int32),
    )


def _on_rivals(class_id: int, found: Candidates, humans: ExampleTable, taxonomy: Taxonomy) -> np.ndarray:
    """bool [N]: the box lies on a hand box of a class that the same object cannot also be."""
    name = taxonomy.names[class_id]
    rivals = {taxonomy.ids[other] for group in taxonomy.exclusive if name in group for other in group}
    # A crowd's box surrounds many objects; one of another class may well fill it.
    hand = np.isin(humans.box_class, list(rivals)) & ~humans.box_crowd
    pictures = _picture_of_box(humans)[hand]
    return lies_on(found.boxes_xyxy, found.picture, humans.boxes_xyxy[hand], pictures, SAME_OBJECT_IOU)


def _human_boxes(humans: ExampleTable) -> _Boxes:
    columns = (getattr(humans, each.name) for each in fields(_Boxes)[1:])
    return _Boxes(_picture_of_box(humans), *columns)


def _picture_of_box(table: ExampleTable) -> np.ndarray:
    return np.repeat(np.arange(len(table)), np.diff(table.box_offsets))


def _with_boxes(table: ExampleTable, boxes: _Boxes) -> ExampleTable:
    boxes = boxes.take(np.argsort(boxes.picture, kind="stable"))
    columns = {each.name: getattr(boxes, each.name) for each in fields(_Boxes)[1:]}
    return replace(table, box_offsets=np.searchsorted(boxes.picture, np.arange(len(table) + 1)), **columns)


def _count(humans: ExampleTable, filled: Sequence[_FilledClass]) -> FillCounts:
    columns = humans.state.shape[1]
    machine, ignored, conflicts = np.zeros((3, columns), np.int64)
    expected_right, failed = np.zeros(columns), np.zeros(len(humans), bool)
    for each in filled:
        column, labels = each.class_id - 1, each.boxes.box_weight > 0
        machine[column], ignored[column], conflicts[column] = labels.sum(), (~labels).sum(), each.conflicts
        expected_right[column] = each.expected_right
        failed |= each.failed
    human = np.bincount(humans.box_class - 1, minlength=columns)
    return FillCounts(human, machine, ignored, conflicts, expected_right, int(failed.sum()))
