"""What a missing box means: the states by hand. U unknown, I incomplete, L labeled."""

import numpy as np
import pytest

from tests.labels.helpers import source
from unify.core.types import CategoryLists, State
from unify.labels.states import resolve_states

LETTERS = {State.UNKNOWN: "U", State.INCOMPLETE: "I", State.LABELED: "L"}


def lists(*per_picture):
    offsets = np.cumsum([0, *map(len, per_picture)])
    return CategoryLists(offsets, np.array([value for row in per_picture for value in row], np.int32))


def states(per_picture, classes, labeled, kept=True, lost=False, **changes):
    """Rows of letters. ``per_picture`` lists category indices of boxes; ``classes`` the class id of each category."""
    labels = source([[(category, 0, 0, 1, 1) for category in row] for row in per_picture], "abcd", **changes)
    num_boxes = len(labels.box_category)
    state = resolve_states(
        labels, np.array(classes, np.int32), np.array(labeled, bool), np.full(num_boxes, kept), np.full(num_boxes, lost)
    )
    return ["".join(LETTERS[value] for value in row) for row in state.tolist()]


def test_a_class_searched_for_is_labeled_everywhere_and_another_only_where_it_has_boxes():
    assert states([[0], [1, 1], []], [1, 2, 0, 0], [True, False, False]) == ["LUU", "LIU", "LUU"]


def test_a_dropped_box_tells_nothing_of_a_class_nobody_searched_for():
    assert states([[1]], [1, 2, 0, 0], [True, False], kept=False) == ["LU"]


@pytest.mark.parametrize("labeled", [True, False])
def test_an_object_whose_place_is_lost_makes_its_class_incomplete_there_only(labeled):
    rest = "L" if labeled else "U"
    assert states([[0], []], [1, 0, 0, 0], [labeled], kept=False, lost=True) == ["I", rest]


def federated(per_picture, absent, not_exhaustive, classes=(1, 2, 3, 0), labeled=(True, True, True), kept=True):
    federation = {"verified_absent": lists(*absent), "not_exhaustive": lists(*not_exhaustive)}
    return states(per_picture, classes, labeled, kept, **federation)


def test_lvis_positives_and_verified_absent_are_labeled_and_the_rest_unknown():
    assert federated([[0], []], [[1], []], [[], []]) == ["LLU", "UUU"]


def test_lvis_positives_that_are_not_exhaustive_are_incomplete():
    assert federated([[0, 1]], [[2]], [[0]]) == ["ILL"]


def test_lvis_classes_outside_labeled_classes_are_incomplete_with_boxes_and_unknown_without():
    assert federated([[0]], [[1]], [[]], labeled=(False, False, True)) == ["IUU"]


def test_a_class_of_two_categories_is_labeled_only_where_both_were_searched():
    # Categories a and b are both class 1: one verified absent says nothing of the other.
    both = [[], [0], [0], [0, 1], []]
    absent = [[0], [], [1], [], [0, 1]]
    assert federated(both, absent, [[]] * 5, classes=(1, 1, 0, 0), labeled=(True,)) == ["U", "I", "L", "L", "L"]


def test_not_exhaustive_is_stronger_than_verified_absent():
    assert federated([[]], [[0]], [[0]]) == ["IUU"]


def test_lvis_categories_that_are_left_out_do_not_count():
    assert federated([[3]], [[3]], [[3]], kept=False) == ["UUU"]


def test_a_class_without_a_category_is_unknown_in_a_federated_file():
    assert federated([[0]], [[]], [[]], classes=(1, 0, 0, 0), labeled=(True, True)) == ["LU"]


def test_duplicates_in_lvis_lists_count_once():
    assert federated([[]], [[0, 0]], [[]], classes=(1, 1, 0, 0), labeled=(True,)) == ["U"]
