"""The union of what several batches know equals the slow reference."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from tests.factories import TAXONOMY, make_batch
from tests.planning import reference
from unify.core.types import BatchLabels, State
from unify.planning.coverage import Coverage, unite
from unify.planning.identity import group_rows

BOX, NEAR, FAR = (0, 0, 10, 10), (0, 1, 10, 11), (50, 50, 60, 60)


def united(*batches: BatchLabels) -> Coverage:
    return unite(batches, group_rows(batches), TAXONOMY.num_columns)


def disagreements(*batches: BatchLabels) -> dict[str, int]:
    counts = united(*batches).disagreements
    return {name: int(counts[i - 1]) for i, name in TAXONOMY.names.items() if counts[i - 1]}


@given(reference.batches())
def test_state_equals_the_slow_reference(batches: list[BatchLabels]):
    rows = group_rows(batches)
    coverage = unite(batches, rows, TAXONOMY.num_columns)
    digests = np.concatenate([batch.pictures.sha256 for batch in batches])[rows.first_row]
    expected = reference.reference_examples(batches)
    assert len(expected) == len(rows)
    for example, digest in enumerate(digests):
        known = expected[digest.tobytes()].state
        assert {name: State(coverage.state[example, i - 1]) for i, name in TAXONOMY.names.items()} == known
    assert not coverage.state[:, 3].any()  # the skipped id


@given(reference.batches(least=2))
def test_disagreements_equal_the_slow_reference(batches: list[BatchLabels]):
    expected = reference.reference_examples(batches).values()
    counted = {name: sum(name in example.disagreements for example in expected) for name in reference.CLASSES}
    assert disagreements(*batches) == {name: count for name, count in counted.items() if count}


def test_boxes_of_a_class_come_from_the_later_of_two_batches_that_labeled_it():
    first = make_batch("vehicle:b1", {"street": {"car": [BOX]}})
    second = make_batch("vehicle:b2", {"street": {"car": [NEAR]}})
    coverage = united(first, second)
    kept = coverage.keeps(np.array([0, 0]), np.array([0, 1]), np.array([0, 0]))
    assert kept.tolist() == [False, True]


def test_a_labeled_class_beats_a_later_incomplete_one():
    first = make_batch("vehicle:b1", {"street": {"car": [BOX]}})
    second = make_batch("pedestrian:b1", {"street": {"car": [FAR]}})
    coverage = united(first, second)
    assert coverage.state[0].tolist() == [State.LABELED, State.LABELED, State.LABELED, 0, State.LABELED]
    assert coverage.keeps(np.array([0, 0]), np.array([0, 1]), np.array([0, 0])).tolist() == [True, False]


def test_an_unknown_class_takes_nothing_over():
    first = make_batch("vehicle:b1", {"street": {"car": [BOX]}})
    second = make_batch("pedestrian:b1", {"street": {}})
    assert united(first, second).owner[0].tolist() == [0, 0, 1, -1, 1]


def test_a_picture_in_one_batch_keeps_all_its_boxes():
    coverage = united(make_batch("vehicle:b1", {"street": {"car": [BOX]}, "bridge": {}}))
    assert coverage.shared.tolist() == [-1, -1]
    assert coverage.keeps(np.array([0, 1]), np.array([0, 1]), np.array([0, 4])).all()


def test_two_batches_that_box_the_same_object_agree():
    pair = [make_batch(f"vehicle:b{n}", {"street": {"car": [box]}}) for n, box in ((1, BOX), (2, NEAR))]
    assert disagreements(*pair) == {}


def test_another_place_is_a_disagreement():
    pair = [make_batch(f"vehicle:b{n}", {"street": {"car": [box]}}) for n, box in ((1, BOX), (2, FAR))]
    assert disagreements(*pair) == {"car": 1}


def test_another_number_of_boxes_is_a_disagreement():
    pair = [make_batch(f"vehicle:b{n}", {"street": {"car": boxes}}) for n, boxes in ((1, [BOX]), (2, []))]
    assert disagreements(*pair) == {"car": 1}


def test_several_boxes_agree_in_any_order():
    pair = [make_batch(f"vehicle:b{n}", {"street": {"car": boxes}}) for n, boxes in ((1, [BOX, FAR]), (2, [FAR, NEAR]))]
    assert disagreements(*pair) == {}


def test_two_boxes_on_one_object_do_not_agree_with_one_on_each_of_two():
    pair = [make_batch(f"vehicle:b{n}", {"street": {"car": boxes}}) for n, boxes in ((1, [BOX, FAR]), (2, [BOX, NEAR]))]
    assert disagreements(*pair) == {"car": 1}


def test_an_incomplete_class_cannot_disagree():
    first = make_batch("vehicle:b1", {"street": {"car": [BOX]}})
    second = make_batch("vehicle:b2", {"street": {"car": [FAR]}}, states={("street", "car"): State.INCOMPLETE})
    assert disagreements(first, second) == {}


def test_a_picture_that_three_batches_box_differently_counts_once():
    boxes = ([BOX], [FAR], [])
    assert disagreements(*(make_batch(f"vehicle:b{n}", {"street": {"car": b}}) for n, b in enumerate(boxes))) == {
        "car": 1
    }


def test_a_batch_that_holds_a_picture_twice_may_disagree_with_itself():
    twice = [("street", {"car": [BOX]}), ("street", {"car": [FAR]})]
    assert disagreements(make_batch("vehicle:b1", twice)) == {"car": 1}
