"""Taking some of the pictures with all that belongs to them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.labels.helpers import assert_same_labels, boxes_of, pictures, source
from unify.core.types import CategoryLists
from unify.errors import LabelError
from unify.labels.select import rows_in_image_set, take_pictures, take_rows

THREE = source([[(0, 1, 1, 2, 2)], [], [(1, 3, 3, 4, 4), (2, 5, 5, 6, 6)]])


@given(st.lists(st.integers(0, 2), unique=True))
def test_boxes_follow_their_pictures(rows):
    taken = take_pictures(THREE, np.array(rows, np.int64))
    assert taken.file_names == [f"{row}.jpg" for row in rows]
    assert [boxes_of(taken, place) for place in range(len(rows))] == [boxes_of(THREE, row) for row in rows]


def test_taking_all_changes_nothing():
    assert_same_labels(take_pictures(THREE, np.arange(3)), THREE)


def test_federated_lists_follow_their_pictures():
    lists = CategoryLists(np.array([0, 2, 2, 3]), np.array([5, 6, 7], np.int32))
    taken = take_pictures(source([[], [], []], verified_absent=lists, not_exhaustive=lists), np.array([2, 0]))
    assert taken.verified_absent.offsets.tolist() == [0, 1, 3]
    assert taken.verified_absent.values.tolist() == [7, 5, 6]


def test_picture_rows_are_taken_in_order():
    table = pictures(3)
    table.num_bytes[:] = [10, 20, 30]
    taken = take_rows(table, np.array([2, 0]))
    assert (taken.names, taken.num_bytes.tolist()) == (["2.jpg", "0.jpg"], [30, 10])


def test_an_image_set_names_files_or_stems_in_any_order():
    names = ["a.jpg", "sub/b c.png", "d.jpg"]
    rows = rows_in_image_set(names, "# chosen\n\nd.jpg\r\nsub/b c\n d.jpg \n", "set.txt")
    assert rows.tolist() == [1, 2]


def test_a_file_name_goes_before_the_stem_of_another():
    assert rows_in_image_set(["a.jpg", "a.jpg.png"], "a.jpg.png", "set.txt").tolist() == [1]


def test_names_of_no_or_several_pictures_are_all_reported():
    with pytest.raises(LabelError) as error:
        rows_in_image_set(["a.jpg", "a.png"], "a\nx\ny.jpg\n", "set.txt")
    assert str(error.value) == (
        "set.txt: names without a picture: 2\n  got:      x, y.jpg\n\n"
        "set.txt: names of more than one picture: 1\n  got:      a"
    )


def test_an_empty_image_set_is_refused():
    with pytest.raises(LabelError, match="^set.txt: names no pictures$"):
        rows_in_image_set(["a.jpg"], "# nothing\n", "set.txt")
