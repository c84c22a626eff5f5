"""Several people's boxes of one picture made into one answer, and how far they agree; pure.

Boxes of different people that overlap are one object. It is there if at least half of the people drew it, its class is
the majority's or what the Dawid-Skene model finds, and each edge is the median.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from unify.core.boxes import iou_matrix, paired_iou
from unify.reviewing.answers import Answer
from unify.reviewing.dawid_skene import dawid_skene

_SAME_IOU = 0.5
_ABSENT = 0  # the vote of one who drew nothing there; no class has this id


class Voting(StrEnum):
    """Who decides on classes."""

    MAJORITY = "majority"
    DAWID_SKENE = "dawid-skene"


@dataclass(frozen=True)
class Verdict:
    """What people say of one picture together.

    Attributes:
        picture: hex sha256.
        boxes_xyxy: float64 [N, 4]; stored pixels.
        class_ids: int32 [N].
        annotators: how many people looked at it.
        agreement: 0..1; mean over all objects of the share that voted as was decided, times the mean overlap of their
            boxes with the decided one. 1 where nobody drew anything; None of one person.
    """

    picture: str
    boxes_xyxy: np.ndarray
    class_ids: np.ndarray
    annotators: int
    agreement: float | None


@dataclass(frozen=True)
class _Object:
    """Boxes of different people at one place.

    Attributes:
        picture: hex sha256.
        votes: annotator -> class id, 0 for one who drew nothing there.
        boxes: float64 [n, 4]; of those who drew it.
    """

    picture: str
    votes: Mapping[str, int]
    boxes: np.ndarray


def agree(answers: Sequence[Answer], voting: Voting = Voting.MAJORITY) -> list[Verdict]:
    """One verdict a picture, in the order of their first answers.

    Of several answers of one person the last counts. Of equal votes for classes that of the smallest id wins. As many
    votes for an object as against it keep it, because what is missing from a labeled picture is taught as background.
    """
    of_person: dict[str, dict[str, Answer]] = {}
    for each in answers:
        of_person.setdefault(each.picture, {})[each.annotator] = each
    of_picture = {picture: list(people.values()) for picture, people in of_person.items()}
    objects = {picture: _objects(several) for picture, several in of_picture.items()}
    everything = [each for several in objects.values() for each in several]
    decided = _decide(everything, voting)
    verdicts, start = [], 0
    for picture, several in of_picture.items():
        end = start + len(objects[picture])
        verdicts.append(_verdict(picture, several, objects[picture], decided[start:end]))
        start = end
    return verdicts


def _objects(answers: Sequence[Answer]) -> list[_Object]:
    """Boxes joined to the object they overlap most, each person once an object; person by person."""
    members: list[list[tuple[str, int, np.ndarray]]] = []
    for answer in answers:
        places = np.array([np.median([box for *_, box in each], axis=0) for each in members]).reshape(-1, 4)
        overlaps = iou_matrix(answer.boxes_xyxy, places)
        joined = {}
        for flat in np.argsort(-overlaps, axis=None, kind="stable").tolist():
            row, at = divmod(flat, len(places))
            if overlaps[row, at] >= _SAME_IOU and row not in joined and at not in joined.values():
                joined[row] = at
        for row in range(len(answer)):
            member = (answer.annotator, int(answer.class_ids[row]), answer.boxes_xyxy[row])
            if row in joined:
                members[joined[row]].append(member)
            else:
                members.append([member])
    people = [answer.annotator for answer in answers]
    return [
        _Object(
            answers[0].picture,
            {**dict.fromkeys(people, _ABSENT), **{who: class_id for who, class_id, _ in each}},
            np.array([box for *_, box in each]),
        )
        for each in members
    ]


def _decide(objects: Sequence[_Object], voting: Voting) -> list[int]:
    """Class id of every object, 0 for one that is not there."""
    if voting is Voting.DAWID_SKENE and objects:
        return dawid_skene([each.votes for each in objects])
    return [_majority(each) for each in objects]


def _majority(each: _Object) -> int:
    drawn = [class_id for class_id in each.votes.values() if class_id != _ABSENT]
    if 2 * len(drawn) < len(each.votes):
        return _ABSENT
    return max(sorted(set(drawn)), key=drawn.count)


def _verdict(picture: str, answers: Sequence[Answer], objects: Sequence[_Object], decided: Sequence[int]) -> Verdict:
    kept = [(each, class_id) for each, class_id in zip(objects, decided) if class_id != _ABSENT]
    return Verdict(
        picture=picture,
        boxes_xyxy=np.array([np.median(each.boxes, axis=0) for each, _ in kept]).reshape(-1, 4),
        class_ids=np.array([class_id for _, class_id in kept], np.int32),
        annotators=len(answers),
        agreement=_agreement(objects, decided) if len(answers) > 1 else None,
    )


def _agreement(objects: Sequence[_Object], decided: Sequence[int]) -> float:
    values = []
    for each, class_id in zip(objects, decided):
        same = np.mean([vote == class_id for vote in each.votes.values()])
        middle = np.tile(np.median(each.boxes, axis=0), (len(each.boxes), 1))
        values.append(same * (paired_iou(each.boxes, middle).mean() if class_id != _ABSENT else 1.0))
    return float(np.mean(values)) if values else 1.0
