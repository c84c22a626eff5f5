from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reporting.material import make_columns, make_names, take_pictures
from unify.reporting.marks import join_marks, mark_labels

NAMES = make_names()
MARKS = mark_labels(make_columns(), NAMES).marks


@given(st.permutations(range(9)))
def test_the_order_of_boxes_does_not_matter(order: list[int]):
    columns = make_columns()
    names = ("box_picture", "box_class", "boxes_xyxy", "weight", "box_weight", "score", "source", "crowd")
    shuffled = make_columns(**{name: getattr(columns, name)[list(order)] for name in names})
    np.testing.assert_array_equal(mark_labels(shuffled, NAMES).marks, MARKS)


@pytest.mark.parametrize("name", ["boxes_xyxy", "weight", "box_weight"])
def test_a_changed_box_changes_the_mark_of_its_class_alone(name: str):
    values = getattr(make_columns(), name).copy()
    values[2] = values[2] / 2  # a machine's car on picture 1
    differs = mark_labels(make_columns(**{name: values}), NAMES).marks != MARKS
    assert np.argwhere(differs).tolist() == [[1, 0]]


def test_another_source_is_another_label_and_another_order_of_sources_is_not():
    source = make_columns().source.copy()
    source[2] = 1
    assert np.argwhere(mark_labels(make_columns(source=source), NAMES).marks != MARKS).tolist() == [[1, 0]]


def test_absence_counts_as_a_label():
    absence = make_columns().absence_weight.copy()
    absence[1, 1] = 0.5  # no box of a truck is on picture 1
    assert np.argwhere(mark_labels(make_columns(absence_weight=absence), NAMES).marks != MARKS).tolist() == [[1, 1]]


def test_unknown_without_a_box_is_zero():
    assert MARKS[3].tolist()[:2] == [0, 0] and MARKS[3, 2] != 0


def test_parts_join_to_the_whole():
    parts = [mark_labels(take_pictures(make_columns(), rows), NAMES) for rows in ([3, 1], [], [0, 2])]
    whole, joined = join_marks([mark_labels(make_columns(), NAMES)], 3), join_marks(parts, 3)
    for name in ("ids", "marks", "place"):
        np.testing.assert_array_equal(getattr(joined, name), getattr(whole, name))
