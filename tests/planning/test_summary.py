"""A plan in numbers, worked out by hand.

picture   split   vehicle:b1        pedestrian:b1             vehicle:b2
street    train   2 cars            -                         -
bridge    train   1 car, 1 truck    1 pedestrian              -
tunnel    train   -                 nothing; cyclists partly  -
garage    val     -                 -                         1 car; not searched for trucks
field     train   -                 not searched at all       -
"""

from __future__ import annotations

import json

import pytest

from tests.factories import TAXONOMY, make_autolabeler, make_batch, make_config
from unify.core.types import SkippedPicture, State
from unify.planning.build import build_plan
from unify.planning.summary import plan_summary

BOX, FAR = (0, 0, 10, 10), (50, 50, 60, 60)


@pytest.fixture(scope="module")
def summary() -> dict:
    states = {("field", name): State.UNKNOWN for name in ("pedestrian", "cyclist")}
    batches = [
        make_batch("vehicle:b1", {"street": {"car": [BOX, FAR]}, "bridge": {"car": [BOX], "truck": [FAR]}}),
        make_batch(
            "pedestrian:b1",
            {"bridge": {"pedestrian": [BOX]}, "tunnel": {}, "field": {}},
            states={("tunnel", "cyclist"): State.INCOMPLETE, **states},
            skipped=(SkippedPicture("pedestrian:b1", "gone.jpg", "missing"),),
        ),
        make_batch("vehicle:b2", {"garage": {"car": [BOX]}}, labeled=["car"], split="val"),
    ]
    labelers = {"vehicle": [make_autolabeler("vehicle:v4", ["car", "truck"])]}
    config = make_config(batches, methods={"vehicle": "soft"}, autolabelers=labelers)
    return plan_summary(build_plan(config, TAXONOMY, batches))


def test_examples_are_counted_by_split(summary: dict):
    assert summary["examples"] == {"train": 4, "val": 1}


def test_every_class_has_its_states_and_boxes(summary: dict):
    assert summary["classes"] == {
        "car": {"labeled": 3, "incomplete": 0, "unknown": 2, "boxes": 4},
        "truck": {"labeled": 2, "incomplete": 0, "unknown": 3, "boxes": 1},
        "pedestrian": {"labeled": 2, "incomplete": 0, "unknown": 3, "boxes": 1},
        "cyclist": {"labeled": 1, "incomplete": 1, "unknown": 3, "boxes": 0},
    }


def test_jobs_have_the_keys_that_others_rely_on(summary: dict):
    assert summary["jobs"] == [{"autolabeler": "vehicle:v4", "batch": "pedestrian:b1", "pictures": 2, "cached": 0}]


def test_each_batch_says_what_it_adds(summary: dict):
    assert [
        (b["batch"], b["split"], b["pictures"], b["new"], b["boxes"], b["skipped"]) for b in summary["batches"]
    ] == [
        ("vehicle:b1", "train", 2, 2, 4, 0),
        ("pedestrian:b1", "train", 3, 2, 1, 1),
        ("vehicle:b2", "val", 1, 1, 1, 0),
    ]
    assert [b["labeled_classes"] for b in summary["batches"]] == [["car", "truck"], ["pedestrian", "cyclist"], ["car"]]


def test_the_rest_is_counted(summary: dict):
    assert summary["shards"] == {"train": 1, "val": 1}
    assert summary["duplicates"] == 1
    assert summary["skipped"] == 1
    assert summary["unlabeled"] == 0
    assert summary["disagreements"] == {}
    assert summary["method"] == {"vehicle": "soft", "pedestrian": "partial"}


def test_the_summary_is_json(summary: dict):
    assert json.loads(json.dumps(summary)) == summary


def test_disagreements_are_named_by_class():
    batches = [make_batch(f"vehicle:b{n}", {"street": {"car": [box]}}) for n, box in enumerate((BOX, FAR))]
    assert plan_summary(build_plan(make_config(batches), TAXONOMY, batches))["disagreements"] == {"car": 1}


def test_pictures_left_out_are_not_counted_as_unknown():
    batches = [make_batch("vehicle:b1", {"street": {"car": [BOX]}, "bridge": {}}, labeled=[])]
    summary = plan_summary(build_plan(make_config(batches), TAXONOMY, batches))
    assert summary["classes"]["car"] == {"labeled": 0, "incomplete": 1, "unknown": 0, "boxes": 1}
    assert (summary["examples"], summary["unlabeled"]) == ({"train": 1}, 1)
