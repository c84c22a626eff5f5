import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unify.train.evaluate.best_f1 import OperatingPoint, best_f1


def point(rows: list[tuple[float, str]], num_boxes: int) -> OperatingPoint:
    """Rows (score, verdict), where the verdict is right, wrong or neither."""
    verdicts = np.array([verdict for _, verdict in rows])
    return best_f1(np.array([score for score, _ in rows]), verdicts == "right", verdicts == "wrong", num_boxes)


def test_worked_by_hand():
    rows = [(0.6, "wrong"), (0.9, "right"), (0.8, "wrong"), (0.7, "right"), (0.5, "right")]
    # taken from the top: 1 of 1, 1 of 2, 2 of 3, 2 of 4, 3 of 5, of 4 boxes: F1 = 2/5, 2/6, 4/7, 4/8, 6/9
    assert point(rows, 4) == OperatingPoint(precision=3 / 5, recall=3 / 4, f1=6 / 9, threshold=0.5)


def test_of_equal_f1_the_higher_threshold():
    # 1 right of 1 taken, 2 boxes: 2/3; 2 right of 4 taken: 4/6
    rows = [(0.9, "right"), (0.8, "wrong"), (0.7, "wrong"), (0.6, "right")]
    assert point(rows, 2).threshold == 0.9


def test_no_threshold_parts_equal_scores():
    assert point([(0.5, "right"), (0.5, "wrong")], 1) == OperatingPoint(1 / 2, 1.0, 2 / 3, 0.5)


def test_what_is_neither_right_nor_wrong_changes_nothing():
    rows = [(0.9, "right"), (0.7, "wrong")]
    assert point([*rows, (0.95, "neither"), (0.8, "neither")], 2) == point(rows, 2)


@pytest.mark.parametrize("rows", [[], [(0.9, "wrong")], [(0.9, "neither")]])
def test_where_nothing_is_right_there_is_no_threshold(rows):
    assert point(rows, 3) == OperatingPoint(0.0, 0.0, 0.0, None)


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.3]), st.sampled_from(["right", "wrong", "neither"]))))
def test_no_threshold_gives_a_better_f1(rows):
    boxes = max(1, sum(verdict == "right" for _, verdict in rows))
    best = point(rows, boxes)
    for threshold in (0.1, 0.2, 0.3):
        taken = [verdict for score, verdict in rows if score >= threshold]
        assert best.f1 >= 2 * taken.count("right") / (taken.count("right") + taken.count("wrong") + boxes)
