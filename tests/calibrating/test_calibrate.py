"""``unify.calibrate``: measured on people's labels of pictures the model has not seen, written for the compiler."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import unify
from tests.calibrating.workspaces import register, vehicle_workspace, vehicles
from tests.inference.painted import add_painted_batch, calls, is_picture
from tests.workspaces import add_config, files_of
from unify.autolabel.calibration.file import read_calibration
from unify.calibrating.report import CalibrationReport
from unify.errors import AutoLabelerError, CalibrationError, LockError, OutputError, RegistryError
from unify.files import write_whole

CLASSES = ["car", "truck"]
V1 = {"trained_on": ["vehicle:b1"]}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = vehicle_workspace(tmp_path / "ws")
    register(folder, "vehicle", CLASSES, {"v1": V1})
    return folder


def calibrate(workspace: Path, ref: str = "vehicle:v1", on: str = "vehicle:b2", **options) -> CalibrationReport:
    return unify.calibrate(ref, on=on, workspace=workspace, workers=1, **options)


def message(workspace: Path, error: type, **options) -> str:
    with pytest.raises(error) as raised:
        calibrate(workspace, **options)
    return str(raised.value).replace(f"{workspace}/", "")


def test_it_writes_file_plot_and_registry_and_the_second_time_asks_nobody(workspace: Path):
    registered = workspace / "registry/autolabelers/vehicle.yaml"
    before = registered.read_text()
    report = calibrate(workspace)
    assert (report.inference.inferred, report.inference.cached, report.warnings) == (20, 0, ())
    assert report.metrics == {"f1": 1.0, "precision": 1.0, "recall": 1.0}
    classes = report.summary()["classes"]
    assert (classes["car"]["threshold"], classes["truck"]["threshold"]) == (0.6, 0.8)
    assert registered.read_text() == before + (
        "    calibration: autolabelers/vehicle/v1/calibration.json\n"
        "    thresholds: {car: 0.6, truck: 0.8}\n"
        "    metrics: {f1: 1.0, precision: 1.0, recall: 1.0}\n"
    )
    written = read_calibration(workspace / "autolabelers/vehicle/v1/calibration.json")
    assert written == report.calibration and written.batches == ("vehicle:b2",)
    files = files_of(workspace / "autolabelers"), files_of(workspace / "registry")
    assert "vehicle/v1/calibration.svg" in files[0]
    again = calibrate(workspace, "vehicle:latest")
    assert (again.inference.inferred, again.inference.cached, again.registry_changed) == (0, 20, False)
    assert calls(workspace / "vehicle-v1.log") == 20
    assert (files_of(workspace / "autolabelers"), files_of(workspace / "registry")) == files
    # And the compiler takes it.
    add_config(workspace, ["vehicle:b1", "pedestrian:b1"], method="{default: partial, vehicle: soft}")
    compiled = unify.compile("mix", workspace=workspace, workers=1)
    assert compiled.warnings == () and compiled.summary()["machine_boxes"]["car"] == 5


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_on_a_cluster_it_finds_the_same(workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("unify.inference.chunk.CHUNK_PICTURES", 4)
    here = calibrate(workspace)
    written = (workspace / "autolabelers/vehicle/v1/calibration.json").read_bytes()
    there = unify.calibrate(
        "vehicle:v1", on="vehicle:b2", workspace=workspace, executor="ray", workers=2, cache=tmp_path / "cache"
    )
    assert there.inference.inferred == here.inference.inferred == 20 and not there.registry_changed
    assert (workspace / "autolabelers/vehicle/v1/calibration.json").read_bytes() == written


def test_boxes_that_nobody_drew_are_wrong_only_where_people_searched(workspace: Path):
    # Painted, but on the pedestrians' pictures, where nobody searched for cars; there it is not even asked.
    report = calibrate(workspace, on=["vehicle:b2", "pedestrian:b1"])
    assert report.inference.inferred == 20 and report.calibration.pictures == 20
    wrong = {f"w{i}": vehicles(i) for i in range(8)}
    add_painted_batch(workspace, "vehicle:b3", wrong, ["truck"])  # cars are there, and are not in the file
    text = (workspace / "registry/datasets/vehicle.yaml").read_text()
    (workspace / "registry/datasets/vehicle.yaml").write_text(text.replace('["truck"]', '["car", "truck"]'))
    report = calibrate(workspace, on="vehicle:[b2-b3]")
    car = report.calibration.classes["car"]
    assert (car.pictures, car.boxes, car.detections, car.right) == (28, 20, 28, 20)


def test_a_model_of_several_tasks_is_measured_where_each_class_is_labeled(workspace: Path):
    register(workspace, "all", ["car", "pedestrian"], {"v1": {}})
    report = calibrate(workspace, "all:v1", on=["vehicle:b2", "pedestrian:b1"])
    car, pedestrian = report.calibration.classes["car"], report.calibration.classes["pedestrian"]
    assert (car.pictures, car.boxes, car.right) == (20, 20, 20)
    assert (pedestrian.pictures, pedestrian.boxes, pedestrian.right) == (5, 5, 5)
    assert (
        report.warnings
        == (
            "all:v1 names nothing it was trained on ('trained_on'), so no picture could be refused",
            "not precise enough, or known from too few boxes: pedestrian; hard and soft leave it unknown",
        )
        or report.calibration.classes["pedestrian"].thresholds.usable
    )


def test_batches_it_was_trained_on_are_refused_before_anything_is_read(workspace: Path):
    assert message(workspace, CalibrationError, on="vehicle:all") == (
        "registry/datasets/vehicle.yaml:3:3: batch 'vehicle:b1' cannot tell how good 'vehicle:v1' is: "
        "it was trained on it\n"
        "  got:      vehicle:v1 <- vehicle:b1\n"
        "  expected: batches that it has not seen, such as vehicle:b2\n"
        "  fix:      unify calibrate vehicle:v1 --on vehicle:b2"
    )
    assert not (workspace / "registry/lock.yaml").exists()


def test_what_its_teachers_learned_from_is_refused(workspace: Path):
    """student:v1 <- unified/mix, labeled by vehicle:v1 <- vehicle:b1."""
    register(workspace, "vehicle", CLASSES, {"v1": V1 | {"thresholds": {"car": 0.5, "truck": 0.5}}})
    add_config(workspace, ["pedestrian:b1"], method="{default: partial, vehicle: hard}")
    unify.compile("mix", workspace=workspace, workers=1)
    register(workspace, "student", CLASSES, {"v1": {"trained_on": ["unified/mix"]}})
    assert "student:v1 <- unified/mix <- vehicle:v1 <- vehicle:b1" in message(
        workspace, CalibrationError, ref="student", on="vehicle:b1"
    )
    assert calibrate(workspace, "student").warnings == ()
    shutil.rmtree(workspace / "unified/mix")
    assert message(workspace, RegistryError, ref="student") == (
        "registry/autolabelers/student.yaml:5:3: auto-labeler 'student:v1' was trained on 'unified/mix', "
        "of which nothing is known: whether it saw these pictures cannot be told\n"
        "  got:      there is no unified dataset here: its manifest is missing\n"
        "  fix:      put its manifest.json at unified/mix, or name its batches in 'trained_on' instead"
    )


def test_a_model_that_was_trained_on_its_own_labels_is_refused(workspace: Path):
    register(workspace, "vehicle", CLASSES, {"v1": {"trained_on": ["unified/mix"], "thresholds": {"car": 0.5}}})
    add_config(workspace, ["pedestrian:b1"], method="{default: partial, vehicle: hard}")
    report = unify.compile("mix", workspace=workspace, workers=1)
    assert "vehicle:v1 was trained on mix, of which nothing is known" in report.warnings[-1]
    way = "vehicle:v1 <- unified/mix <- vehicle:v1"
    assert way in " ".join(unify.compile("mix", workspace=workspace, workers=1).warnings)
    assert f"has a 'trained_on' that leads back to itself\n  got:      {way}" in message(workspace, RegistryError)


def test_the_same_pictures_in_another_batch_are_refused(workspace: Path):
    copied = {"same": vehicles(0), "other": vehicles(1)}
    add_painted_batch(workspace, "vehicle:b9", copied, CLASSES, split="val")
    shutil.copy(workspace / "data/vehicle/b1/a3.png", workspace / "data/vehicle/b9/same.png")
    assert message(workspace, CalibrationError, on="vehicle:[b2,b9]") == (
        "1 picture: 'vehicle:v1' was trained on the same pictures in another batch\n"
        "  got:      vehicle:b9/same.png = vehicle:b1/a3.png\n"
        "  expected: pictures that it has not seen: on others it looks better than it is\n"
        "  fix:      register the other pictures as a batch of their own (image_set: names them), and calibrate on that"
    )
    shutil.rmtree(workspace / "data/vehicle/b1")  # then nobody can tell any more
    assert calibrate(workspace).warnings == (
        "whether vehicle:v1 saw pictures of vehicle:b1 cannot be told: images of vehicle:b1 not found",
    )


def test_pictures_that_tell_nothing_are_refused(workspace: Path):
    assert message(workspace, CalibrationError, on="pedestrian:b1") == (
        "vehicle:v1: nobody searched these pictures for any of its classes: car, truck\n"
        "  got:      pedestrian:b1: pedestrian, cyclist\n"
        "  expected: batches with one of its classes among their labeled_classes"
    )
    add_painted_batch(workspace, "vehicle:b8", {"empty": [], "void": []}, CLASSES)
    assert message(workspace, CalibrationError, on="vehicle:b8") == (
        "vehicle:v1: these pictures hold no box of its classes: car, truck\n"
        "  got:      2 pictures in vehicle:b8, all without one\n"
        "  fix:      calibrate on batches where there is something to be found"
    )
    assert not (workspace / "vehicle-v1.log").exists()


def test_misspelt_names_are_told_with_the_nearest(workspace: Path):
    assert "fix:      did you mean 'vehicle'?" in message(workspace, RegistryError, ref="vehicel:v1")
    text = message(workspace, RegistryError, on=["vehicle:b7", "vehicl:b1"])
    assert "--on vehicle:b7: unknown batch" in text and "--on vehicl:b1: no batches of a task 'vehicl'" in text


def test_a_batch_that_changed_since_it_was_locked_is_refused(workspace: Path):
    calibrate(workspace)
    annotations = workspace / "data/vehicle/b2.json"
    content = json.loads(annotations.read_text())
    annotations.write_text(json.dumps(content | {"annotations": content["annotations"][1:]}))
    assert "batch 'vehicle:b2' is locked, but its annotations changed" in message(workspace, LockError)


def test_a_place_that_cannot_be_written_is_told_before_the_model_is_asked(workspace: Path):
    (workspace / "busy").write_text("")
    register(workspace, "vehicle", CLASSES, {"v1": V1 | {"calibration": "busy/calibration.json"}})
    assert message(workspace, OutputError) == (
        "busy/calibration.json: cannot be written: Not a directory\n"
        "  fix:      check your rights on the folder, or choose another place"
    )
    assert not (workspace / "vehicle-v1.log").exists()


def test_a_version_copied_from_another_does_not_overwrite_its_file(workspace: Path):
    calibrate(workspace)
    own = "autolabelers/vehicle/v1/calibration.json"
    versions = {"v2": V1 | {"misbehave": "2", "calibration": own}, "v1": V1 | {"calibration": own}}
    register(workspace, "vehicle", CLASSES, versions)
    before = (workspace / own).read_bytes()
    report = calibrate(workspace, "vehicle:v2")
    assert report.path == workspace / "autolabelers/vehicle/v2/calibration.json"
    assert (workspace / own).read_bytes() == before
    assert "calibration: autolabelers/vehicle/v2" in (workspace / "registry/autolabelers/vehicle.yaml").read_text()


def test_failed_pictures_are_counted_and_a_model_that_cannot_be_loaded_is_told(workspace: Path):
    breaks = f"if {is_picture('b3')}: raise ValueError('broken')"
    register(workspace, "vehicle", CLASSES, {"v1": V1 | {"misbehave": breaks}})
    report = calibrate(workspace)
    assert (report.calibration.failed, report.calibration.classes["car"].pictures) == (1, 19)
    assert report.warnings == ("vehicle:v1 failed on 1 picture (--retry-failed asks again)",)
    code = workspace / "autolabelers/vehicle/v1/labeler.py"
    code.write_text("class Labeler:\n    def __init__(self, **options):\n        1 / 0\n")
    assert "cannot be loaded" in message(workspace, AutoLabelerError)


def test_whoever_is_interrupted_finds_nothing_half_written(workspace: Path, monkeypatch: pytest.MonkeyPatch):
    registered = workspace / "registry/autolabelers/vehicle.yaml"
    before = registered.read_bytes()

    def interrupted(path: Path, *parts: bytes, durable: bool = False) -> None:
        if path.name == "calibration.json":
            raise KeyboardInterrupt
        write_whole(path, *parts, durable=durable)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("unify.calibrating.target.write_whole", interrupted)
        calibrate(workspace)
    assert registered.read_bytes() == before
    assert sorted(path.name for path in (workspace / "autolabelers/vehicle/v1").glob("*.*")) == [
        "calibration.svg",
        "labeler.py",
    ]
    assert calibrate(workspace).inference.inferred == 0


def test_knobs_reach_the_thresholds(workspace: Path):
    settings = unify.CalibrationSettings(least_precision=0.999)
    report = calibrate(workspace, settings=settings)
    assert report.calibration.unusable == ("car", "truck") and report.calibration.settings == settings
