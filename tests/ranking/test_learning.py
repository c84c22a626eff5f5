"""Which task learns most from one more box."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import unify
from tests.autolabel.calibration.test_file import SMALL
from tests.ranking.remembered import add_versions, remember
from tests.workspaces import add_batch, add_config, make_workspace
from unify.autolabel.calibration.file import write_calibration
from unify.errors import UnifyError
from unify.ranking.learning import labels_that_count, learning_weights, mean_boxes, measured_f1
from unify.ranking.target import open_target
from unify.registry.find import find_version

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


def test_a_weight_is_what_is_missing_to_perfection_by_the_labels_so_far(workspace: Path):
    weights = learning_weights(open_target("mix", workspace=workspace))
    vehicle, pedestrian = 2 * 0.2 / (1 + 2**0.5), 2 * 0.4 / (1 + 9 * 2**0.5)
    assert weights == pytest.approx({"vehicle": 1.0, "pedestrian": pedestrian / vehicle})


def test_an_auto_labeler_that_nobody_measured_is_half_right(workspace: Path):
    path = workspace / "registry/autolabelers/pedestrian.yaml"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if "metrics" not in line))
    weights = learning_weights(open_target("mix", workspace=workspace))
    assert weights["pedestrian"] == pytest.approx((0.5 / (1 + 9 * 2**0.5)) / (0.2 / (1 + 2**0.5)))


def f1_of(workspace: Path, ref: str, *classes: str) -> float | None:
    target = open_target("mix", workspace=workspace)
    return measured_f1(target, find_version(target.registry, ref), classes)


def test_a_version_nobody_measured_yet_is_as_good_as_the_newest_measured_one_below_it(workspace: Path):
    path = workspace / "registry/autolabelers/vehicle.yaml"
    measured = path.read_text().partition("versions:\n")[2]
    path.write_text(path.read_text().replace("versions:\n", f"versions:\n{measured.replace('v1:', 'v2:')}"))
    path.write_text(path.read_text().replace('    metrics: {"f1": 0.8}\n', "", 1))
    assert [f1_of(workspace, ref, "car") for ref in ("vehicle:v2", "vehicle:v1")] == [0.8, 0.8]
    path.write_text(path.read_text().replace('    metrics: {"f1": 0.8}\n', ""))
    assert f1_of(workspace, "vehicle:v2", "car") is None


def test_a_calibration_tells_the_classes_of_a_task_apart(workspace: Path):
    """A class of which there were too few boxes says nothing."""
    car = SMALL.classes["car"]
    halves = replace(car, thresholds=replace(car.thresholds, precision=0.5, recall=0.5))
    good = replace(car, thresholds=replace(car.thresholds, precision=1.0, recall=0.8))
    classes = {"car": halves, "truck": good, "bus": replace(car, boxes=4)}
    write_calibration(workspace / "calibration.json", replace(SMALL, classes=classes))
    path = workspace / "registry/autolabelers/vehicle.yaml"
    path.write_text(path.read_text().replace("    metrics", "    calibration: calibration.json\n    metrics"))
    assert f1_of(workspace, "vehicle:v1", "car") == pytest.approx(0.5)
    assert f1_of(workspace, "vehicle:v1", "car", "truck", "bus") == pytest.approx((0.5 + 1.6 / 1.8) / 2)
    assert f1_of(workspace, "vehicle:v1", "bus") is None  # the metrics, .8, are of the other two


def test_a_class_that_a_round_did_not_ask_about_keeps_what_was_measured_of_it_before(workspace: Path):
    """v2 was measured on trucks alone, v1 on both, and v0 on nothing that can be read."""
    car = SMALL.classes["car"]
    for version, classes in {"v2": {"truck": 0.9}, "v1": {"truck": 0.4, "car": 0.2}}.items():
        known = {
            name: replace(car, thresholds=replace(car.thresholds, precision=f1, recall=f1))
            for name, f1 in classes.items()
        }
        write_calibration(workspace / f"{version}.json", replace(SMALL, classes=known))
    lines = [
        f"  {version}: {{adapter: recorded, path: none.json, calibration: {version}.json, metrics: {{f1: 0.99}}}}\n"
        for version in ("v2", "v1", "v0")
    ]
    path = workspace / "registry/autolabelers/vehicle.yaml"
    path.write_text("name: vehicle\nclasses: [car, truck]\nversions:\n" + "".join(lines))
    assert f1_of(workspace, "vehicle:v2", "truck") == pytest.approx(0.9)
    assert f1_of(workspace, "vehicle:v2", "car") == pytest.approx(0.2)
    assert f1_of(workspace, "vehicle:v2", "bus") is None
    with pytest.raises(UnifyError, match="v0.json"):
        f1_of(workspace, "vehicle:v0", "car")


def test_the_mean_of_boxes_is_over_pictures_on_which_people_looked_for_them(workspace: Path):
    assert mean_boxes(open_target("mix", workspace=workspace)) == pytest.approx({"vehicle": 1.0, "pedestrian": 1.0})
    add_batch(workspace, "vehicle:b2", {"v1": [], "v2": []}, ["car", "truck"])
    add_batch(workspace, "pedestrian:b2", {"x": []}, ["pedestrian"], labeled_classes="[pedestrian]")
    add_config(workspace, ["vehicle:b1", "vehicle:b2", "pedestrian:b2"])
    means = mean_boxes(open_target("mix", workspace=workspace))
    assert means == pytest.approx({"vehicle": 1 / 3, "pedestrian": 0.0})
    add_config(workspace, ["pedestrian:b2"])
    assert np.isnan(mean_boxes(open_target("mix", workspace=workspace))["vehicle"])


def test_crowded_pictures_count_more_than_empty_ones_but_less_than_their_boxes(workspace: Path):
    add_batch(workspace, "vehicle:b2", {"v1": [("car", (4, 4, 20, 16)), ("truck", (1, 1, 9, 9))] * 4}, ["car", "truck"])
    add_config(workspace, ["vehicle:b1", "vehicle:b2"])
    counts = labels_that_count(open_target("mix", workspace=workspace))
    assert counts == pytest.approx({"vehicle": 2 * 5.5**0.5, "pedestrian": 0.0})


def test_a_task_of_which_nobody_saw_a_box_yet_leaves_something_to_the_others(workspace: Path):
    """Pictures that bring no box fill a task up as well; else it would be the neediest for ever."""
    add_batch(workspace, "pedestrian:b2", {"x": []}, ["pedestrian"], labeled_classes="[pedestrian, cyclist]")
    words = [f"v{number}" for number in range(1, 9)]
    add_batch(workspace, "vehicle:b2", {word: [("car", (4, 4, 20, 16))] for word in words}, ["car"])
    add_batch(workspace, "pedestrian:b3", {"y": []}, ["pedestrian"], labeled_classes="[pedestrian, cyclist]")
    add_config(workspace, ["vehicle:b2", "pedestrian:b2", "pedestrian:b3"])
    remember(workspace, "vehicle:v1", {word: [(BOX, "car", 0.9)] for word in ("x", "y")})
    remember(workspace, "pedestrian:v1", {word: [] for word in words})
    settings = unify.RankSettings(learning_weights=True, task_weights={"vehicle": 6})
    asked = unify.rank("mix", budget=8, settings=settings, workspace=workspace).queries
    assert [query.task for query in asked].count("vehicle") == 2


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
