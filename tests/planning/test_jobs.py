"""Inference jobs: which auto-labeler would have to look at which pictures."""

from __future__ import annotations

import pytest

from tests.factories import TAXONOMY, make_autolabeler, make_batch, make_config, make_taxonomy
from unify.core.taxonomy import Taxonomy
from unify.core.types import BatchLabels, State
from unify.planning.build import build_plan

LABELERS = {
    "vehicle": [make_autolabeler("vehicle:v4", ["car", "truck"])],
    "pedestrian": [make_autolabeler("pedestrian:v3", ["pedestrian", "cyclist"])],
}


def jobs(*batches: BatchLabels, taxonomy: Taxonomy = TAXONOMY, **options) -> dict[tuple[str, str], int]:
    config = make_config(batches, taxonomy=taxonomy, **{"method": "soft", "autolabelers": LABELERS, **options})
    plan = build_plan(config, taxonomy, batches)
    return {(job.autolabeler, job.batch): len(job.examples) for job in plan.jobs}


@pytest.mark.parametrize("num_tasks", [1, 2, 3, 4])
def test_disjoint_datasets_need_datasets_times_tasks_less_one_jobs(num_tasks: int):
    tasks = {f"task{t}": [f"class{t}a", f"class{t}b"] for t in range(num_tasks)}
    taxonomy = make_taxonomy(tasks)
    batches = [make_batch(f"{task}:b1", {f"{task} {n}": {} for n in range(3)}, taxonomy=taxonomy) for task in tasks]
    labelers = {task: [make_autolabeler(f"{task}:v1", classes)] for task, classes in tasks.items()}
    found = jobs(*batches, taxonomy=taxonomy, autolabelers=labelers)
    assert len(found) == num_tasks * (num_tasks - 1)
    assert set(found.values()) <= {3}
    assert not any(labeler.split(":")[0] == batch.split(":")[0] for labeler, batch in found)


def test_only_pictures_to_train_on_are_filled():
    batches = [
        make_batch("vehicle:b1", {"street": {}}),
        make_batch("vehicle:b2", {"bridge": {}}, split="val"),
    ]
    assert jobs(*batches) == {("pedestrian:v3", "vehicle:b1"): 1}


def test_a_picture_in_two_batches_is_looked_at_once():
    batches = [
        make_batch("vehicle:b1", {"street": {}, "bridge": {}}),
        make_batch("vehicle:b2", [("bridge", {}), ("tunnel", {}), ("tunnel", {})]),
    ]
    assert jobs(*batches) == {("pedestrian:v3", "vehicle:b1"): 2, ("pedestrian:v3", "vehicle:b2"): 1}


def test_a_picture_that_both_tasks_labeled_needs_no_one():
    batches = [make_batch("vehicle:b1", {"street": {}, "bridge": {}}), make_batch("pedestrian:b1", {"street": {}})]
    assert jobs(*batches) == {("pedestrian:v3", "vehicle:b1"): 1}


def test_one_unknown_class_of_the_task_is_enough():
    batch = make_batch("vehicle:b1", {"street": {}}, labeled=["car", "pedestrian", "cyclist"])
    assert jobs(batch) == {("vehicle:v4", "vehicle:b1"): 1}


def test_an_incomplete_class_was_looked_at():
    states = {("street", name): State.INCOMPLETE for name in ("pedestrian", "cyclist")}
    assert jobs(make_batch("vehicle:b1", {"street": {}}, states=states)) == {}


@pytest.mark.parametrize("method", ["partial", "naive"])
def test_methods_without_predictions_need_no_one(method: str):
    assert jobs(make_batch("vehicle:b1", {"street": {}}), method=method) == {}


def test_each_task_goes_by_its_own_method():
    batches = [make_batch("vehicle:b1", {"street": {}}), make_batch("pedestrian:b1", {"bridge": {}})]
    assert jobs(*batches, methods={"pedestrian": "partial"}) == {("vehicle:v4", "pedestrian:b1"): 1}


def test_an_auto_labeler_works_for_its_own_classes_of_the_task_only():
    labelers = {"vehicle": [make_autolabeler("cars:v1", ["car", "pedestrian"])]}
    batch = make_batch("pedestrian:b1", {"street": {}}, labeled=["car"])
    assert jobs(batch, methods={"pedestrian": "partial"}, autolabelers=labelers) == {}


def test_nothing_is_cached_yet():
    batches = [make_batch("vehicle:b1", {"street": {}})]
    plan = build_plan(make_config(batches, method="hard", autolabelers=LABELERS), TAXONOMY, batches)
    assert [job.cached for job in plan.jobs] == [0]
