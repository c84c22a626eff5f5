"""What people drew, example by example, equals the slow reference."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import assume, given

from tests.factories import TAXONOMY, digest_of, make_batch, make_config
from tests.planning import reference
from unify.core.types import BatchLabels, ExampleTable, State
from unify.merge.human import merge_examples
from unify.planning.build import CompilePlan, build_plan

BOX, NEAR, FAR = (0, 0, 10, 10), (0, 1, 10, 11), (50, 50, 60, 60)


def planned(*batches: BatchLabels, method: str = "partial") -> CompilePlan:
    return build_plan(make_config(batches, method=method), TAXONOMY, batches)


def merged(*batches: BatchLabels, method: str = "partial") -> ExampleTable:
    """All examples, in the order of their numbers."""
    plan = planned(*batches, method=method)
    return merge_examples(plan, np.arange(len(plan.rows)))


def boxes_of(table: ExampleTable, example: int) -> dict[str, list[tuple[float, ...]]]:
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in reference.CLASSES}
    for n in range(table.box_offsets[example], table.box_offsets[example + 1]):
        found[TAXONOMY.names[int(table.box_class[n])]].append(tuple(table.boxes_xyxy[n].tolist()))
    return found


def find(table: ExampleTable, word: str) -> int:
    (example,) = np.flatnonzero((table.sha256 == digest_of(word)).all(axis=1))
    return int(example)


@given(reference.batches(), reference.randoms())
def test_every_example_equals_the_slow_reference(batches: list[BatchLabels], random: Random):
    assume(any(batch.state.any() for batch in batches))
    expected = reference.reference_examples(batches)
    plan = planned(*batches)
    order = random.sample(range(len(plan.rows)), random.randint(1, len(plan.rows)))
    table = merge_examples(plan, np.array(order))
    digests = np.concatenate([batch.pictures.sha256 for batch in batches])[plan.rows.first_row]
    assert (table.sha256 == digests[order]).all()
    for place in range(len(order)):
        known = expected[table.sha256[place].tobytes()]
        assert boxes_of(table, place) == known.boxes
        assert table.batches[place] == tuple(known.batches)
        assert {n: State(table.state[place, i - 1]) for i, n in TAXONOMY.names.items()} == known.state


def test_a_human_box_counts_in_full():
    table = merged(make_batch("vehicle:b1", {"street": {"car": [BOX, FAR]}}))
    assert table.sources == ("human",)
    assert table.box_source.tolist() == [0, 0]
    for weights in (table.box_weight, table.box_regression_weight, table.box_score):
        assert weights.dtype == np.float32
        assert weights.tolist() == [1, 1]
    assert table.absence_weight.dtype == np.float32
    assert (table.absence_weight == 1).all()


def test_an_example_tells_where_its_first_batch_keeps_the_picture():
    batches = [make_batch("vehicle:b1", {"street": {}}), make_batch("pedestrian:b1", {"bridge": {}, "street": {}})]
    table = merged(*batches)
    street, bridge = find(table, "street"), find(table, "bridge")
    assert table.paths[street] == "/pictures/vehicle:b1/street.jpg"
    assert table.filenames[street] == "street.jpg"
    assert table.batches[street] == ("vehicle:b1", "pedestrian:b1")
    assert table.batches[bridge] == ("pedestrian:b1",)
    assert table.image_hw[bridge].tolist() == [100, 200]
    assert table.num_bytes[bridge] == 10_000


def test_a_picture_without_boxes_stays():
    table = merged(make_batch("vehicle:b1", {"street": {"car": [BOX]}, "empty": {}}))
    empty = find(table, "empty")
    assert np.diff(table.box_offsets)[empty] == 0
    assert table.state[empty].tolist() == [State.LABELED, State.LABELED, 0, 0, 0]


def test_a_table_without_a_single_box():
    table = merged(make_batch("vehicle:b1", {"street": {}, "bridge": {}}))
    assert table.box_offsets.tolist() == [0, 0, 0]
    assert table.boxes_xyxy.shape == (0, 4)


def test_one_example_alone():
    batches = [make_batch("vehicle:b1", {"street": {"car": [BOX]}}), make_batch("pedestrian:b1", {"bridge": {}})]
    plan = planned(*batches)
    example = plan.rows.example_of_row[0]
    table = merge_examples(plan, np.array([example]))
    assert len(table) == 1
    assert table.sha256.shape == (1, 32)
    assert boxes_of(table, 0)["car"] == [BOX]


def test_boxes_of_one_class_are_never_added_up():
    batches = [make_batch(f"vehicle:b{n}", {"street": {"car": [box]}}) for n, box in ((1, BOX), (2, NEAR))]
    assert boxes_of(merged(*batches), 0)["car"] == [NEAR]


def test_each_class_may_come_from_another_batch():
    first = make_batch("vehicle:b1", {"street": {"car": [BOX], "truck": [BOX]}})
    second = make_batch("vehicle:b2", {"street": {"car": [FAR]}}, labeled=["car"])
    boxes = boxes_of(merged(first, second), 0)
    assert (boxes["car"], boxes["truck"]) == ([FAR], [BOX])


def test_facts_of_a_box_stay_with_it():
    batch = make_batch("vehicle:b1", {"street": {"truck": [BOX], "car": [FAR, NEAR]}})
    batch.box_crowd[1] = batch.box_difficult[2] = True
    batch.box_area[:] = [1, 2, 3]
    table = merged(make_batch("vehicle:b0", {"street": {"car": [BOX]}}), batch)
    assert table.box_class.tolist() == [2, 1, 1]
    assert table.box_area.tolist() == [1, 2, 3]
    assert table.box_crowd.tolist() == [False, True, False]
    assert table.box_difficult.tolist() == [False, False, True]


@pytest.mark.parametrize(("method", "state"), [("partial", State.UNKNOWN), ("naive", State.LABELED)])
def test_the_method_decides_on_classes_nobody_labeled(method: str, state: State):
    table = merged(make_batch("vehicle:b1", {"street": {}}), method=method)
    assert table.state[0, TAXONOMY.ids["cyclist"] - 1] == state
