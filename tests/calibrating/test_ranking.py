"""``unify.calibrate_all``: every version on the same pictures; nobody is left out silently."""

from __future__ import annotations

from pathlib import Path

import pytest

import unify
from tests.calibrating.workspaces import register, vehicle_workspace
from unify.errors import RegistryError

CLASSES = ["car", "truck"]
BLIND = "picture = picture * (self.count % 2)"  # sees every second picture


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = vehicle_workspace(tmp_path_factory.mktemp("ranking") / "ws")
    versions = {
        "v4": {"trained_on": ["vehicle:all"]},
        "v3": {"misbehave": "raise SystemExit"},
        "v2": {"misbehave": BLIND},
        "v1": {},
    }
    register(folder, "vehicle", CLASSES, versions)
    register(folder, "people", ["pedestrian"], {"v1": {}})
    (folder / "autolabelers/vehicle/v3/labeler.py").unlink()
    return folder


def test_versions_are_ranked_and_the_others_listed_with_a_reason(workspace: Path):
    ranking = unify.calibrate_all(on="vehicle:b2", workspace=workspace, workers=1)
    assert [(each.autolabeler, each.metrics["f1"]) for each in ranking.measured][0] == ("vehicle:v1", 1.0)
    # It sees half of the cars, and no truck: those stand on the other pictures.
    assert ranking.measured[1].autolabeler == "vehicle:v2" and ranking.measured[1].metrics["recall"] == 0.25
    assert ranking.refused == {
        "vehicle:v4": "batch 'vehicle:b2' cannot tell how good 'vehicle:v4' is: it was trained on it",
        "people:v1": "nobody searched these pictures for any of its classes: pedestrian",
    }
    assert ranking.failed == {"vehicle:v3": "auto-labeler 'vehicle:v3' has no code where its adapter says"}
    summary = ranking.summary()
    assert [each["autolabeler"] for each in summary["ranking"]] == ["vehicle:v1", "vehicle:v2"]
    assert summary["ranking"][0]["classes"]["car"]["recall"] == 1.0
    # One stack alone, and the order that follows.
    one = unify.calibrate_all("vehicle", on="vehicle:b2", workspace=workspace, workers=1)
    assert "people:v1" not in one.errors and [each.inference.inferred for each in one.measured] == [0, 0]
    promoted = unify.promote("vehicle", by="f1", workspace=workspace)
    assert promoted.after == ("v1", "v2", "v4", "v3")
    assert promoted.warnings == ("never measured: v4, v3 (unify calibrate vehicle --all --on BATCHES)",)


def test_all_takes_a_stack_not_a_version(workspace: Path):
    with pytest.raises(RegistryError, match="unify calibrate vehicle --all, or leave out --all"):
        unify.calibrate_all("vehicle:v1", on="vehicle:b2", workspace=workspace, workers=1)
