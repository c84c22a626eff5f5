from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from tests.workspaces import add_batch, add_config, make_workspace
from unify.cli.main import app

REGISTERED = """\
name: vehicle
classes: [car, truck]
versions:
  v1:
    adapter: autolabelers/vehicle/v1/labeler.py:Labeler
"""
LABELER = """
class Labeler:
    def __call__(self, pictures):
        boxes = BOXES
        return [{"boxes": boxes, "scores": [0.25, 0.75], "classes": ["car", "truck"]} for _ in pictures]
"""


def run(*arguments: object, status: int = 0):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == status, result.output
    return result


def workspace_with(folder: Path, boxes: str) -> Path:
    workspace = make_workspace(folder)
    for name, text in (
        ("registry/autolabelers/vehicle.yaml", REGISTERED),
        ("autolabelers/vehicle/v1/labeler.py", LABELER.replace("BOXES", boxes)),
    ):
        (workspace / name).parent.mkdir(parents=True)
        (workspace / name).write_text(text)
    Image.fromarray(np.zeros((100, 200, 3), np.uint8)).save(workspace / "street.png")
    return workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = workspace_with(tmp_path / "ws", "[[10, 10, 50, 40], [60, 20, 300, 90]]")
    monkeypatch.chdir(folder)
    return folder


def test_what_it_sees_is_printed_and_drawn(workspace: Path):
    printed = run("autolabeler", "check", "vehicle", "--on", "street.png", "--out", "drawn.png").stdout.splitlines()
    assert printed[:4] == [
        "Class   Score   Left   Top   Right   Bottom",
        "truck   0.750     60    20     200       90",
        "",
        "vehicle:v1 finds 2 boxes, 1 of score 0.3 or more",
    ]
    drawn = np.asarray(Image.open("drawn.png"))
    # Enlarged three times; the box at the right edge is outlined, the weak one is not.
    assert drawn.shape == (300, 600, 3) and drawn[150, 180].any() and not drawn[30:120, 30:150].any()


def test_json(workspace: Path):
    report = json.loads(run("autolabeler", "check", "vehicle:v1", "--on", "street.png", "--least", 0, "--json").stdout)
    assert {"load_seconds", "seconds"} <= report.keys() and report["doubts"] == []
    assert (report["autolabeler"], report["found"]) == ("vehicle:v1", 2)
    assert report["boxes"] == [
        {"class": "truck", "score": 0.75, "box": [60.0, 20.0, 200.0, 90.0]},
        {"class": "car", "score": 0.25, "box": [10.0, 10.0, 50.0, 40.0]},
    ]


def test_boxes_that_look_odd_are_doubted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(workspace_with(tmp_path / "ws", "[[0.1, 0.1, 0.5, 0.5], [0.2, 0.2, 1, 1]]"))
    result = run("autolabeler", "check", "vehicle", "--on", "street.png")
    assert "warning: registry/autolabelers/vehicle.yaml:4:3: auto-labeler 'vehicle:v1' answered boxes" in result.stderr
    assert "look like fractions" in result.stderr


def test_what_is_wrong_is_one_message(workspace: Path):
    (workspace / "broken.png").write_bytes(b"<html>")
    messages = {
        ("vehicel", "street.png"): "no such auto-labeler",
        ("vehicle", "nowhere.png"): "nowhere.png: picture cannot be read: No such file or directory",
        ("vehicle", "broken.png"): "broken.png: picture cannot be decoded",
    }
    for (ref, picture), message in messages.items():
        assert message in run("autolabeler", "check", ref, "--on", picture, status=1).stderr


def test_a_picture_that_it_fails_on_is_an_error(workspace: Path):
    code = workspace / "autolabelers/vehicle/v1/labeler.py"
    code.write_text("class Labeler:\n    def __call__(self, pictures):\n        raise ValueError('too dark')\n")
    result = run("autolabeler", "check", "vehicle", "--on", "street.png", status=1)
    assert result.stderr == (
        "registry/autolabelers/vehicle.yaml:4:3: auto-labeler 'vehicle:v1' fails on street.png\n"
        "  got:      ValueError: too dark\n"
    )


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace whose one picture nobody searched for vehicles."""
    folder = workspace_with(tmp_path / "asked", "[[10, 10, 50, 40], [60, 20, 90, 90]]")
    add_batch(folder, "pedestrian:b1", {"street": []}, ["pedestrian", "cyclist"])
    add_config(folder, ["pedestrian:b1"])
    monkeypatch.chdir(folder)
    return folder


def test_looking_again_says_what_was_registered_and_what_comes_next(asked: Path):
    command = ("autolabeler", "look-again", "vehicle", "--on", "mix", "--mirror", "--noise", 0.05)
    told = run(*command).stdout.splitlines()
    assert told == [
        "vehicle:v1-mirror: mirrored pictures, registered",
        "vehicle:v1-noise0.05: noise of 0.05 on every pixel, registered",
        "1 picture: 3 answers inferred, 0 cached",
        "next, rank by what differs: unify rank mix --budget 500 --measure occurrence --task vehicle",
    ]
    assert json.loads(run(*command, "--json").stdout) == {
        "autolabeler": "vehicle:v1",
        "looks": {
            "vehicle:v1-mirror": "mirrored pictures",
            "vehicle:v1-noise0.05": "noise of 0.05 on every pixel",
        },
        "registered": [],
        "failed": {},
        "pictures": 1,
        "inferred": 0,
        "cached": 3,
        "measure": "occurrence",  # its answers say nothing of a box's other classes
    }
    assert "by occurrence" in run(*told[-1].partition("unify ")[2].split()).stdout


def test_looking_again_without_a_way_to_look_is_refused(asked: Path):
    assert "give --mirror" in run("autolabeler", "look-again", "vehicle", "--on", "mix", status=1).stderr


def test_nothing_to_look_at_is_said(asked: Path):
    add_batch(asked, "vehicle:b1", {"other": []}, ["car", "truck"])
    add_config(asked, ["vehicle:b1"], name="known")
    assert run("autolabeler", "look-again", "vehicle", "--on", "known", "--mirror").stdout == (
        "no picture of known is unknown for a class of vehicle:v1: there is nothing to look at\n"
    )
