"""The command line: exit status, what goes where, the ``--json`` shapes that others rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.workspaces import two_task_workspace
from unify.cli.main import app

VERBS = [
    "init",
    "demo",
    "check",
    "list",
    "plan",
    "compile",
    "verify",
    "export",
    "evaluate",
    "trial",
    "autolabeler",
    "calibrate",
    "promote",
    "show",
    "lineage",
    "report",
    "browse",
    "rank",
    "review",
    "loop",
    "simulate",
    "cache",
    "schema",
    "register",
]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = two_task_workspace(tmp_path / "ws")
    monkeypatch.chdir(folder)
    return folder


def run(*arguments: object, status: int = 0):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == status, result.output
    return result


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(verb: str):
    assert f"unify {verb}" in run(verb, "--help").stdout


def test_wrong_usage_is_status_2(workspace: Path):
    run("compile", status=2)
    run("compile", "mix", "--on-error", "never", status=2)
    run("complie", status=2)


def test_a_users_mistake_is_status_1_and_one_message(workspace: Path):
    result = run("compile", "max", status=1)
    assert result.stderr.startswith("max: no such config")
    assert "did you mean" in result.stderr and "Traceback" not in result.output
    assert result.stdout == ""


def test_outside_a_workspace_the_message_names_init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert "unify init" in run("check", status=1).stderr


def test_plan_json(workspace: Path):
    summary = json.loads(run("plan", "mix", "--json").stdout)
    assert summary["examples"] == {"train": 25}
    assert summary["classes"]["car"] == {"labeled": 13, "incomplete": 0, "unknown": 12, "boxes": 13}
    assert summary["jobs"] == []


def test_compile_json(workspace: Path):
    summary = json.loads(run("compile", "mix", "--json", "--workers", 1).stdout)
    assert {"output", "examples", "boxes", "skipped", "inferred", "cached", "seconds"} <= set(summary)
    assert (summary["examples"], summary["skipped"], summary["inferred"], summary["cached"]) == (25, 0, 0, 0)
    assert Path(summary["output"]) == workspace / "unified/mix"


def test_verify_json_and_status(workspace: Path):
    run("compile", "mix", "--workers", 1)
    assert json.loads(run("verify", "unified/mix", "--json").stdout) == {"ok": True, "problems": []}
    shard = next((workspace / "unified/mix").glob("*.tfrecord"))
    shard.write_bytes(shard.read_bytes()[:-1] + b"\0")
    report = json.loads(run("verify", "unified/mix", "--json", status=1).stdout)
    assert not report["ok"] and shard.name in report["problems"][0]


def test_check_json(workspace: Path):
    report = json.loads(run("check", "--json").stdout)
    assert report["ok"] and {batch["lock"] for batch in report["batches"]} == {"new"}
    (workspace / "registry/taxonomy.yaml").write_text("tasks:\n  vehicle: {classes: {car: one}}\n")
    report = json.loads(run("check", "--json", status=1).stdout)
    assert not report["ok"] and report["problems"][0]["where"].startswith("registry/taxonomy.yaml:2:")


def test_check_can_lock_a_changed_batch_anew(workspace: Path):
    run("check")
    path = workspace / "data/vehicle/b1.json"
    labels = json.loads(path.read_text())
    labels["annotations"].pop()
    path.write_text(json.dumps(labels))
    assert "unify check --relock vehicle:b1" in run("check", status=1).stderr
    run("check", "--relock", "vehicle:b1")
    run("check")
    assert "no such batch" in run("check", "--relock", "vehicle:b9", status=1).stderr


def test_list_shows_what_is_locked(workspace: Path):
    assert "not locked yet" in run("list").stdout
    run("check")
    listed = json.loads(run("list", "--json").stdout)
    assert {batch["batch"]: batch["pictures"] for batch in listed["batches"]} == {"vehicle:b1": 13, "pedestrian:b1": 13}


def test_export_writes_coco(workspace: Path):
    run("compile", "mix", "--workers", 1)
    run("export", "unified/mix", "--to", "coco", "--output", "mix.json")
    assert len(json.loads(Path("mix.json").read_text())["images"]) == 25


def test_register_then_compile(workspace: Path):
    run("register", "dataset", "vehicle:b2", "--annotations", "data/vehicle/b1.json", "--images", "data/vehicle/b1")
    assert "vehicle:b2" in run("list").stdout


def test_a_new_workspace_passes_its_check(tmp_path: Path):
    run("init", tmp_path / "new")
    assert "ok: " in run("check", "--workspace", tmp_path / "new").stdout
    assert "exist" in run("init", tmp_path / "new", status=1).stderr


def test_schema_lists_the_files_it_wrote(workspace: Path):
    for line in run("schema").stdout.splitlines():
        assert json.loads(Path(line).read_text())["type"] == "object"


def test_progress_goes_to_standard_error_only(workspace: Path):
    command = [sys.executable, "-m", "unify", "compile", "mix", "--json"]
    json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_version():
    assert run("--version").stdout.startswith("unify 0.")
