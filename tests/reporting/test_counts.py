from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reporting.material import make_columns, make_names, take_pictures
from unify.core.calibrator import Isotonic
from unify.reporting.counts import Counts, Groups, count_columns, sum_counts
from unify.reporting.coverage import coverage_rows
from unify.reporting.headline import batch_rows, headline

NAMES = make_names()
COUNTS = count_columns(make_columns(), NAMES, {})


def test_boxes_by_source_and_class():
    assert NAMES.sources == ("human", "person:v1", "vehicle:v1")
    assert COUNTS.boxes.tolist() == [[1, 1, 3], [0, 0, 1], [3, 0, 0]]
    assert COUNTS.ignored.tolist() == [[0, 0, 0], [0, 0, 0], [1, 0, 0]]
    assert COUNTS.right[2].tolist() == pytest.approx([1.2, 0, 0])  # 0.9 + 0.3; the ignored box counts nothing


def test_scores_go_through_the_calibrator_where_there_is_one():
    halved = {(2, 0): Isotonic((0.0, 1.0), (0.0, 0.5))}
    assert count_columns(make_columns(), NAMES, halved).right[2, 0] == pytest.approx(0.6)


def test_sizes_and_shapes_fall_into_the_named_bins():
    # people's cars: 10 x 10; machines' cars: sqrt(40 * 10) = 20, and two of 10 x 10
    assert COUNTS.sizes[:, 0].tolist() == [[0, 1, 0, 0, 0, 0, 0, 0, 0], [0, 2, 1, 0, 0, 0, 0, 0, 0]]
    assert COUNTS.aspects[:, 0].tolist() == [[0, 0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 2, 0, 0, 1]]
    assert COUNTS.sizes[0, 1].tolist() == [0, 0, 0, 0, 0, 0, 0, 0, 1]  # 600


def test_weights_fall_into_twentieths_and_ignored_boxes_into_none():
    assert np.flatnonzero(COUNTS.weights[0]).tolist() == [6, 18]  # 0.3 and 0.9
    assert COUNTS.weights[0].sum() == 2
    assert COUNTS.weights[2].tolist() == [0] * 19 + [1]  # 1 lies in the last bin


def test_a_picture_of_two_batches_counts_in_both_and_once_in_all():
    pictures = dict(zip(Groups(NAMES).labels, COUNTS.pictures.tolist()))
    assert pictures == {
        ("all", "all pictures"): 4,
        ("split", "train"): 3,
        ("split", "val"): 1,
        ("task", "vehicle"): 2,
        ("task", "person"): 3,
        ("batch", "vehicle:b1"): 2,
        ("batch", "person:b1"): 2,
        ("batch", "person:v"): 1,
    }


def test_every_human_box_counts_for_the_batch_that_searched_for_its_class():
    # picture 2 is in both: its person is of person:b1, its truck of vehicle:b1; picture 3's batch declares nothing
    assert COUNTS.drawn.tolist() == [2, 2, 1]
    assert COUNTS.batch_boxes.tolist() == [[3, 1], [3, 3], [1, 0]]


def test_the_headline():
    found = headline(COUNTS, NAMES)
    assert found["splits"] == {"train": {"examples": 3, "boxes": 8}, "val": {"examples": 1, "boxes": 1}}
    numbers = ("examples", "boxes", "human_boxes", "machine_boxes", "ignored_boxes", "duplicates", "shards", "bytes")
    assert [found[name] for name in numbers] == [4, 9, 5, 4, 1, 1, 1, 5]
    assert found["machine_share"] == pytest.approx(4 / 9)


def test_coverage_of_a_batch():
    rows = {row["name"]: row for row in coverage_rows(COUNTS, NAMES)}
    assert rows["person:b1"]["classes"]["car"] == {
        "pictures": {"labeled": 1, "incomplete": 0, "machine": 1, "assumed": 0, "unknown": 0},
        "shares": {"labeled": 0.5, "incomplete": 0.0, "machine": 0.5, "assumed": 0.0, "unknown": 0.0},
    }
    assert rows["all pictures"]["classes"]["person"]["pictures"] == {
        "labeled": 2,
        "incomplete": 1,
        "machine": 1,
        "assumed": 0,
        "unknown": 0,
    }


def test_shares_of_every_cell_sum_to_one():
    for row in coverage_rows(COUNTS, NAMES):
        for cell in row["classes"].values():
            assert sum(cell["shares"].values()) == pytest.approx(1 if row["examples"] else 0)
            assert sum(cell["pictures"].values()) == row["examples"]


def test_a_batch_without_a_picture_in_the_dataset_has_a_row_of_zeros():
    counts = count_columns(take_pictures(make_columns(), [0]), NAMES, {})
    row = next(row for row in coverage_rows(counts, NAMES) if row["name"] == "person:v")
    assert set(row["classes"]["car"]["shares"].values()) == {0}
    assert batch_rows(counts, NAMES)[2]["examples"] == 0


@given(st.lists(st.sampled_from([0, 1, 2, 3]), unique=True), st.integers(0, 4))
def test_counts_of_parts_add_up(order: list[int], cut: int):
    whole = count_columns(take_pictures(make_columns(), order), NAMES, {})
    parts = (count_columns(take_pictures(make_columns(), rows), NAMES, {}) for rows in (order[:cut], order[cut:]))
    _assert_equal(sum_counts(parts, NAMES), whole)


def _assert_equal(one: Counts, other: Counts) -> None:
    for each in fields(Counts):
        np.testing.assert_allclose(getattr(one, each.name), getattr(other, each.name), err_msg=each.name)
