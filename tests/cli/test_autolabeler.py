from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from tests.workspaces import make_workspace
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
