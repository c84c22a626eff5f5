from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.calibrating.workspaces import register, vehicle_workspace
from unify.cli.main import app


def run(*arguments: object, status: int = 0):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == status, result.output
    return result


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = vehicle_workspace(tmp_path_factory.mktemp("calibrate") / "ws")
    versions = {"v2": {"trained_on": ["vehicle:b2"]}, "v1": {"trained_on": ["vehicle:b1"]}}
    register(workspace, "vehicle", ["car", "truck"], versions)
    return workspace


@pytest.fixture
def workspace(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    return folder


def test_a_table_and_json(workspace: Path):
    printed = run("calibrate", "vehicle:v1", "--on", "vehicle:b2", "--workers", 1).stdout.splitlines()
    assert printed[:5] == [
        "vehicle:v1 on 20 pictures of vehicle:b2",
        "",
        "Class   Threshold   Low   Precision   Recall   D-ECE before   D-ECE after   Boxes   Pictures",
        "car     0.6         0.6   1.000       1.000    0.305          0.056            20         20",
        "truck   0.8         0.8   1.000       1.000    0.200          0.038            10         20",
    ]
    assert "auto-labeling: 20 answers inferred, 0 cached" in printed
    report = json.loads(run("calibrate", "vehicle:v1", "--on", "vehicle:b2", "--workers", 1, "--json").stdout)
    keys = {"threshold", "low", "precision", "recall", "d_ece_before", "d_ece_after"}
    assert {name: set(each) for name, each in report["classes"].items()} == {"car": keys, "truck": keys}
    assert (report["inferred"], report["cached"], report["registry_changed"]) == (0, 20, False)


def test_all_ranks_lists_the_refused_and_says_what_to_promote(workspace: Path):
    printed = run("calibrate", "--all", "--on", "vehicle:b2", "--workers", 1).stdout.splitlines()
    assert printed == [
        "Auto-labeler   F1      Class   F1      Precision   Recall   Threshold",
        "vehicle:v1     1.000   car     1.000   1.000       1.000    0.6",
        "                       truck   1.000   1.000       1.000    0.8",
        "vehicle:v2 refused: batch 'vehicle:b2' cannot tell how good 'vehicle:v2' is: it was trained on it",
    ]
    assert run("promote", "vehicle", "--by", "f1").stdout == "vehicle: v1, v2 (was v2, v1)\n"
    assert run("promote", "vehicle", "--by", "f1").stdout == "vehicle: nothing to change, the order is v1, v2\n"
    report = json.loads(run("promote", "vehicle:v2", "--json").stdout)
    assert (report["before"], report["after"], report["changed"]) == (["v1", "v2"], ["v2", "v1"], True)


def test_all_with_nobody_measured_is_status_1(workspace: Path):
    result = run("calibrate", "--all", "--on", "pedestrian:b1", "--workers", 1, status=1)
    assert result.stdout.count("refused: nobody searched") == 2


def test_wrong_usage_is_status_2(workspace: Path):
    run("calibrate", "--on", "vehicle:b2", status=2)
    run("calibrate", "vehicle", status=2)
    assert "beta is out of range" in run("calibrate", "vehicle", "--on", "vehicle:b2", "--beta", 0, status=1).stderr
