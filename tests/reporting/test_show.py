from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.inference.painted import add_painted_batch, painted_workspace, street, with_labelers
from tests.workspaces import add_config
from unify.cli.main import app
from unify.compiler import compile
from unify.reporting.show import show


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = painted_workspace(tmp_path_factory.mktemp("show") / "ws", pictures=4)
    with_labelers(root, trained_on=["vehicle:b1"])
    add_painted_batch(root, "vehicle:v", {"w0": street(0)}, ["car", "truck"], split="val")
    add_config(root, ["vehicle:b1", "pedestrian:b1", "vehicle:v"], method="hard")
    compile("mix", workspace=root, workers=1)
    return root


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        app(list(arguments))
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_a_dataset_as_text(workspace: Path):
    lines = list(show("unified/mix", workspace=workspace).lines())
    assert [line for line in lines if not line.startswith("digest")][: len(DATASET)] == DATASET
    assert lines[-1].split("   ")[0] == "pedestrian:v1"


DATASET = """\
dataset   mix
method    pedestrian hard, vehicle hard
pictures  9 (train 8, val 1)
boxes     24, 46 % by machines

warning: pedestrian:v1 labels 4 pictures it was trained on, where it looks better than it is
warning: no picture of split val is labeled for pedestrian, cyclist: a detector is not measured on it

Coverage        Pictures   car         truck       pedestrian       cyclist
all pictures           9   56 L 44 M   56 L 44 M   44 L 44 M 11 U   44 L 44 M 11 U
train                  8   50 L 50 M   50 L 50 M   50 L 50 M        50 L 50 M
val                    1   100 L       100 L       100 U            100 U
pedestrian             4   100 M       100 M       100 L            100 L
vehicle                5   100 L       100 L       80 M 20 U        80 M 20 U
vehicle:b1             4   100 L       100 L       100 M            100 M
pedestrian:b1          4   100 M       100 M       100 L            100 L
vehicle:v              1   100 L       100 L       100 U            100 U
in percent of the pictures: L labeled, I incomplete, M machine, A assumed, U unknown

Class        Human   Machine   Ratio   Threshold   Precision   Recall   Missed
car              5         4    44 %   hard 0.5            -        -        -
truck            3         2    40 %   hard 0.5            -        -        -
pedestrian       4         3    43 %   hard 0.45           -        -        -
cyclist          1         2    67 %   hard 0.25           -        -        -""".splitlines()


def test_a_batch_as_text(workspace: Path):
    lines = list(show("vehicle:b1", workspace=workspace).lines())
    assert [line for line in lines if not line.startswith("locked")] == [
        "batch        vehicle:b1",
        "split        train",
        "annotations  data/vehicle/b1.json (coco)",
        "images       data/vehicle/b1",
        "labeled      car, truck",
        "pictures     4",
        "boxes        6",
        "trained      pedestrian:v1, vehicle:v1",
        "registered   registry/datasets/vehicle.yaml:3:3",
        "",
        "Class   Labeled   Incomplete   Unknown   Boxes",
        "car           4            0         0       4",
        "truck         4            0         0       2",
    ]


def test_an_auto_labeler_as_text(workspace: Path):
    lines = list(show("vehicle", workspace=workspace).lines())
    assert [line for line in lines if not line.startswith("fingerprint")] == [
        "auto-labeler  vehicle:v1 (default)",
        "classes       car, truck",
        "adapter       autolabelers/vehicle/v1/labeler.py:Labeler",
        "thresholds    car 0.5, truck 0.5",
        "trained on    vehicle:b1",
        "calibration   vehicle:v1 was not calibrated",
        "registered    registry/autolabelers/vehicle.yaml:4:3",
    ]


@pytest.mark.parametrize("ref", ["unified/mix", "vehicle:v1", "vehicle:b1"])
def test_the_command_prints_the_same_as_text_and_as_json(ref: str, workspace: Path, capsys: pytest.CaptureFixture[str]):
    facts = show(ref, workspace=workspace)
    assert run(capsys, "show", ref, "--workspace", str(workspace)).splitlines() == list(facts.lines())
    assert json.loads(run(capsys, "show", ref, "--workspace", str(workspace), "--json")) == facts.content


def test_the_lineage_command_in_three_formats(workspace: Path, capsys: pytest.CaptureFixture[str]):
    ask = ("lineage", "unified/mix", "--workspace", str(workspace), "--format")
    assert run(capsys, *ask, "text").splitlines()[-3:] == [
        "  pedestrian:b1: 5 drawn by people, 0 by machines trained on it",
        "  vehicle:b1: 6 drawn by people, 11 by machines trained on it",
        "  vehicle:v: 2 drawn by people, 0 by machines trained on it",
    ]
    found = json.loads(run(capsys, *ask, "json"))
    assert run(capsys, *ask, "mermaid") == found["mermaid"]
    assert found["accounting"]["machine"] == 11


def test_a_gallery_that_is_no_number_is_a_wrong_use(workspace: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        app(["report", str(workspace / "unified/mix"), "--gallery", "many"])
    assert ended.value.code == 2
    assert "'many' is neither a number nor 'all'" in capsys.readouterr().err
