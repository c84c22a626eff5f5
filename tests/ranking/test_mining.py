"""Where auto-labelers err on pictures that people labeled."""

from __future__ import annotations

from pathlib import Path

from tests.ranking.remembered import add_versions, digest, remember
from tests.workspaces import add_batch, add_config, make_workspace
from unify.ranking.mining import HardExample, mine_hard_examples

CAR, TRUCK = (4.0, 4.0, 24.0, 20.0), (30.0, 10.0, 50.0, 40.0)
XYWH = (4, 4, 20, 16)


def test_missed_and_spurious_boxes_are_counted_and_unknown_classes_are_not(tmp_path: Path):
    workspace = make_workspace(tmp_path / "ws")
    labels = {
        "right": [("car", XYWH)],
        "missed": [("car", XYWH)],
        "empty": [],
        "unsure": [("car", XYWH)],
        "unasked": [],
    }
    add_batch(workspace, "vehicle:b1", labels, ["car"], labeled_classes="[car]")
    add_config(workspace, ["vehicle:b1"])
    add_versions(workspace, "vehicle", ["car", "truck"], "v1")
    answers = {
        "right": [(CAR, "car", 0.9), (TRUCK, "truck", 0.9)],  # nobody searched for trucks
        "missed": [(TRUCK, "car", 0.9)],
        "empty": [(CAR, "car", 0.8), (TRUCK, "car", 0.3)],
        "unsure": [(CAR, "car", 0.3)],
    }
    remember(workspace, "vehicle:v1", answers)
    found = mine_hard_examples("mix", workspace=workspace, output=tmp_path / "hard.csv")
    of = {"task": "vehicle", "autolabeler": "vehicle:v1", "found": 0}
    assert found[0] == HardExample(digest("missed"), missed=1, spurious=1, **of)
    assert set(found[1:]) == {
        HardExample(digest("empty"), missed=0, spurious=1, **of),
        HardExample(digest("unsure"), missed=1, spurious=0, **of),
    }
    assert [each.hardness for each in found] == [1.0, 1.0, 1.0]
    lines = (tmp_path / "hard.csv").read_text().splitlines()
    assert lines[0] == "picture,task,autolabeler,found,missed,spurious,hardness" and len(lines) == 4


def test_hardness_is_the_share_of_errors():
    assert HardExample("", "", "", found=2, missed=1, spurious=1).hardness == 0.5
