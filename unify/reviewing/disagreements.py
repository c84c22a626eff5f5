"""Human boxes and confident predictions that cannot both be right; pure.

Every rule asks first what people searched for. A prediction of a class that nobody looked for on the picture is no
evidence against anybody, however sure it is. One of an incomplete class may be an object that is rightly without a box;
only where a class is labeled must a real object have one. After ObjectLab (Tkachenko et al. 2023, arXiv 2309.00832),
which takes every class for labeled on every picture.

On one picture: M human boxes, N predictions, K opinions, C class columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from unify.core.boxes import box_areas, iou_matrix
from unify.core.nms import suppress
from unify.core.prediction_table import PredictionTable
from unify.core.types import ExampleTable, State

SAME_IOU = 0.5  # two boxes of one object
APART_IOU = 0.1  # boxes that overlap less have nothing to do with each other
SUPPORT = 0.5  # a prediction as probable as not speaks for a box


class Kind(StrEnum):
    """What may be wrong."""

    MISSED = "missed"  # an object without a box
    SPURIOUS = "spurious"  # a box without an object
    SWAPPED = "swapped"  # a box of another class
    BADLY_LOCATED = "badly_located"  # a box at the wrong place


@dataclass(frozen=True)
class Opinion:
    """What one auto-labeler says of E pictures, D boxes in all.

    Attributes:
        autolabeler: reference, ``pedestrian:v3``.
        knows: bool [C]; classes it can find.
        predictions: its boxes.
        probability: float64 [D]; of each to be right.
        recall: float64 [C]; share of all objects that it finds at any score, as measured; 0 where nobody measured.
    """

    autolabeler: str
    knows: np.ndarray
    predictions: PredictionTable
    probability: np.ndarray
    recall: np.ndarray


@dataclass(frozen=True)
class Suspect:
    """One likely error.

    Attributes:
        kind: what may be wrong.
        example: row of the picture.
        class_id: of the human box; of the prediction for a missed object.
        box_xyxy: float [4]; stored pixels; the human box, or the missed object's.
        likely_class_id: the class it likely is, for a swapped box; else ``class_id``.
        likely_box_xyxy: float [4]; where it likely is, for one at the wrong place; else ``box_xyxy``.
        score: 0..1; how strongly it is contradicted.
        opinion: row of the auto-labeler that contradicts.
    """

    kind: Kind
    example: int
    class_id: int
    box_xyxy: np.ndarray
    likely_class_id: int
    likely_box_xyxy: np.ndarray
    score: float
    opinion: int


def find_suspects(
    humans: ExampleTable, opinions: Sequence[Opinion], exclusive: np.ndarray, confident: float
) -> list[Suspect]:
    """Likely errors of E pictures, by picture.

    - missed: a prediction of a labeled class with no human box of its class, or of an exclusive one, near it;
    - swapped: a prediction of a labeled class on a human box of an exclusive class that its auto-labeler knows too;
    - badly located: a prediction of a labeled class that overlaps a human box of its class, but not enough;
    - spurious: no prediction near a human box, by an auto-labeler measured to find nearly every object of its class.

    A prediction that lies on a human box of its class contradicts nobody, and a human box with such a prediction is
    right. Crowds and difficult boxes are never suspects, and nothing on them is missed.

    Args:
        humans: what people know.
        opinions: of the same pictures.
        exclusive: bool [C, C]; pairs of classes that one object cannot both be.
        confident: probability of a prediction, or for spurious boxes recall, from which on it may contradict people.
    """
    found = _pool(humans, opinions)
    box_picture = np.repeat(np.arange(len(humans)), np.diff(humans.box_offsets))
    starts = np.searchsorted(found.picture, np.arange(len(humans) + 1))
    suspects: list[Suspect] = []
    for example in np.union1d(found.picture[found.probability >= confident], np.unique(box_picture)).tolist():
        boxes = slice(humans.box_offsets[example], humans.box_offsets[example + 1])
        mine = found.take(slice(starts[example], starts[example + 1]))
        suspects += _Picture(humans, opinions, exclusive, confident, example, boxes, mine).suspects()
    return suspects


@dataclass(frozen=True)
class _Found:
    """Predictions of all opinions together, those of unknown classes left out; by picture."""

    picture: np.ndarray
    boxes_xyxy: np.ndarray
    class_ids: np.ndarray
    probability: np.ndarray
    opinion: np.ndarray

    def take(self, rows: slice | np.ndarray) -> _Found:
        return _Found(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def _pool(humans: ExampleTable, opinions: Sequence[Opinion]) -> _Found:
    tables = [each.predictions for each in opinions]
    pooled = _Found(
        picture=np.concatenate([np.zeros(0, np.int64), *(table.picture for table in tables)]),
        boxes_xyxy=np.concatenate([np.zeros((0, 4), np.float32), *(table.boxes_xyxy for table in tables)]),
        class_ids=np.concatenate([np.zeros(0, np.int32), *(table.class_ids for table in tables)]),
        probability=np.concatenate([np.zeros(0), *(each.probability for each in opinions)]),
        opinion=np.repeat(np.arange(len(tables)), [len(table.picture) for table in tables]),
    )
    known = np.flatnonzero(humans.state[pooled.picture, pooled.class_ids - 1] > State.UNKNOWN)
    return pooled.take(known[np.argsort(pooled.picture[known], kind="stable")])


class _Picture:
    """One picture: how its predictions and human boxes lie to each other, and the four rules."""

    def __init__(
        self,
        humans: ExampleTable,
        opinions: Sequence[Opinion],
        exclusive: np.ndarray,
        confident: float,
        example: int,
        boxes: slice,
        found: _Found,
    ) -> None:
        self.example, self.found, self.opinions, self.confident = example, found, opinions, confident
        self.boxes, self.classes = humans.boxes_xyxy[boxes], humans.box_class[boxes]
        self.region = humans.box_crowd[boxes] | humans.box_difficult[boxes]
        self.iou = iou_matrix(found.boxes_xyxy, self.boxes)  # [N, M]
        self.same = found.class_ids[:, None] == self.classes
        self.exclusive = exclusive[found.class_ids - 1][:, self.classes - 1]
        on = self.same & (self.iou >= SAME_IOU)
        labeled = humans.state[example, found.class_ids - 1] == State.LABELED
        # Labeled, so that a real object of its class must have a box; and it has none.
        self.contradicts = labeled & (found.probability >= confident) & ~on.any(axis=1)
        self.suspicious = ~self.region & ~(on & (found.probability >= SUPPORT)[:, None]).any(axis=0)

    def suspects(self) -> Iterator[Suspect]:
        swapped = self.exclusive & self._knows_class() & (self.iou >= SAME_IOU)
        located = self.same & (self.iou >= APART_IOU)
        taken = np.zeros(len(self.boxes), bool)
        for kind, pairs, strength in (
            (Kind.SWAPPED, swapped, np.ones_like(self.iou)),
            (Kind.BADLY_LOCATED, located, 1 - self.iou),
        ):
            pairs = pairs & self.contradicts[:, None] & (self.suspicious & ~taken)
            scores = np.where(pairs, self.found.probability[:, None] * strength, -1.0)
            for box in np.flatnonzero(pairs.any(axis=0)).tolist():
                best = int(scores[:, box].argmax())
                yield self._of_box(kind, box, best, float(scores[best, box]))
            taken |= pairs.any(axis=0)
        yield from self._spurious(taken)
        yield from self._missed()

    def _knows_class(self) -> np.ndarray:
        """bool [N, M]: the auto-labeler of the prediction could have said the human box's class instead."""
        knows = np.array([each.knows for each in self.opinions])
        return knows[self.found.opinion][:, self.classes - 1]

    def _spurious(self, taken: np.ndarray) -> Iterator[Suspect]:
        alone = ~self.region & ~taken & ~(self.iou >= APART_IOU).any(axis=0)
        for box in np.flatnonzero(alone).tolist():
            recalls = [
                each.recall[self.classes[box] - 1] if each.predictions.seen[self.example] else 0.0
                for each in self.opinions
            ]
            best = int(np.argmax(recalls))
            if recalls[best] >= self.confident:
                own, place = int(self.classes[box]), self.boxes[box]
                yield Suspect(Kind.SPURIOUS, self.example, own, place, own, place, float(recalls[best]), best)

    def _missed(self) -> Iterator[Suspect]:
        near = ((self.same | self.exclusive) & (self.iou >= APART_IOU)).any(axis=1)
        inside = _covered(self.found.boxes_xyxy, self.boxes) >= SAME_IOU
        ignored = (inside & (self.same & self.region)).any(axis=1)
        rows = np.flatnonzero(self.contradicts & ~near & ~ignored)
        found = self.found.take(rows)
        # Several predictions at one place are one object, whatever class each gives it.
        for row in suppress(found.boxes_xyxy, found.probability, np.zeros(len(rows)), SAME_IOU).tolist():
            own, place = int(found.class_ids[row]), found.boxes_xyxy[row]
            score, opinion = float(found.probability[row]), int(found.opinion[row])
            yield Suspect(Kind.MISSED, self.example, own, place, own, place, score, opinion)

    def _of_box(self, kind: Kind, box: int, prediction: int, score: float) -> Suspect:
        found = self.found
        return Suspect(
            kind=kind,
            example=self.example,
            class_id=int(self.classes[box]),
            box_xyxy=self.boxes[box],
            likely_class_id=int(found.class_ids[prediction]),
            likely_box_xyxy=found.boxes_xyxy[prediction],
            score=score,
            opinion=int(found.opinion[prediction]),
        )


def _covered(boxes_xyxy: np.ndarray, regions_xyxy: np.ndarray) -> np.ndarray:
    """float64 [N, M] in 0..1; the share of each box that lies in each region."""
    a, b = boxes_xyxy.astype(np.float64), regions_xyxy.astype(np.float64)
    top_left = np.maximum(a[:, None, :2], b[None, :, :2])
    bottom_right = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.maximum(bottom_right - top_left, 0).prod(axis=2)
    areas = box_areas(a)[:, None]
    return np.divide(shared, areas, out=np.zeros_like(shared), where=areas > 0)


def exclusive_pairs(groups: Sequence[Sequence[int]], num_columns: int) -> np.ndarray:
    """bool [C, C]; pairs of classes that one object cannot both be.

    Args:
        groups: class ids that exclude each other.
        num_columns: C.
    """
    pairs = np.zeros((num_columns, num_columns), bool)
    for group in groups:
        columns = np.asarray(group) - 1
        pairs[np.ix_(columns, columns)] = True
    np.fill_diagonal(pairs, False)
    return pairs
