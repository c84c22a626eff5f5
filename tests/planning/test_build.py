"""The whole plan: who is written where, and in which order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import TAXONOMY, make_autolabeler, make_batch, make_config
from tests.planning import reference
from tests.planning.golden import assert_golden
from unify.core.types import BatchLabels
from unify.errors import PlanError
from unify.planning.build import CompilePlan, build_plan

GOLDEN = Path(__file__).parents[1] / "golden" / "planning"
WORDS = tuple(f"picture {number}" for number in range(40))


def planned(*batches: BatchLabels, **options) -> CompilePlan:
    return build_plan(make_config(batches, **options), TAXONOMY, batches)


def order_of(plan: CompilePlan) -> list[bytes]:
    """Digests of the examples in the order of the records."""
    digests = np.concatenate([batch.pictures.sha256 for batch in plan.batches])[plan.rows.first_row]
    return [digests[example].tobytes() for shard in plan.shards for example in shard.examples]


@given(st.permutations(WORDS), st.integers(0, 40), st.integers(0, 2**64))
def test_the_order_depends_on_content_and_seed_alone(words: list[str], cut: int, seed: int):
    once = planned(make_batch("vehicle:b1", dict.fromkeys(WORDS, {})), seed=seed)
    parts = [make_batch(f"vehicle:b{n}", dict.fromkeys(p, {})) for n, p in enumerate((words[:cut], words[cut:]))]
    assert order_of(planned(*parts, seed=seed)) == order_of(once)


def test_another_seed_is_another_order():
    batch = make_batch("vehicle:b1", dict.fromkeys(WORDS, {}))
    first, second = (order_of(planned(batch, seed=seed)) for seed in (0, 1))
    assert sorted(first) == sorted(second)
    assert first != second


def test_every_example_is_in_one_shard_of_its_split():
    batches = [
        make_batch("vehicle:b1", dict.fromkeys(WORDS[:30], {}), num_bytes=2**19),
        make_batch("vehicle:b2", dict.fromkeys(WORDS[30:], {}), num_bytes=2**19, split="val"),
    ]
    plan = planned(*batches, shard_size_mb=5.1)
    # 30 pictures of half a MiB and their keys are a little over 15 MiB: 3 shards; 10 of them are over 5 MiB: 1 shard.
    assert [shard.file_name for shard in plan.shards] == [
        "train-00000-of-00003.tfrecord",
        "train-00001-of-00003.tfrecord",
        "train-00002-of-00003.tfrecord",
        "val-00000-of-00001.tfrecord",
    ]
    written = np.concatenate([shard.examples for shard in plan.shards])
    assert sorted(written.tolist()) == list(range(40))
    for shard in plan.shards:
        assert {plan.splits[plan.split[example]] for example in shard.examples} == {shard.split}


@given(reference.batches())
def test_boxes_are_counted_as_the_slow_reference_does(batches: list[BatchLabels]):
    expected = reference.reference_examples(batches)
    if not expected:
        return
    plan = planned(*batches, method="naive")
    totals = {name: sum(len(each.boxes[name]) for each in expected.values()) for name in reference.CLASSES}
    assert {name: plan.boxes_per_class[i - 1] for i, name in TAXONOMY.names.items()} == totals
    digests = np.concatenate([batch.pictures.sha256 for batch in batches])[plan.rows.first_row]
    each = [sum(map(len, expected[digest.tobytes()].boxes.values())) for digest in digests]
    assert plan.boxes_per_example.tolist() == each


def test_a_picture_nobody_looked_at_is_left_out():
    batch = make_batch("vehicle:b1", {"street": {"car": [(0, 0, 9, 9)]}, "bridge": {}}, labeled=[])
    plan = planned(batch)
    assert len(plan.rows) == 2
    assert [len(shard.examples) for shard in plan.shards] == [1]
    assert plan.unlabeled.tolist() == [plan.rows.example_of_row[1]]


def test_naive_writes_pictures_nobody_looked_at():
    plan = planned(make_batch("vehicle:b1", {"street": {}}, labeled=[]), methods={"pedestrian": "naive"})
    assert len(plan.unlabeled) == 0


def test_a_picture_nobody_looked_at_is_written_where_a_machine_will():
    batches = [
        make_batch("vehicle:b1", {"street": {}}, labeled=[]),
        make_batch("vehicle:b2", {"bridge": {}}, labeled=[], split="val"),
    ]
    plan = planned(*batches, method="hard", autolabelers={"vehicle": [make_autolabeler("vehicle:v1", ["car"])]})
    assert plan.unlabeled.tolist() == [plan.rows.example_of_row[1]]  # no machine labels what a model is measured on
    assert [shard.split for shard in plan.shards] == ["train"]


@pytest.mark.parametrize("batches", [(), (make_batch("vehicle:b1", {}),)])
def test_no_pictures_are_refused(batches: tuple[BatchLabels, ...]):
    with pytest.raises(PlanError, match="no picture with a labeled class"):
        planned(*batches)


def test_nothing_labeled_is_refused():
    with pytest.raises(PlanError) as caught:
        planned(make_batch("vehicle:b1", {"street": {}, "bridge": {}}, labeled=[]))
    assert_golden(GOLDEN / "nothing_labeled.txt", str(caught.value))
