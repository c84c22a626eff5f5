"""``unify rank`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.ranking.remembered import add_versions, digest, remember
from tests.workspaces import add_batch, add_config, make_workspace
from unify.cli.main import app

BOX = (4.0, 4.0, 24.0, 20.0)


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_workspace(tmp_path / "ws")
    add_batch(folder, "pedestrian:b1", {w: [("pedestrian", (1, 1, 5, 9))] for w in ("sure", "unsure")}, ["pedestrian"])
    add_config(folder, ["pedestrian:b1"])
    add_versions(folder, "vehicle", ["car"], "v1")
    remember(folder, "vehicle:v1", {"sure": [(BOX, "car", 0.95)], "unsure": [(BOX, "car", 0.5)]})
    monkeypatch.chdir(folder)
    return folder


def run(*arguments: object, status: int = 0):
    result = CliRunner().invoke(app, ["rank", *map(str, arguments)])
    assert result.exit_code == status, result.output
    return result


def test_json_is_best_first():
    summary = json.loads(run("mix", "--budget", 10, "--json").stdout)
    assert [query["picture"] for query in summary["queries"]] == [digest("unsure"), digest("sure")]
    first = summary["queries"][0]
    assert set(first) == {"picture", "task", "score", "cost", "difficulty", "reasons"}
    assert (first["task"], first["cost"], first["difficulty"], first["reasons"]) == ("vehicle", 1.3, "hard", [])


def test_a_person_sees_a_table_and_what_it_costs():
    lines = run("mix", "--budget", 1.5).stdout.splitlines()
    assert lines[0].split() == ["Picture", "Batch", "Task", "Score", "Cost", "Difficulty"]
    assert lines[1].split()[:3] == ["unsure.jpg", "pedestrian:b1", "vehicle"]
    assert lines[3] == "1 question about 1 picture, of 2 candidates, by least_confidence, margin, entropy"
    assert lines[4] == "cost 1.3 of 1.5: vehicle 1.3"


def test_explain_says_why():
    shown = run("mix", "--budget", 1.5, "--explain").stdout
    assert "nobody labeled car, truck here" in shown and "boxes expected" in shown


def test_costs_and_measures_are_numbers_by_name():
    arguments = ["mix", "--budget", 10, "--cost", "review=0", "--cost", "vehicle.look=3", "--measure", "entropy=2"]
    summary = json.loads(run(*arguments, "--json").stdout)
    assert [query["cost"] for query in summary["queries"]] == [3.0, 3.0]
    assert summary["measures"] == {"entropy": 2.0}


def test_wrong_usage_is_status_2():
    run("mix", status=2)
    run("mix", "--budget", 5, "--stream", "state.npz", status=2)
    run("mix", "--stream", "state.npz", status=2)
    run("mix", "--budget", 5, "--floor", "vehicle", status=2)
    run("mix", "--budget", 5, "--cost", "glance=1", status=2)


def test_a_users_mistake_is_status_1():
    assert "no such measure" in run("mix", "--budget", 5, "--measure", "entropie", status=1).stderr
    assert "did you mean 'vehicle'?" in run("mix", "--budget", 5, "--task", "vehicles", status=1).stderr


def test_stream_and_hard_examples_write_files(workspace: Path):
    shown = run("mix", "--stream", "state.npz", "--share", 0.5, "--hard-examples", "hard.csv").stdout
    assert "state.npz written" in shown and "hard.csv written" in shown
    assert (workspace / "hard.csv").exists()
