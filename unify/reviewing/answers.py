"""What people said of the pictures of a project, whatever tool they said it in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from unify.core.boxes import box_areas, clip_boxes, iou_matrix
from unify.errors import Problem, did_you_mean, shorten

_TOLERANCE_PX = 0.5  # an overhang that rounding explains is cut off without being counted
_TWICE_IOU = 0.98  # boxes of one class and one annotator that overlap so much are one, drawn or pasted twice


@dataclass(frozen=True)
class Answer:
    """What one person says of one picture. No box says: none is here.

    Attributes:
        picture: hex sha256.
        annotator: who said it, as the tool names them.
        boxes_xyxy: float64 [N, 4]; stored pixels.
        class_ids: int32 [N].
    """

    picture: str
    annotator: str
    boxes_xyxy: np.ndarray
    class_ids: np.ndarray

    def __len__(self) -> int:
        return len(self.class_ids)


@dataclass(frozen=True)
class Answers:
    """Everything that came back.

    Attributes:
        given: answers; several to a picture where several people looked at it.
        counts: what was changed on the way in, by name (``clipped``, ``outside``, ``zero_area``, ``rotated``,
            ``twice``); names with count 0 are left out.
    """

    given: tuple[Answer, ...]
    counts: Mapping[str, int] = field(default_factory=dict)


def clean(answer: Answer, image_hw: tuple[int, int]) -> tuple[Answer, dict[str, int]]:
    """Boxes cut off at the border; those outside, without size, or there twice are left out. And how many."""
    boxes, limits = answer.boxes_xyxy, np.array(image_hw)
    clipped = clip_boxes(boxes, limits)
    sized = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
    inside = sized & (box_areas(clipped) > 0)
    overhang = np.maximum(-boxes[:, :2], boxes[:, 2:] - limits[::-1]).max(axis=1, initial=-np.inf)
    once = _first_of_equals(clipped, answer.class_ids, inside)
    counts = {
        "clipped": once & (overhang > _TOLERANCE_PX),
        "outside": sized & ~inside,
        "zero_area": ~sized,
        "twice": inside & ~once,
    }
    kept = Answer(answer.picture, answer.annotator, clipped[once], answer.class_ids[once])
    return kept, {name: int(np.count_nonzero(mask)) for name, mask in counts.items() if mask.any()}


def _first_of_equals(boxes: np.ndarray, class_ids: np.ndarray, among: np.ndarray) -> np.ndarray:
    """bool [N]; rows of ``among`` that no earlier one of them equals."""
    equal = (iou_matrix(boxes, boxes) >= _TWICE_IOU) & (class_ids[:, None] == class_ids) & among & among[:, None]
    return among & ~np.tril(equal, -1).any(axis=1)


def turned_box(corners_xy: np.ndarray) -> np.ndarray:
    """float64 [4]; the upright box around four corners, float [4, 2], of a box that was turned."""
    return np.concatenate([corners_xy.min(axis=0), corners_xy.max(axis=0)])


def turned_corners(center_xy: Sequence[float], size_wh: Sequence[float], degrees: float) -> np.ndarray:
    """float64 [4, 2]; corners of a box turned clockwise about its center."""
    half = np.array(size_wh, float) / 2
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return corners @ np.array([[c, s], [-s, c]]) + np.array(center_xy, float)


def unknown_class(where: str, name: str, classes: Sequence[str]) -> Problem:
    """A label that people were not asked for."""
    return Problem(
        where,
        f"unknown class '{name}'",
        expected=f"one of {shorten(list(classes))}",
        fix=did_you_mean(name, classes) or "correct the labels in the annotation tool and export again",
    )


def not_numbers(where: str, got: object) -> Problem:
    """A box that is none."""
    return Problem(where, "a box is not four finite numbers", got=f"{got}", fix="draw it again and export again")


def finite(values: Sequence[object]) -> bool:
    """Whether all values are finite numbers."""
    return all(isinstance(each, (int, float)) and math.isfinite(each) for each in values)


def wrong_project(where: str, got: str, expected: str) -> Problem:
    """Answers to other questions."""
    fix = "give the export of this project, or the folder that the other one was written to"
    return Problem(where, "these are answers to another review project", got=got, expected=expected, fix=fix)
