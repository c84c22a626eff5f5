"""Which labels of a record are truth: those of people, whatever method compiled the dataset."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.records.tables import TAXONOMY as RECORD_TAXONOMY
from tests.records.tables import BoxRow, ExampleRow, make_table, write_dataset
from tests.workspaces import two_task_workspace
from unify import compile
from unify.core.types import State
from unify.errors import DatasetError
from unify.records.decode import iterate_examples
from unify.records.export import export_dataset
from unify.train.evaluate.truth import people_states, read_truth

CAR, TRUCK, PEDESTRIAN, CYCLIST = 1, 2, 3, 5
ALL, NONE = frozenset(RECORD_TAXONOMY.names), frozenset()
BOX = (10.0, 10.0, 50.0, 40.0)
MACHINE = 1  # index of a machine's source


def states_of(row: ExampleRow, folder: Path, partial_ids=ALL, searched=None) -> tuple[set[int], set[int]]:
    write_dataset(folder / "dataset", folder / "files", {"val": [[row]]})
    (example,) = iterate_examples(folder / "dataset")
    return people_states(example, partial_ids, searched or {})


def test_states_of_a_partial_dataset_are_people_s_own(tmp_path: Path):
    row = ExampleRow(labeled={CAR: 1.0, TRUCK: 1.0}, incomplete=frozenset({PEDESTRIAN}), boxes=[BoxRow(BOX, CAR)])
    assert states_of(row, tmp_path) == ({CAR, TRUCK}, {PEDESTRIAN})


def test_a_class_with_a_machine_s_box_is_unknown(tmp_path: Path):
    row = ExampleRow(labeled={CAR: 1.0, CYCLIST: 1.0}, boxes=[BoxRow(BOX, CYCLIST, source=MACHINE)])
    assert states_of(row, tmp_path) == ({CAR}, set())


def test_an_absence_on_a_machine_s_word_is_unknown(tmp_path: Path):
    assert states_of(ExampleRow(labeled={CAR: 1.0, CYCLIST: 0.25}), tmp_path) == ({CAR}, set())


def test_people_s_boxes_that_a_machine_completed_are_incomplete(tmp_path: Path):
    boxes = [BoxRow(BOX, CYCLIST), BoxRow(BOX, CYCLIST, source=MACHINE)]
    assert states_of(ExampleRow(labeled={CYCLIST: 1.0}, boxes=boxes), tmp_path) == (set(), {CYCLIST})


def test_a_filled_absence_of_full_trust_counts_where_a_batch_was_searched_for_the_class(tmp_path: Path):
    row = ExampleRow(labeled={CAR: 1.0, CYCLIST: 1.0}, batches=("vehicle:b1",))
    searched = {"vehicle:b1": frozenset({CAR}), "pedestrian:b1": frozenset({CYCLIST})}
    assert states_of(row, tmp_path, NONE, searched) == ({CAR}, set())


def test_columns_keep_people_s_boxes_as_they_are_exported(tmp_path: Path):
    boxes = [
        BoxRow(BOX, CAR, area=900.0),
        BoxRow((0, 0, 20, 20), CAR, source=MACHINE, weight=0.5),
        BoxRow((0, 0, 200, 100), TRUCK, area=20_000.0, crowd=True),
    ]
    rows = [ExampleRow(b"\xff\xd8 1"), ExampleRow(b"\xff\xd8 2", labeled={CAR: 1.0, TRUCK: 1.0}, boxes=boxes)]
    write_dataset(tmp_path / "dataset", tmp_path / "files", {"train": [rows[:1]], "val": [rows]})
    counts: list[int] = []
    truth = read_truth(tmp_path / "dataset", "val", progress=counts.append)
    assert truth.state.tolist() == [[0, 0, 0, 0, 0], [State.INCOMPLETE, State.LABELED, 0, 0, 0]]
    assert (truth.box_picture.tolist(), truth.box_class.tolist()) == ([1, 1], [CAR, TRUCK])
    assert truth.boxes_xywh_px.tolist() == [[10.0, 10.0, 40.0, 30.0], [0.0, 0.0, 200.0, 100.0]]
    assert (truth.box_area.tolist(), truth.box_crowd.tolist()) == ([900.0, 20_000.0], [False, True])
    assert truth.sha256 == tuple(bytes(row).hex() for row in make_table(rows).sha256)
    assert sum(counts) == 2


def test_rows_follow_the_image_ids_of_the_export(tmp_path: Path):
    workspace = two_task_workspace(tmp_path / "ws")
    dataset = compile("mix", workspace=workspace, workers=1).output
    export_dataset(dataset, to="coco", output=tmp_path / "out.json", split="train")
    images = json.loads((tmp_path / "out.json").read_text())["images"]
    assert [(row, sha256) for row, sha256 in enumerate(read_truth(dataset, "train").sha256, 1)] == [
        (image["id"], image["sha256"]) for image in images
    ]


def test_naive_and_partial_have_the_same_truth(tmp_path: Path):
    workspace = two_task_workspace(tmp_path / "ws")
    partial, naive = (
        read_truth(
            compile("mix", workspace=workspace, workers=1, method=method, output=tmp_path / method).output, "train"
        )
        for method in ("partial", "naive")
    )
    assert partial.sha256 == naive.sha256
    assert np.array_equal(partial.state, naive.state)
    assert (partial.state == State.UNKNOWN).any()


def test_an_empty_split(tmp_path: Path):
    write_dataset(tmp_path / "dataset", tmp_path / "files", {"train": [[ExampleRow()]], "val": []})
    with pytest.raises(DatasetError) as caught:
        read_truth(tmp_path / "dataset", "val")
    assert str(caught.value) == (
        f"{tmp_path}/dataset: there are no pictures in the split 'val'\n"
        "  fix:      evaluate on another split, or register a batch with this split and compile again"
    )


def test_no_such_split_names_those_there_are(tmp_path: Path):
    write_dataset(tmp_path / "dataset", tmp_path / "files", {"train": [[ExampleRow()]]})
    with pytest.raises(DatasetError, match="has no split 'val'"):
        read_truth(tmp_path / "dataset", "val")
