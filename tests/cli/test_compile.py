"""``unify compile`` and ``unify plan`` where machines label."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.inference.painted import painted_workspace, with_labelers
from unify.cli.main import app


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    workspace = painted_workspace(tmp_path / "ws", pictures=4, shard_size_mb=1)
    with_labelers(workspace)
    return workspace


def unify(*arguments: object):
    return CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)


def test_it_says_what_was_inferred_and_which_boxes_are_machines(workspace: Path):
    done = unify("compile", "mix", "--workspace", workspace, "--workers", 1)
    assert done.exit_code == 0
    # Cars on all four pictures of people; p1 and p3 are streets 2 and 4, with a truck each.
    assert done.stdout.startswith(
        "auto-labeling: 8 answers inferred, 0 cached; "
        "machine boxes: car 4 (50%), truck 2 (50%), pedestrian 3 (43%), cyclist 2 (67%)\n"
    )


def test_json_of_a_compile_and_of_the_plan_after_it(workspace: Path, tmp_path: Path):
    options = ("--workspace", workspace, "--workers", 1, "--cache", tmp_path / "cache", "--json")
    summary = json.loads(unify("compile", "mix", *options).stdout)
    assert summary["machine_boxes"] == {"car": 4, "truck": 2, "pedestrian": 3, "cyclist": 2}
    assert summary["auto_label_ratio"] == {"car": 0.5, "truck": 0.5, "pedestrian": 3 / 7, "cyclist": 2 / 3}
    assert (summary["inferred"], summary["cached"], summary["conflicts"], summary["failed"]) == (8, 0, 0, 0)
    jobs = json.loads(unify("plan", "mix", *options).stdout)["jobs"]
    assert [(job["autolabeler"], job["pictures"], job["cached"]) for job in jobs] == [
        ("vehicle:v1", 4, 4),
        ("pedestrian:v1", 4, 4),
    ]


def test_what_only_ray_takes_needs_ray(workspace: Path):
    done = CliRunner().invoke(app, ["compile", "mix", "--workspace", str(workspace), "--ray-address", "head:6379"])
    assert "--ray-address: means nothing to executor local" in done.output
    assert not (workspace / "unified").exists()
