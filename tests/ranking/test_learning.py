"""Which task learns most from one more box."""

from __future__ import annotations

from pathlib import Path

import pytest

import unify
from tests.ranking.remembered import add_versions, remember
from tests.workspaces import add_batch, add_config, make_workspace
from unify.ranking.learning import learning_weights
from unify.ranking.target import open_target

BOX = (4.0, 4.0, 24.0, 20.0)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Nine boxes of people on nine pictures, one car on another; both auto-labelers were measured."""
    folder = make_workspace(tmp_path / "ws")
    people = {f"p{number}": [("pedestrian", (1, 1, 5, 9))] for number in range(9)}
    add_batch(folder, "pedestrian:b1", people, ["pedestrian"])
    add_batch(folder, "vehicle:b1", {"v0": [("car", (4, 4, 20, 16))]}, ["car"])
    add_config(folder, ["pedestrian:b1", "vehicle:b1"])
    add_versions(folder, "vehicle", ["car", "truck"], "v1", metrics={"f1": 0.8})
    add_versions(folder, "pedestrian", ["pedestrian", "cyclist"], "v1", metrics={"f1": 0.6})
    return folder


def test_a_weight_is_what_is_missing_to_perfection_by_the_boxes_so_far(workspace: Path):
    weights = learning_weights(open_target("mix", workspace=workspace))
    vehicle, pedestrian = 2 * 0.2 / 2, 2 * 0.4 / 10
    assert weights == pytest.approx({"vehicle": 1.0, "pedestrian": pedestrian / vehicle})


def test_an_auto_labeler_that_nobody_measured_is_half_right(workspace: Path):
    path = workspace / "registry/autolabelers/pedestrian.yaml"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if "metrics" not in line))
    weights = learning_weights(open_target("mix", workspace=workspace))
    assert weights["pedestrian"] == pytest.approx((2 * 0.5 / 10) / (2 * 0.2 / 2))


def test_the_task_that_learns_more_is_asked_about_first(workspace: Path):
    words = [f"p{number}" for number in range(9)]
    remember(workspace, "vehicle:v1", {word: [(BOX, "car", 0.9)] for word in words})
    remember(workspace, "pedestrian:v1", {"v0": [(BOX, "pedestrian", 0.9)]})
    settings = unify.RankSettings(learning_weights=True, task_weights={"pedestrian": 0})
    report = unify.rank("mix", budget=1.3, settings=settings, workspace=workspace)
    assert [query.task for query in report.queries] == ["vehicle"]
    settings = unify.RankSettings(learning_weights=True, task_weights={"pedestrian": 100})
    report = unify.rank("mix", budget=1.3, settings=settings, workspace=workspace)
    assert [query.task for query in report.queries] == ["pedestrian"]
