"""The files a queue is written to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from unify.errors import OutputError
from unify.ranking.queue import Query, ShownBox, check_output, coco_bytes, csv_bytes

BOX = ShownBox("car", (1.0, 2.0, 4.0, 6.0), score=0.75, uncertainty=0.5, review=False, autolabeler="vehicle:v1")


def make_query(task: str = "vehicle", **changes) -> Query:
    fields = {
        "picture": "ab" * 32,
        "task": task,
        "score": 0.75,
        "cost": 1.3,
        "difficulty": "hard",
        "reasons": ("one", "two"),
        "classes": ("car", "truck"),
        "batch": "person:b1",
        "file": "a/ä.jpg",
        "image_hw": (10, 20),
        "boxes": (BOX,),
    }
    return Query(**{**fields, **changes})


def test_json_has_the_promised_keys():
    assert list(make_query().as_json()) == ["picture", "task", "score", "cost", "difficulty", "reasons"]


def test_csv():
    head, row = csv_bytes([make_query()]).decode().splitlines()
    assert head == "place,picture,batch,file,task,classes,score,cost,difficulty,reasons"
    assert row == f"1,{'ab' * 32},person:b1,a/ä.jpg,vehicle,car truck,0.75,1.3,hard,one; two"


def test_coco_has_a_picture_once_and_all_questions_about_it():
    queries = [make_query(), make_query("person", classes=("person",), boxes=())]
    content = json.loads(coco_bytes(queries, {"person": 3, "car": 1, "truck": 2}))
    (image,) = content["images"]
    assert (image["id"], image["file_name"], image["height"], image["width"]) == (1, "a/ä.jpg", 10, 20)
    assert [(each["place"], each["task"]) for each in image["queries"]] == [(1, "vehicle"), (2, "person")]
    (box,) = content["annotations"]
    assert (box["image_id"], box["category_id"], box["bbox"], box["area"]) == (1, 1, [1.0, 2.0, 3.0, 4.0], 12.0)
    assert (box["score"], box["uncertainty"], box["task"]) == (0.75, 0.5, "vehicle")
    assert [each["id"] for each in content["categories"]] == [1, 2, 3]


def test_an_unknown_ending_is_refused_before_any_work():
    with pytest.raises(OutputError) as error:
        check_output(Path("queue.xml"))
    assert str(error.value) == (
        "queue.xml: the name does not say what to write\n"
        "  got:      .xml\n"
        "  expected: a name that ends in .json, .csv or .coco.json"
    )
