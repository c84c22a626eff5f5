"""``unify.find_label_errors`` through files, and its queue into a review."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import unify
from tests.inference.painted import add_labeler, add_painted_batch
from tests.reviewing.workspaces import CAR, CLASSES, SECOND_CAR, TRUCK, digest, remember
from tests.workspaces import make_workspace
from unify.cli.main import app
from unify.errors import CacheError, RegistryError, UnifyError

PEDESTRIAN = (40, 2, 46, 20)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Right labels on ``a`` to ``c``, and pedestrians that only the people of another batch know."""
    workspace = make_workspace(tmp_path / "ws")
    drawn = {
        "a": [("car", CAR, 0.9), ("pedestrian", PEDESTRIAN, 0.99)],
        "b": [("truck", TRUCK, 0.9)],
        "c": [("pedestrian", PEDESTRIAN, 0.99)],
    }
    add_painted_batch(workspace, "vehicle:b1", drawn, CLASSES)
    add_labeler(workspace, "street", [*CLASSES, "pedestrian"])
    return workspace


def errors(workspace: Path, **options):
    return unify.find_label_errors("vehicle:b1", workspace=workspace, workers=1, **options)


def test_right_labels_have_no_errors_whatever_is_found_of_unknown_classes(workspace: Path):
    people = ("pedestrian", PEDESTRIAN, 0.99)
    remember(workspace, "street:v1", {"a": [("car", CAR, 0.97), people], "b": [("truck", TRUCK, 0.3)], "c": [people]})
    report = errors(workspace)
    assert (report.errors, report.pictures, report.autolabelers) == ((), 3, ("street:v1",))
    assert report.warnings == (
        "street:v1 was not measured to find 95% of all objects of car, truck, pedestrian: "
        "its silence makes no box of them spurious",
    )


def test_errors_are_said_with_picture_class_and_place_the_strongest_first(workspace: Path):
    found = {"a": [("car", CAR, 0.9), ("car", SECOND_CAR, 0.96)], "b": [("car", TRUCK, 0.99)]}
    remember(workspace, "street:v1", found)
    report = errors(workspace)
    assert report.counts() == {"missed": {"car": 1}, "swapped": {"truck": 1}}
    swapped, missed = report.summary()["errors"]
    assert swapped == {
        "kind": "swapped", "picture": digest(workspace, "b"), "name": "vehicle:b1/b.png", "class": "truck",
        "box": list(TRUCK), "likely_class": "car", "likely_box": list(TRUCK), "score": 0.99, "autolabeler": "street:v1",
    }  # fmt: skip
    assert (missed["kind"], missed["box"]) == ("missed", list(SECOND_CAR))
    assert report.warnings[0] == "1 pictures have no cached answer of an auto-labeler that knows their classes"
    assert [each.reasons for each in report.queries()] == [
        ("a truck may be a car, at 2, 22",), ("a car may lack its box, at 34, 22",)
    ]  # fmt: skip


def test_what_it_prints_is_a_queue_for_a_review(workspace: Path, tmp_path: Path):
    remember(workspace, "street:v1", {"a": [("car", SECOND_CAR, 0.96)], "b": [("car", TRUCK, 0.99)]})
    run = CliRunner().invoke(app, ["review", "errors", "vehicle:b1", "--json", "--workspace", str(workspace)])
    assert run.exit_code == 0, run.output
    (tmp_path / "errors.json").write_text(run.stdout)
    command = ["review", "export", str(tmp_path / "errors.json"), "--to", "cvat", "--output", str(tmp_path / "r1")]
    run = CliRunner().invoke(app, [*command, "--workspace", str(workspace)])
    assert run.exit_code == 0, run.output
    project = json.loads((tmp_path / "r1/vehicle/project.json").read_text())
    assert [each["reasons"] for each in project["pictures"]] == [
        ["a truck may be a car, at 2, 22"], ["a car may lack its box, at 34, 22"]
    ]  # fmt: skip
    back = tmp_path / "back.xml"
    back.write_bytes((tmp_path / "r1/vehicle/annotations.xml").read_bytes().replace(b'label="truck"', b'label="car"'))
    command = ["review", "import", str(tmp_path / "r1/vehicle"), str(back), "--no-measure", "--batch", "vehicle:b2"]
    run = CliRunner().invoke(app, [*command, "--workspace", str(workspace)])
    assert run.exit_code == 0, run.output
    assert run.stdout.splitlines()[:3] == [
        "Shown by   Class   Accepted   Moved   Relabeled   Deleted   Precision",
        "human      car            1       0           0         0   1.0",
        "human      truck          0       0           1         0   0.0",
    ]
    run = CliRunner().invoke(app, ["review", "errors", "vehicle:[b1-b2]", "--workspace", str(workspace)])
    assert run.stdout.splitlines()[-1] == "1 likely error in 2 pictures"  # the later batch wins: b is right now


def test_errors_that_it_learned_are_warned_of_and_measured_silence_makes_boxes_spurious(workspace: Path):
    pytest.importorskip("sklearn", reason="needs the [train] extra")
    many = {f"m{i}": [("car", CAR, 0.5 + i / 100)] for i in range(40)}
    add_painted_batch(workspace, "vehicle:b2", many, CLASSES, split="val")
    remember(workspace, "street:v1", {**many, "a": [], "b": [], "c": []})
    unify.calibrate("street:v1", on="vehicle:b2", workspace=workspace, workers=1)
    registered = workspace / "registry/autolabelers/street.yaml"
    registered.write_text(registered.read_text() + '    trained_on: ["vehicle:b1"]\n')
    report = errors(workspace)
    # 41 / 42 of all cars are found at some score, by the rule of succession; of trucks nothing is known.
    assert [(str(e.kind), e.class_name, round(e.score, 4)) for e in report.errors] == [("spurious", "car", 0.9762)]
    assert report.warnings == (
        "street:v1 was not measured to find 95% of all objects of truck, pedestrian: "
        "its silence makes no box of them spurious",
        "street:v1 was trained on vehicle:b1: errors that it learned there are not found",
    )


def test_without_answers_there_is_nothing_to_find(workspace: Path):
    with pytest.raises(CacheError, match="no auto-labeler was asked about these pictures"):
        errors(workspace)
    with pytest.raises(RegistryError, match="no such auto-labeler"):
        errors(workspace, autolabelers=["nobody"])
    with pytest.raises(UnifyError, match="--confident: is out of range"):
        errors(workspace, confident=1.5)
