"""What people made of the boxes they were shown; pure.

By place, not by the tool's ids, because some tools give new ones: a box is the same box while it overlaps what was
shown by half. One that was moved further is one deleted and one added, which is what it means to a detector too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from unify.core.boxes import iou_matrix, match_boxes
from unify.core.types import JsonObject
from unify.reviewing.consensus import Verdict
from unify.reviewing.project import ReviewPicture

_SAME_IOU = 0.5
_UNTOUCHED_IOU = 0.95  # tools round; a person who moves an edge by less agrees


class Change(StrEnum):
    """What became of a box; ``added`` has no box that was shown."""

    ACCEPTED = "accepted"
    MOVED = "moved"
    RELABELED = "relabeled"
    DELETED = "deleted"
    ADDED = "added"


@dataclass(frozen=True)
class Changes:
    """Counts over all pictures that were looked at.

    Attributes:
        shown: (source, class, what became of it) -> boxes; the class is the one that was shown.
        added: class -> boxes that were not shown.
    """

    shown: Mapping[tuple[str, str, Change], int]
    added: Mapping[str, int]

    def total(self, change: Change) -> int:
        """Boxes of all sources and classes."""
        if change is Change.ADDED:
            return sum(self.added.values())
        return sum(count for (*_, each), count in self.shown.items() if each is change)

    def summary(self) -> JsonObject:
        """Totals, and for each source and class what became of its boxes with the share that was right."""
        sources: dict[str, dict[str, JsonObject]] = {}
        for (source, name, change), count in sorted(self.shown.items()):
            entry = sources.setdefault(source, {}).setdefault(name, {each: 0 for each in _FATES})
            entry[str(change)] = count
        for classes in sources.values():
            for entry in classes.values():
                right = entry[Change.ACCEPTED] + entry[Change.MOVED]
                entry["precision"] = round(right / sum(entry[each] for each in _FATES), 4)
        return {**{str(each): self.total(each) for each in Change}, "shown": sources, "added_classes": dict(self.added)}


_FATES = [str(each) for each in Change if each is not Change.ADDED]


def count_changes(
    pictures: Mapping[str, ReviewPicture], verdicts: Sequence[Verdict], names: Mapping[int, str]
) -> Changes:
    """Hold what people say against what they were shown.

    Args:
        pictures: hex sha256 -> picture.
        verdicts: of some of them.
        names: id -> class name.
    """
    shown: Counter[tuple[str, str, Change]] = Counter()
    added: Counter[str] = Counter()
    for verdict in verdicts:
        picture = pictures[verdict.picture]
        fates = [Change.DELETED] * len(picture.boxes)
        kept = np.zeros(len(verdict.class_ids), bool)
        for row, at, change in _pairs(picture, verdict, names):
            fates[row], kept[at] = change, True
        shown.update((box.source, box.class_name, fate) for box, fate in zip(picture.boxes, fates))
        added.update(names[class_id] for class_id in verdict.class_ids[~kept].tolist())
    return Changes(dict(shown), {name: added[name] for name in names.values() if added[name]})


def _pairs(picture: ReviewPicture, verdict: Verdict, names: Mapping[int, str]) -> Iterator[tuple[int, int, Change]]:
    """Boxes that belong together, those of one class first."""
    boxes = np.array([each.box_xyxy for each in picture.boxes]).reshape(-1, 4)
    shown = np.array([each.class_name for each in picture.boxes], object)
    said = np.array([names[class_id] for class_id in verdict.class_ids.tolist()], object)
    free_shown, free_said = np.ones(len(shown), bool), np.ones(len(said), bool)
    overlaps = iou_matrix(boxes, verdict.boxes_xyxy)
    for name in dict.fromkeys(shown.tolist()):
        mine, theirs = np.flatnonzero(shown == name), np.flatnonzero(said == name)
        for a, b in match_boxes(boxes[mine], verdict.boxes_xyxy[theirs], _SAME_IOU).tolist():
            row, at = int(mine[a]), int(theirs[b])
            free_shown[row] = free_said[at] = False
            yield row, at, Change.ACCEPTED if overlaps[row, at] >= _UNTOUCHED_IOU else Change.MOVED
    mine, theirs = np.flatnonzero(free_shown), np.flatnonzero(free_said)
    for a, b in match_boxes(boxes[mine], verdict.boxes_xyxy[theirs], _SAME_IOU).tolist():
        yield int(mine[a]), int(theirs[b]), Change.RELABELED
