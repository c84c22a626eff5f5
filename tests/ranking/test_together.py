"""A question is worth more on a picture that is labeled, or asked about, for anything else as well."""

from __future__ import annotations

from pathlib import Path

import pytest

import unify
from tests.ranking.remembered import add_versions, digest, remember
from tests.workspaces import add_batch, add_config, make_workspace
from unify.errors import UnifyError
from unify.ranking.report import RankReport

BOX = (4.0, 4.0, 24.0, 20.0)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Pedestrians were searched for on p0; nobody searched n0 and n1 for anything. Two auto-labelers."""
    folder = make_workspace(tmp_path / "ws")
    add_batch(folder, "pedestrian:b1", {"p0": [("pedestrian", (1, 1, 5, 9))]}, ["pedestrian", "cyclist"])
    add_batch(folder, "pedestrian:b2", {"n0": [], "n1": []}, ["pedestrian"], labeled_classes="[]")
    add_config(folder, ["pedestrian:b1", "pedestrian:b2"])
    add_versions(folder, "vehicle", ["car", "truck"], "v1")
    add_versions(folder, "pedestrian", ["pedestrian", "cyclist"], "v1")
    return folder


def ask(workspace: Path, together: float, budget: float, **more: bool) -> RankReport:
    settings = unify.RankSettings(measures={"entropy": 1}, together=together, **more)
    return unify.rank("mix", budget=budget, settings=settings, workspace=workspace)


def asked(report: RankReport) -> set[tuple[str, str]]:
    return {(query.picture, query.task) for query in report.queries}


def test_a_labeled_picture_is_preferred(workspace: Path):
    remember(workspace, "vehicle:v1", {"p0": [(BOX, "car", 0.9)], "n0": [(BOX, "car", 0.6)], "n1": []})
    remember(workspace, "pedestrian:v1", {})
    assert asked(ask(workspace, 1.0, 1.3)) == {(digest("n0"), "vehicle")}
    assert asked(ask(workspace, 3.0, 1.3)) == {(digest("p0"), "vehicle")}


def test_so_is_one_that_is_asked_about_for_another_task_and_the_reason_says_it(workspace: Path):
    remember(workspace, "vehicle:v1", {"n0": [(BOX, "car", 0.9)], "n1": [(BOX, "car", 0.6)]})
    remember(workspace, "pedestrian:v1", {"n0": [(BOX, "pedestrian", 0.5)], "n1": [(BOX, "pedestrian", 0.95)]})
    one, other = (digest("n1"), "vehicle"), (digest("n0"), "pedestrian")
    assert asked(ask(workspace, 1.0, 2.6)) == {one, other}
    both = ask(workspace, 9.0, 2.6, explain=True)
    assert len({query.picture for query in both.queries}) == 1 and len(both.queries) == 2
    told = {query.task: query.reasons[1] for query in both.queries}
    assert told == {
        "vehicle": "the picture is asked about pedestrian as well",
        "pedestrian": "the picture is asked about vehicle as well",
    }


def test_it_never_counts_for_less():
    with pytest.raises(UnifyError, match="together is out of range"):
        unify.RankSettings(together=0.5)
