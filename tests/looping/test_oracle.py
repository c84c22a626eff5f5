"""Answers in place of people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.looping.workspaces import PICTURES, loop_workspace
from tests.reviewing.workspaces import digest
from unify.core.types import BatchRef
from unify.looping.oracle import ANSWERS, open_oracle
from unify.progress import Silent
from unify.registry.load import load_registry
from unify.reviewing.project import Project, ReviewPicture


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return loop_workspace(tmp_path / "ws")


def answers(workspace: Path, classes: dict[str, int], *words: str) -> dict:
    """What the oracle, who searched all pictures for vehicles, says of some of them."""
    oracle = open_oracle(load_registry(workspace), [BatchRef("vehicle", "kept")], workers=1, progress=Silent())
    pictures = [
        ReviewPicture(digest(workspace, word), f"{word}.png", (40, 60), 1, place, 0, 0, "", 0, (), ())
        for place, word in enumerate(words, start=1)
    ]
    project = Project("vehicle", classes, "coco", {}, tuple(pictures))
    known = oracle.answer(project, workspace)
    content = json.loads((workspace / ANSWERS).read_bytes())
    assert known == len(content["images"]) and content["info"]["review"] == project.id
    return content


def test_it_draws_what_is_on_the_pictures(workspace: Path):
    content = answers(workspace, {"car": 1, "truck": 2}, "p3", "p0")
    assert [each["file_name"] for each in content["images"]] == ["p3.png", "p0.png"]
    drawn = {(each["image_id"], each["category_id"]): each["bbox"] for each in content["annotations"]}
    boxes = {name: [x1, y1, x2 - x1, y2 - y1] for name, (x1, y1, x2, y2), _ in PICTURES["p0"]}
    assert drawn[2, 1] == boxes["car"] and drawn[2, 2] == boxes["truck"] and (1, 2) not in drawn


def test_it_draws_what_it_is_asked_for_and_no_more(workspace: Path):
    content = answers(workspace, {"truck": 2}, "p0")
    assert [each["category_id"] for each in content["annotations"]] == [2]


def test_of_what_it_did_not_search_it_says_nothing(workspace: Path):
    content = answers(workspace, {"pedestrian": 3}, "p0", "p1")
    assert content["images"] == content["annotations"] == []
