"""How right the labels are that no team drew: a demo knows everything that is on its scenes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from unify.core.boxes import match_boxes
from unify.demo.cut import CLASSES
from unify.records.counts import HUMAN
from unify.records.decode import DecodedExample
from unify.scenarios.truth import Truth


@dataclass(frozen=True)
class Judgment:
    """Boxes against the truth; a box is right where it meets an object of its class at an IoU of 0.5.

    Attributes:
        right: float32 [R]; weights, over 0, of the boxes that are right.
        wrong: float32 [W]; weights of the others.
        missing: objects of classes that nobody had searched the picture for.
    """

    right: np.ndarray
    wrong: np.ndarray
    missing: int

    @property
    def boxes(self) -> int:
        """How many there are."""
        return len(self.right) + len(self.wrong)

    @property
    def precision(self) -> float:
        """Share of the boxes that are right; 0 where there are none."""
        return len(self.right) / max(self.boxes, 1)

    @property
    def recall(self) -> float:
        """Share of the missing objects that a box meets; 0 where there are none."""
        return len(self.right) / max(self.missing, 1)


def judge(
    examples: Iterable[DecodedExample], truth_of: Mapping[str, Truth], searched: Mapping[str, Set[str]]
) -> Judgment:
    """Hold boxes of classes that nobody had searched for against the truth: those of machines, and what came later.

    Args:
        examples: training examples; the folders in their names do not matter.
        truth_of: file name -> everything that is on the picture.
        searched: file name -> classes that are not judged there, for people had searched for them.
    """
    found = [each for example in examples for each in _judged(example, truth_of[_name(example)], searched)]
    nothing = np.zeros(0, np.float32)
    return Judgment(
        np.concatenate([nothing, *(weights[right] for weights, right, _ in found)]),
        np.concatenate([nothing, *(weights[~right] for weights, right, _ in found)]),
        sum(missing for _, _, missing in found),
    )


def _judged(
    example: DecodedExample, truth: Truth, searched: Mapping[str, Set[str]]
) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
    """Of every class that nobody searched for: weights of its boxes, which are right, how many objects there are."""
    for name in [name for name in CLASSES if name not in searched[truth.file_name]]:
        boxes = (example.weight > 0) & (example.class_ids == CLASSES[name])  # what is ignored is no label
        objects = truth.boxes_xyxy[truth.rows_of([name])]
        right = np.zeros(int(boxes.sum()), bool)
        right[match_boxes(example.boxes_xyxy_px[boxes], objects)[:, 0]] = True
        yield example.weight[boxes], right, len(objects)


def _name(example: DecodedExample) -> str:
    return PurePosixPath(example.filename).name


def is_machine(example: DecodedExample) -> np.ndarray:
    """bool [N]; which boxes an auto-labeler drew."""
    return np.array([source != HUMAN for source in example.source], bool)
