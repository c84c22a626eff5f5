"""``unify check``: configs and trials, everything at once, and no complaint about what others keep elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.workspaces import add_batch, add_config, make_workspace
from unify.checking import check
from unify.errors import RegistryError

ROOT = Path(__file__).parents[1]
BOX = (4.0, 4.0, 20.0, 16.0)
CUT = """\
name: cells
scenario:
  kind: cut
  train: [{annotations: ../elsewhere/train.json, images: ../elsewhere}]
  test: [{annotations: ../elsewhere/test.json, images: ../elsewhere}]
  tasks: {red: [RBC]}
"""
REGISTERED = 'name: own\ndatasets: ["vehicle:b1"]\nevaluation: ["vehicle:test"]\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Two batches, a config, and two trials."""
    folder = make_workspace(tmp_path / "ws")
    add_batch(folder, "vehicle:b1", {"a": [("car", BOX)]}, ["car", "truck"])
    add_batch(folder, "vehicle:test", {"z": [("car", BOX)]}, ["car", "truck"], split="test")
    add_config(folder, ["vehicle:b1"])
    add_trial(folder, "digits", "name: digits\nscenario: {kind: digits}\n")
    add_trial(folder, "own", REGISTERED)
    return folder


def add_trial(workspace: Path, name: str, text: str) -> None:
    path = workspace / f"configs/trials/{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def test_trials_are_checked_like_configs(workspace: Path):
    report = check(workspace)
    assert (report.configs, report.warnings) == (3, ())


def test_what_is_wrong_with_configs_and_trials_is_said_at_once(workspace: Path):
    add_config(workspace, ["vehicle:b9"])
    add_trial(workspace, "digits", "name: digits\nscenario: {kind: digits, tasks: 4}\nseeds: 2\n")
    add_trial(workspace, "own", REGISTERED.replace("test", "b1"))
    with pytest.raises(RegistryError) as raised:
        check(workspace)
    assert [(each.where, each.what) for each in raised.value.problems] == [
        ("configs/mix.yaml:3:12", "unknown batch 'vehicle:b9'"),
        ("configs/trials/digits.yaml:2:33", "wrong value of 'tasks'"),
        ("configs/trials/digits.yaml:3:8", "fewer seeds than a trial takes"),
        ("configs/trials/own.yaml:3:14", "batch 'vehicle:b1' is in 'datasets' and in 'evaluation'"),
    ]


def test_files_of_a_cut_that_are_kept_elsewhere_are_a_warning(workspace: Path):
    """Whoever has the workspace need not have the pictures of every trial."""
    add_trial(workspace, "cells", CUT)
    report, elsewhere = check(workspace), workspace.parent / "elsewhere"
    assert (report.configs, report.warnings) == (
        4,
        (
            "configs/trials/cells.yaml: cannot be run here, not found: "
            f"{elsewhere}/train.json, {elsewhere}, {elsewhere}/test.json",
        ),
    )
    elsewhere.mkdir()
    for name in ("train", "test"):
        (elsewhere / f"{name}.json").write_text("{}")
    assert check(workspace).warnings == ()


def test_what_else_is_wrong_with_a_cut_is_an_error_all_the_same(workspace: Path):
    add_trial(workspace, "cells", CUT.replace("train.json", "test.json"))
    with pytest.raises(RegistryError, match="is named twice"):
        check(workspace)


def test_the_repository_passes_its_own_check(tmp_path: Path):
    """Without the real pictures that one of its trials is about."""
    for name in ("configs", "registry"):
        shutil.copytree(ROOT / name, tmp_path / "ws" / name)
    report = check(tmp_path / "ws")
    assert report.configs == len([*(ROOT / "configs/trials").iterdir(), *(ROOT / "configs/simulations").iterdir()])
    absent = ["configs/trials/blood.yaml", "configs/simulations/blood.yaml"]
    assert [text.split(":")[0] for text in report.warnings] == absent
