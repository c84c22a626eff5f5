"""What people made of what they were shown, worked out by hand."""

from __future__ import annotations

import numpy as np

from tests.reviewing.test_formats import CAR, LABEL_STUDIO, TRUCK
from unify.reviewing.changes import count_changes
from unify.reviewing.consensus import Verdict

NAMES = {1: "car", 2: "truck"}


def changes(*said: tuple[int, tuple[float, ...]]) -> dict:
    shown = LABEL_STUDIO.pictures[0]
    boxes = np.array([box for _, box in said], float).reshape(-1, 4)
    verdict = Verdict(shown.sha256, boxes, np.array([number for number, _ in said], np.int32), 1, None)
    return count_changes(LABEL_STUDIO.by_digest(), [verdict], NAMES).summary()


def fates(summary: dict) -> dict[str, int]:
    names = ("accepted", "moved", "relabeled", "deleted", "added")
    return {name: summary[name] for name in names if summary[name]}


def test_every_fate_is_told_from_the_others():
    assert fates(changes((1, CAR), (2, TRUCK))) == {"accepted": 2}
    moved = (12.0, 20.0, 62.0, 40.0)  # IoU 48 / 52
    assert fates(changes((1, moved), (2, TRUCK))) == {"accepted": 1, "moved": 1}
    assert fates(changes((2, CAR), (2, TRUCK))) == {"accepted": 1, "relabeled": 1}
    assert fates(changes((2, TRUCK))) == {"accepted": 1, "deleted": 1}
    assert fates(changes((1, CAR), (2, TRUCK), (1, (0, 0, 5, 5)))) == {"accepted": 2, "added": 1}
    assert fates(changes()) == {"deleted": 2}


def test_a_box_moved_far_is_one_deleted_and_one_added():
    assert fates(changes((1, (60.0, 20.0, 110.0, 40.0)), (2, TRUCK))) == {"accepted": 1, "deleted": 1, "added": 1}


def test_counts_are_by_source_and_class_with_the_share_that_was_right():
    summary = changes((1, CAR))
    assert summary["shown"] == {
        "vehicle:v1": {
            "car": {"accepted": 1, "moved": 0, "relabeled": 0, "deleted": 0, "precision": 1.0},
            "truck": {"accepted": 0, "moved": 0, "relabeled": 0, "deleted": 1, "precision": 0.0},
        }
    }
