"""For any labels and any predictions: what filling never does, and what it equals."""

from __future__ import annotations

from dataclasses import fields, replace
from random import Random

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.merge.machine_cases import TAXONOMY, Found, assert_equal_tables, fill, humans_of, policy
from tests.planning import reference
from unify.core.calibrator import Isotonic
from unify.core.fill_policy import ClassPolicy
from unify.core.predictions import Failure
from unify.core.types import BatchLabels, ExampleTable, Method, State
from unify.merge.fill_counts import FillCounts, sum_fill_counts

HARD, SOFT = Method.HARD, Method.SOFT
CERTAIN = Isotonic((0.0,), (1.0,))


def random_found(random: Random) -> dict[str, Found]:
    """Each picture failed, was not asked, or has up to six boxes."""
    found: dict[str, Found] = {}
    for word in reference.WORDS:
        kind = random.random()
        if kind < 0.15:
            found[word] = Failure("it raised")
        elif kind < 0.85:
            scores = sorted((random.choice([0.125, 0.375, 0.5, 0.75, 1.0]) for _ in range(6)), reverse=True)
            rows = [(random.choice(reference.CLASSES), random.choice(list(reference.BOXES.values()))) for _ in scores]
            found[word] = [(name, box, score) for (name, box), score in zip(rows, scores)]
    return found


def every_class(method: Method, **changes) -> list[ClassPolicy]:
    return [policy(name, method, **changes) for name in TAXONOMY.ids]


@given(reference.batches(), reference.randoms(), st.sampled_from([HARD, SOFT]), st.booleans())
def test_people_are_never_overruled(batches: list[BatchLabels], random: Random, method: Method, zone: bool):
    assume(any(batch.state.any() for batch in batches))
    humans = humans_of(*batches)
    table, counts = fill(humans, random_found(random), *every_class(method, ignore_zone=zone))
    known = humans.state > State.UNKNOWN
    assert (table.state[known] == humans.state[known]).all()
    assert (table.absence_weight[known] == humans.absence_weight[known]).all()
    by_people = table.box_source == 0
    for each in fields(ExampleTable):
        if each.name.startswith("box") and each.name != "box_offsets":
            assert (getattr(table, each.name)[by_people] == getattr(humans, each.name)).all()
    picture = np.repeat(np.arange(len(table)), np.diff(table.box_offsets))
    assert (np.bincount(picture[by_people], minlength=len(table)) == np.diff(humans.box_offsets)).all()
    assert not known[picture[~by_people], table.box_class[~by_people] - 1].any()
    assert (table.state[picture[~by_people], table.box_class[~by_people] - 1] == State.LABELED).all()
    machine = np.bincount(table.box_class[~by_people] - 1, minlength=5)
    assert (counts.machine_boxes + counts.ignored == machine).all()
    assert counts.human_boxes.sum() == by_people.sum()


@given(reference.batches(), reference.randoms())
def test_soft_with_every_probability_one_is_hard(batches: list[BatchLabels], random: Random):
    assume(any(batch.state.any() for batch in batches))
    humans, found = humans_of(*batches), random_found(random)
    certain = dict(weight=CERTAIN, box_weight=CERTAIN, low=0.5, trust=1.0)
    soft, soft_counts = fill(humans, found, *every_class(SOFT, **certain))
    hard, hard_counts = fill(humans, found, *every_class(HARD))
    assert_equal_tables(soft, hard)
    assert (soft_counts.machine_boxes == hard_counts.machine_boxes).all()
    assert (soft_counts.conflicts == hard_counts.conflicts).all()


@given(reference.batches(), reference.randoms(), st.sampled_from([HARD, SOFT]))
def test_a_table_is_filled_as_its_examples_are_one_by_one(batches: list[BatchLabels], random: Random, method: Method):
    assume(any(batch.state.any() for batch in batches))
    humans, found = humans_of(*batches), random_found(random)
    whole, counts = fill(humans, found, *every_class(method))
    parts = [fill(one, found, *every_class(method)) for one in split(humans)]
    for each in fields(ExampleTable):
        if isinstance(getattr(whole, each.name), np.ndarray) and each.name != "box_offsets":
            joined = np.concatenate([getattr(table, each.name) for table, _ in parts])
            assert np.array_equal(getattr(whole, each.name), joined), each.name
    total = sum_fill_counts([part for _, part in parts], num_columns=5)
    for each in fields(FillCounts):
        assert np.allclose(getattr(total, each.name), getattr(counts, each.name)), each.name


def split(table: ExampleTable) -> list[ExampleTable]:
    """Each example as a table of its own."""
    tables = []
    for row in range(len(table)):
        boxes = slice(table.box_offsets[row], table.box_offsets[row + 1])
        columns = {}
        for each in fields(ExampleTable):
            value = getattr(table, each.name)
            if each.name.startswith("box"):
                columns[each.name] = value[boxes]
            elif each.name != "sources":
                columns[each.name] = value[row : row + 1]
        columns["box_offsets"] = np.array([0, boxes.stop - boxes.start])
        tables.append(replace(table, **columns))
    return tables
