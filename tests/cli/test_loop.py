"""``unify loop`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.looping.workspaces import loop_workspace
from unify.cli.main import app


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = loop_workspace(tmp_path / "ws")
    monkeypatch.chdir(folder)
    return folder


def run(*arguments: object, status: int = 0):
    result = CliRunner().invoke(app, ["loop", "loops/night", *map(str, arguments)])
    assert result.exit_code == status, result.output
    return result


def test_people_read_what_was_done_what_they_do_and_which_command_comes_after():
    assert run().stdout.splitlines() == [
        "round 1, rank: 3 questions about 3 pictures, expected to cost 3.9: vehicle 3.9",
        "next, write the queue for the annotation tool: unify loop loops/night",
    ]
    assert run().stdout.splitlines() == [
        "round 1, export: vehicle 3 pictures with 3 boxes",
        "now people: make a Label Studio project a folder: its labeling config is config.xml, import tasks.json into "
        "it; when all is submitted, export it as JSON",
        "  vehicle: loops/night/round-1/review/vehicle, what comes back into loops/night/round-1/answers/vehicle",
        "next, take the answers in: unify loop loops/night",
    ]
    assert "there are no answers of the annotators of vehicle yet" in run(status=1).stderr


def test_json_names_every_step_and_the_next():
    summary = json.loads(run("--auto", "--json").stdout)
    assert [(each["round"], each["step"]) for each in summary["done"]] == [
        (1, "rank"),
        (1, "export"),
        (1, "import"),
        (1, "compile"),
    ]
    assert summary["next"] == {"round": 2, "step": "rank", "waits_for": []} and not summary["finished"]
