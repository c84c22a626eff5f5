"""How far several auto-labelers disagree about what they found: query by committee, at no new inference.

Boxes that lie on each other are one object, whatever class each member gives it. A member votes on a class only where
it knows it and looked at the picture; one that knows it and has no box there says background. Members that all know the
same classes, with exclusive scores, are compared as distributions; all others class by class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from unify.core.boxes import paired_iou
from unify.core.predictions import ScoreKind
from unify.merge.fusion import fuse_boxes
from unify.ranking.boxes import LabelerBoxes, dense_scores
from unify.ranking.formulas import NEAREST_TO_CERTAIN, binary_entropy

SAME_OBJECT_IOU = 0.5


@dataclass(frozen=True)
class Objects:
    """G objects that M members found or missed; C classes that any of them knows.

    Attributes:
        members: their boxes on the same P pictures.
        picture: int64 [G]; ascending.
        box: int64 [G, M]; row of each member's box, -1 where it has none.
        class_ids: int32 [G]; what the surest member calls the object.
        known: int32 [C]; unified ids, ascending.
    """

    members: tuple[LabelerBoxes, ...]
    picture: np.ndarray
    box: np.ndarray
    class_ids: np.ndarray
    known: np.ndarray

    @cached_property
    def knows(self) -> np.ndarray:
        """bool [G, M, C]; the member looked at the picture for the class."""
        of_member = np.array([np.isin(self.known, each.facts.class_ids) for each in self.members])
        return self.looked[:, :, None] & of_member[None]

    @cached_property
    def looked(self) -> np.ndarray:
        """bool [G, M]; the member answered on the object's picture."""
        return np.stack([each.seen[self.picture] for each in self.members], axis=1)

    @cached_property
    def scores(self) -> np.ndarray:
        """float32 [G, M, C]; each member's score for each class, 0 where it has no box."""
        return np.stack(
            [dense_scores(each, self.box[:, at], self.known) for at, each in enumerate(self.members)], axis=1
        )

    @cached_property
    def votes(self) -> np.ndarray:
        """bool [G, M]; the member has a box there that is not nothing by its own reject threshold."""
        enough = [np.append(each.probabilities >= each.reject, False) for each in self.members]
        return np.stack([each[self.box[:, at]] for at, each in enumerate(enough)], axis=1)

    @cached_property
    def voted_class(self) -> np.ndarray:
        """int64 [G, M]; index into ``known``, C for background."""
        ids = [np.append(each.class_ids, 0) for each in self.members]
        named = np.stack([each[self.box[:, at]] for at, each in enumerate(ids)], axis=1)
        return np.where(self.votes, np.searchsorted(self.known, named), len(self.known))

    @cached_property
    def same_classes(self) -> bool:
        """Whether all members know the same classes."""
        return len({frozenset(each.facts.class_ids.tolist()) for each in self.members}) == 1

    @property
    def comparable(self) -> bool:
        """Whether the members' scores are distributions over the same outcomes."""
        return self.same_classes and all(each.facts.kind is not ScoreKind.SIGMOID for each in self.members)


def find_objects(members: Sequence[LabelerBoxes]) -> Objects:
    """Which boxes of which members are one object: a box joins the group it overlaps most, at 0.5 or more."""
    rows = [np.arange(len(each.picture)) for each in members]
    member = np.repeat(np.arange(len(members)), [len(each) for each in rows])
    sure = np.concatenate([each.probabilities for each in members]).astype(np.float64)
    # Fusion sums up what boxes bring along; one column a member that only its own box fills comes back as it was.
    brought = np.zeros((len(member), 1 + len(members)))
    brought[:, 0] = sure
    brought[np.arange(len(member)), 1 + member] = np.concatenate(rows) + 1
    fused = fuse_boxes(
        picture=np.concatenate([each.picture for each in members]),
        model=member,
        boxes_xyxy=np.concatenate([each.boxes_xyxy for each in members]),
        values=brought,
        num_models=len(members),
        iou=np.nextafter(SAME_OBJECT_IOU, 0),
    )
    box = np.rint(fused.values[:, 1:] * len(members)).astype(np.int64) - 1
    known = np.unique(np.concatenate([each.facts.class_ids for each in members])).astype(np.int32)
    return Objects(tuple(members), fused.picture, box, _surest_class(members, box), known)


def _surest_class(members: Sequence[LabelerBoxes], box: np.ndarray) -> np.ndarray:
    sure = np.stack([np.append(each.probabilities, -1.0)[box[:, at]] for at, each in enumerate(members)], axis=1)
    ids = np.stack([np.append(each.class_ids, 0)[box[:, at]] for at, each in enumerate(members)], axis=1)
    return np.take_along_axis(ids, sure.argmax(axis=1)[:, None], axis=1)[:, 0].astype(np.int32)


def vote_entropy(objects: Objects) -> np.ndarray:
    """Entropy of the members' votes (Dagan and Engelson 1995): float32 [G] in 0..1.

    With the same classes: ``-sum_c V_c/M ln(V_c/M) / ln min(M, C + 1)`` over the classes and background. Else the
    entropy in bits of the votes for and against each class among those that know it, the largest of all classes.
    """
    if objects.same_classes:
        members = objects.looked.sum(axis=1)
        counts = _one_hot(objects.voted_class, len(objects.known) + 1, objects.looked).sum(axis=1)
        shares = counts / np.maximum(members, 1)[:, None]
        most = np.minimum(np.maximum(members, 2), len(objects.known) + 1)
        return (_minus_x_log_x(shares).sum(axis=1) / np.log(most)).astype(np.float32)
    voters = objects.knows.sum(axis=1)
    votes = _one_hot(objects.voted_class, len(objects.known), objects.looked)
    shares = (votes & objects.knows).sum(axis=1) / np.maximum(voters, 1)
    entropies = np.where((voters > 1) & (shares > 0) & (shares < 1), binary_entropy(shares), 0)
    return entropies.max(axis=1, initial=0).astype(np.float32)


def mean_divergence(objects: Objects) -> np.ndarray:
    """Mean Kullback-Leibler divergence of the members to their mean, in nats: float32 [G], 0 or more.

    The same as ``H(mean) - mean H``, which is BALD (Houlsby et al. 2011). Class by class it is summed over the classes.
    """
    divergences, voters = _divergences(objects)
    return (divergences.sum(axis=1) / np.maximum(voters, 1)).sum(axis=1).astype(np.float32)


def max_disagreement(objects: Objects) -> np.ndarray:
    """The largest divergence of one member to the mean, in nats: float32 [G], 0 or more."""
    divergences, _ = _divergences(objects)
    return divergences.sum(axis=2).max(axis=1, initial=0).astype(np.float32)


def box_disagreement(objects: Objects) -> np.ndarray:
    """``1 - mean IoU`` of the voting members' boxes with their mean box: float32 [G] in 0..1; 0 with one box alone."""
    votes = objects.votes
    boxes = np.stack(
        [
            np.concatenate([each.boxes_xyxy, np.zeros((1, 4), np.float32)])[objects.box[:, at]]
            for at, each in enumerate(objects.members)
        ],
        axis=1,
    ).astype(np.float64)
    counts = votes.sum(axis=1)
    mean = (boxes * votes[:, :, None]).sum(axis=1) / np.maximum(counts, 1)[:, None]
    num_members = votes.shape[1]
    overlaps = paired_iou(boxes.reshape(-1, 4), np.repeat(mean, num_members, axis=0)).reshape(votes.shape)
    return np.where(counts > 1, 1 - (overlaps * votes).sum(axis=1) / np.maximum(counts, 1), 0).astype(np.float32)


def occurrence_doubt(objects: Objects) -> np.ndarray:
    """Share of the members that know the object's class and did not find it: float32 [G] in 0..1; 0 where none did."""
    column = np.searchsorted(objects.known, objects.class_ids)
    able = np.take_along_axis(objects.knows, column[:, None, None], axis=2)[:, :, 0]
    found = objects.votes & able
    missed = 1 - found.sum(axis=1) / np.maximum(able.sum(axis=1), 1)
    return np.where(found.any(axis=1), missed, 0).astype(np.float32)


def _divergences(objects: Objects) -> tuple[np.ndarray, np.ndarray]:
    """Divergence of each member to the mean, float [G, M, C or 1], and how many members it is the mean of."""
    if objects.comparable:
        rest = np.maximum(1 - objects.scores.sum(axis=2, keepdims=True), 0)
        q = np.concatenate([objects.scores, rest], axis=2).astype(np.float64)
        q /= q.sum(axis=2, keepdims=True)
        looked = objects.looked[:, :, None]
        mean = (q * looked).sum(axis=1, keepdims=True) / np.maximum(looked.sum(axis=1, keepdims=True), 1)
        each = (_x_log_ratio(q, mean) * looked).sum(axis=2, keepdims=True)
        return each, objects.looked.sum(axis=1, keepdims=True)
    knows = objects.knows
    voters = knows.sum(axis=1)
    p = np.clip(objects.scores, 0, 1 - NEAREST_TO_CERTAIN).astype(np.float64)
    mean = ((p * knows).sum(axis=1) / np.maximum(voters, 1))[:, None]
    each = _x_log_ratio(p, mean) + _x_log_ratio(1 - p, 1 - mean)
    return each * knows, voters


def _one_hot(chosen: np.ndarray, num_columns: int, counts: np.ndarray) -> np.ndarray:
    """bool [G, M, num_columns]; what each member chose, where it counts; larger numbers are nothing."""
    return (chosen[:, :, None] == np.arange(num_columns)) & counts[:, :, None]


def _minus_x_log_x(values: np.ndarray) -> np.ndarray:
    return -values * np.log(np.where(values > 0, values, 1))


def _x_log_ratio(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """``x ln(x / y)``, 0 at x = 0."""
    ratio = np.divide(values, others, out=np.ones_like(values), where=(values > 0) & (others > 0))
    return values * np.log(ratio)
