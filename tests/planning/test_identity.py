"""The same bytes are one example; splits do not overlap."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from tests.factories import make_batch, make_config
from tests.planning import reference
from tests.planning.golden import assert_golden
from unify.core.digest import content_ids
from unify.core.types import BatchLabels
from unify.errors import PlanError
from unify.planning.build import build_plan
from unify.planning.identity import example_splits, group_rows

GOLDEN = Path(__file__).parents[1] / "golden" / "planning"


def test_a_picture_in_two_batches_is_one_example():
    batches = [make_batch("vehicle:b1", {"a": {}, "b": {}}), make_batch("pedestrian:b1", {"b": {}, "c": {}})]
    rows = group_rows(batches)
    assert len(rows) == 3
    assert rows.example_of_row[1] == rows.example_of_row[2]
    assert len(set(rows.example_of_row.tolist())) == 3


def test_a_picture_twice_in_one_batch_is_one_example():
    rows = group_rows([make_batch("vehicle:b1", [("a", {}), ("b", {}), ("a", {})])])
    assert len(rows) == 2
    assert rows.example_of_row[0] == rows.example_of_row[2]


def test_rows_of_an_example_stand_in_config_order():
    batches = [
        make_batch("vehicle:b1", {"b": {}, "a": {}}),
        make_batch("vehicle:b2", [("a", {}), ("c", {}), ("a", {})]),
    ]
    rows = group_rows(batches)
    example = rows.example_of_row[1]
    mine = rows.rows[rows.example_start[example] : rows.example_start[example + 1]]
    assert mine.tolist() == [1, 2, 4]
    assert [rows.place_of(row) for row in mine] == [(0, 1), (1, 0), (1, 2)]
    assert rows.first_row[example] == 1


def test_no_pictures_are_no_examples():
    assert len(group_rows([])) == 0
    assert len(group_rows([make_batch("vehicle:b1", {})])) == 0


@given(reference.batches())
def test_every_row_belongs_to_the_example_of_its_bytes(batches: list[BatchLabels]):
    rows = group_rows(batches)
    digests = [digest.tobytes() for batch in batches for digest in batch.pictures.sha256]
    assert len(rows) == len(set(digests))
    for example in range(len(rows)):
        mine = rows.rows[rows.example_start[example] : rows.example_start[example + 1]]
        assert len({digests[row] for row in mine}) == 1
        assert mine.tolist() == sorted(mine.tolist())
        assert (rows.example_of_row[mine] == example).all()


@given(reference.batches())
def test_examples_are_numbered_by_content(batches: list[BatchLabels]):
    rows = group_rows(batches)
    digests = np.concatenate([batch.pictures.sha256 for batch in batches])[rows.first_row]
    assert (np.diff(content_ids(digests)) > 0).all()


def test_the_split_of_an_example_is_the_split_of_its_batches():
    batches = [
        make_batch("vehicle:b1", {"a": {}, "b": {}}),
        make_batch("vehicle:b2", {"c": {}}, split="val"),
        make_batch("vehicle:b3", {"b": {}}),
    ]
    rows = group_rows(batches)
    names, split = example_splits(batches, rows)
    assert names == ("train", "val")
    assert split[rows.example_of_row].tolist() == [0, 0, 1, 0]


def test_pictures_in_two_splits_are_refused_with_the_list():
    batches = [
        make_batch("vehicle:b1", {"tunnel": {}, "bridge": {}, "street": {}}),
        make_batch("pedestrian:b1", {"street": {}, "garage": {}, "tunnel": {}}, split="val"),
        make_batch("pedestrian:b2", {"field": {}}, split="test"),
    ]
    with pytest.raises(PlanError) as caught:
        build_plan(make_config(batches), reference.TAXONOMY, batches)
    assert_golden(GOLDEN / "overlapping_splits.txt", str(caught.value))


def test_a_long_list_of_pictures_in_two_splits_is_cut():
    words = [f"picture{number}" for number in range(22)]
    batches = [make_batch(f"vehicle:{split}", dict.fromkeys(words, {}), split=split) for split in ("train", "val")]
    with pytest.raises(PlanError) as caught:
        example_splits(batches, group_rows(batches))
    (problem,) = caught.value.problems
    assert problem.where == "22 pictures"
    assert problem.got.count("vehicle:val/") == 20
    assert problem.got.endswith("and 2 more")


def test_two_pictures_with_one_content_id_are_refused():
    batch = make_batch("vehicle:b1", {"street": {}, "bridge": {}})
    sha256 = batch.pictures.sha256.copy()
    sha256[1, :8] = sha256[0, :8]
    batch = replace(batch, pictures=replace(batch.pictures, sha256=sha256))
    with pytest.raises(PlanError) as caught:
        group_rows([batch])
    assert_golden(GOLDEN / "content_id_collision.txt", str(caught.value))


def test_a_collision_is_found_between_repeats_of_the_same_picture():
    first = make_batch("vehicle:b1", {"street": {}, "bridge": {}})
    sha256 = first.pictures.sha256.copy()
    sha256[1, :8] = sha256[0, :8]
    first = replace(first, pictures=replace(first.pictures, sha256=sha256))
    second = make_batch("vehicle:b2", {"street": {}})
    with pytest.raises(PlanError, match="shares its 63-bit content id"):
        group_rows([first, second])
