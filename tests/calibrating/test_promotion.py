"""``unify.promote``: the top of a stack is chosen, and a person's comments go along."""

from __future__ import annotations

from pathlib import Path

import pytest

import unify
from tests.registry.workspaces import make_workspace
from unify.errors import RegistryError

STACK = """\
name: vehicle  # ours
classes: [car, truck]
versions:
  # four: unmeasured
  v4: {adapter: a.py:A}
  # three
  v3:
    adapter: a.py:A  # day
    metrics: {f1: 0.5}
  v2: {adapter: a.py:A, metrics: {f1: 0.75, speed: 3}}
"""
FILE = "registry/autolabelers/vehicle.yaml"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "ws", {FILE: STACK})


def message(workspace: Path, ref: str, **options) -> str:
    with pytest.raises(RegistryError) as raised:
        unify.promote(ref, workspace=workspace, **options)
    return str(raised.value)


def test_a_version_becomes_the_default_and_the_others_keep_their_order(workspace: Path):
    report = unify.promote("vehicle:v3", workspace=workspace)
    assert (report.before, report.after, report.changed) == (("v4", "v3", "v2"), ("v3", "v4", "v2"), True)
    head, four, three = STACK.partition("  # four")[0], *STACK.split("versions:\n")[1].split("  # three\n")
    three, two = three.split("  v2")
    assert (workspace / FILE).read_text() == f"{head}  # three\n{three}{four}  v2{two}"


def test_the_top_stays_the_top(workspace: Path):
    for ref in ("vehicle", "vehicle:latest", "vehicle:v4"):
        report = unify.promote(ref, workspace=workspace)
        assert not report.changed and (workspace / FILE).read_text() == STACK


def test_by_a_metric_the_largest_is_on_top_and_the_unmeasured_below(workspace: Path):
    report = unify.promote("vehicle", by="f1", workspace=workspace)
    assert report.after == ("v2", "v3", "v4")
    assert report.warnings == ("never measured: v4 (unify calibrate vehicle --all --on BATCHES)",)
    assert sorted((workspace / FILE).read_text().splitlines()) == sorted(STACK.splitlines())
    assert not unify.promote("vehicle", by="f1", workspace=workspace).changed


def test_what_cannot_be_done_is_told(workspace: Path):
    assert message(workspace, "vehicle", by="f11") == (
        "registry/autolabelers/vehicle.yaml: no version of 'vehicle' has a metric 'f11'\n"
        "  expected: one of f1, speed\n"
        "  fix:      did you mean 'f1'?"
    )
    assert "fix:      unify promote vehicle --by f1" in message(workspace, "vehicle:v2", by="f1")
    assert "no such version" in message(workspace, "vehicle:v9")
    assert (workspace / FILE).read_text() == STACK
