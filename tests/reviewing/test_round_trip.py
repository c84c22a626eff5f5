"""Queue out, answers back: what people find, what is registered, and what goes wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import unify
from tests.inference.painted import add_painted_batch, calls
from tests.reviewing.workspaces import (
    CAR,
    CLASSES,
    PEOPLE,
    SECOND_CAR,
    TRUCK,
    digest,
    picture_path,
    remember,
    review_workspace,
    write_queue,
)
from tests.workspaces import add_config, files_of
from unify.core.types import BatchRef
from unify.errors import LabelError, LockError, OutputError, PictureError, PlanError, RegistryError, UnifyError
from unify.registry.load import load_registry
from unify.reviewing.bring_back import ReviewImportReport
from unify.reviewing.export import ReviewExportReport
from unify.reviewing.project import Project, read_project

XYWH = {"car": (2, 2, 20, 12), "truck": (2, 22, 28, 16), "second": (34, 22, 22, 16)}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return review_workspace(tmp_path / "ws")


def export(workspace: Path, to: str = "coco", queue: Path | None = None, **options) -> ReviewExportReport:
    queue = queue or write_queue(workspace)
    output = workspace.parent / "r1"
    return unify.review_export(queue, to=to, output=output, workspace=workspace, workers=1, **options)


def answer(workspace: Path, name: str = "back.json", **said: list) -> Path:
    """The COCO file of one annotator: word of a picture -> (class id, xywh); pictures not named were not given back."""
    names = {digest(workspace, word): picture_path(workspace, word).name for word in PEOPLE}
    content = json.loads((workspace.parent / "r1/vehicle/annotations.json").read_text())
    content["images"] = [each for each in content["images"] if names[each["sha256"]][:-4] in said]
    ids = {names[each["sha256"]][:-4]: each["id"] for each in content["images"]}
    rows = [(ids[word], *box) for word, boxes in said.items() for box in boxes]
    content["annotations"] = [
        {"id": n, "image_id": image, "category_id": class_id, "bbox": list(box)}
        for n, (image, class_id, box) in enumerate(rows)
    ]
    path = workspace.parent / name
    path.write_text(json.dumps(content))
    return path


def bring_back(workspace: Path, *files: Path, measure: bool = False, **options) -> ReviewImportReport:
    project = workspace.parent / "r1/vehicle"
    return unify.review_import(project, files, workspace=workspace, workers=1, measure=measure, **options)


def message(error: type[UnifyError], workspace: Path, call) -> str:
    with pytest.raises(error) as raised:
        call()
    return str(raised.value).replace(f"{workspace.parent}/", "")


def shown(project: Project) -> list[list[tuple]]:
    return [[(each.class_name, each.score, each.source, each.unsure) for each in p.boxes] for p in project.pictures]


def test_people_find_predictions_of_what_is_not_labeled_yet_in_the_order_of_the_queue(workspace: Path):
    report = export(workspace)
    project = read_project(workspace.parent / "r1/vehicle")
    assert (project,) == report.projects and report.warnings == ()
    assert [each.name for each in project.pictures] == [
        f"data/pedestrian/b1/{word}.png" for word in ("second", "both", "empty")
    ]
    assert shown(project) == [
        [("car", 0.8, "vehicle:v1", False), ("car", 0.7, "vehicle:v1", False)],
        [("car", 0.9, "vehicle:v1", False), ("truck", 0.4, "vehicle:v1", True)],
        [],
    ]
    # Entropy in bits: h(.9) = .469, h(.4) = .971.
    assert [each.uncertainty for each in project.pictures] == [
        pytest.approx((0.7219 + 0.8813) / 2, abs=1e-4), pytest.approx((0.469 + 0.971) / 2, abs=1e-4), 0.0
    ]  # fmt: skip
    assert not (workspace / "vehicle-v1.log").exists()  # nobody was asked anything
    summary = report.summary()["projects"][0]
    assert (summary["pictures"], summary["boxes"], summary["unsure"]) == (3, 4, 1)


def test_every_task_is_a_project_of_its_own_and_the_same_again_writes_nothing(workspace: Path):
    queue = write_queue(workspace)
    rows = json.loads(queue.read_text())["queries"]
    queue.write_text(json.dumps({"queries": [rows[0], {"picture": digest(workspace, "k0"), "task": "pedestrian"}]}))
    report = export(workspace, queue=queue)
    before = files_of(workspace.parent / "r1")
    assert {name.partition("/")[0] for name in before} == {"vehicle", "pedestrian"}
    assert report.warnings == (
        "no auto-labeler knows a class of task pedestrian: pictures are shown without predictions",
    )
    assert export(workspace, queue=queue).up_to_date and files_of(workspace.parent / "r1") == before
    text = message(OutputError, workspace, lambda: export(workspace, to="cvat", queue=queue))
    assert text.startswith("r1: the output exists already and holds something else")
    assert files_of(workspace.parent / "r1") == before


def test_a_class_that_is_labeled_is_shown_with_peoples_boxes_alone(workspace: Path):
    export(workspace, queue=write_queue(workspace, ["k0"]))
    project = read_project(workspace.parent / "r1/vehicle")
    assert shown(project) == [[("car", 1.0, "human", False), ("truck", 1.0, "human", False)]]


def test_pictures_without_a_cached_prediction_are_counted(workspace: Path):
    add_painted_batch(workspace, "pedestrian:b2", {"new": [("car", CAR, 0.9)]}, ["pedestrian", "cyclist"])
    report = export(workspace, queue=write_queue(workspace, ["new"]))
    assert report.warnings == ("vehicle: 1 pictures have no cached prediction of vehicle:v1",)


def test_pictures_in_no_batch_or_outside_the_served_folder_or_of_two_splits_are_refused(workspace: Path):
    queue = write_queue(workspace)
    text = message(PictureError, workspace, lambda: export(workspace, images_root=workspace / "data/vehicle"))
    assert text.startswith("ws/data/vehicle: 3 pictures lie outside the folder that the annotation tool is served from")
    add_painted_batch(workspace, "vehicle:b9", {"measured": [("car", CAR, 0.9)]}, CLASSES, split="val")
    text = message(PlanError, workspace, lambda: export(workspace, queue=write_queue(workspace, ["both", "measured"])))
    assert text == (
        "the queue: the pictures of one task are of several splits, and a batch has one\n"
        "  got:      train, val\n  fix:      make a queue for each split"
    )
    rows = json.loads(queue.read_text())
    queue.write_text(json.dumps({"queries": [{**rows["queries"][0], "picture": "ab" * 32}]}))
    text = message(PictureError, workspace, lambda: export(workspace, queue=queue))
    assert text == (
        "1 picture is in no registered batch, or not any more: a picture is known by its bytes: it was changed, or it "
        "moved and its batch was not told\n"
        "  got:      abababababab…\n"
        "  fix:      put the files back, or correct `images:` of their batch"
    )
    assert not (workspace.parent / "r1").exists()


def test_answers_become_a_batch_with_the_tasks_classes_labeled(workspace: Path):
    export(workspace)
    before = (workspace / "registry/datasets/vehicle.yaml").read_text()
    back = answer(workspace, both=[(1, XYWH["car"])], empty=[], second=[(1, XYWH["car"]), (2, XYWH["second"])])
    report = bring_back(workspace, back, batch="vehicle:b2")
    review = report.project.id
    assert (workspace / "registry/datasets/vehicle.yaml").read_text() == before + (
        "  b2:\n"
        "    annotations: data/reviews/vehicle/b2.json\n"
        "    images: data/pedestrian/b1\n"
        "    split: train\n"
        "    labeled_classes: [car, truck]\n"
        f"    notes: review {review}\n"
    )
    summary = report.summary()
    assert (summary["pictures"], summary["empty"], summary["boxes"], summary["not_annotated"]) == (3, 1, 3, 0)
    assert summary["changes"]["shown"]["vehicle:v1"] == {
        "car": {"accepted": 2, "moved": 0, "relabeled": 1, "deleted": 0, "precision": 0.6667},
        "truck": {"accepted": 0, "moved": 0, "relabeled": 0, "deleted": 1, "precision": 0.0},
    }
    # And the compiler takes it: vehicles are labeled on the pedestrians' pictures now, on the empty one too.
    add_config(workspace, ["vehicle:[b1-b2]", "pedestrian:b1"])
    compiled = unify.compile("mix", workspace=workspace, workers=1)
    assert compiled.manifest["classes"]["car"]["labeled"] == 6
    assert compiled.manifest["classes"]["car"]["boxes"] == 5


def test_the_same_answers_are_taken_once_and_others_need_another_name(workspace: Path):
    export(workspace)
    back = answer(workspace, both=[(1, XYWH["car"])])
    first = bring_back(workspace, back)
    assert first.batch == f"vehicle:review-{first.project.id[:8]}" and first.registered
    assert first.warnings == ("2 of 3 pictures were not annotated and are left out",)
    files = files_of(workspace / "registry/datasets"), files_of(workspace / "data/reviews")
    again = bring_back(workspace, back)
    assert not again.registered and again.annotations == first.annotations
    assert (files_of(workspace / "registry/datasets"), files_of(workspace / "data/reviews")) == files
    other = answer(workspace, "other.json", both=[])
    text = message(RegistryError, workspace, lambda: bring_back(workspace, other))
    assert f"batch '{first.batch}' is registered already" in text
    assert (files_of(workspace / "registry/datasets"), files_of(workspace / "data/reviews")) == files


def test_what_was_exported_is_no_answer(workspace: Path):
    export(workspace)
    exported = workspace.parent / "r1/vehicle/annotations.json"
    assert message(LabelError, workspace, lambda: bring_back(workspace, exported)) == (
        "r1/vehicle/annotations.json: is what was given to the annotation tool\n"
        "  fix:      give the file that the annotation tool exports"
    )


def test_nothing_is_written_where_something_is_wrong(workspace: Path):
    export(workspace)
    back = answer(workspace, both=[(1, XYWH["car"])])
    (workspace.parent / "none.json").write_text(json.dumps({"images": [], "annotations": [], "categories": []}))
    moved = picture_path(workspace, "both")
    before = files_of(workspace / "registry/datasets")
    none = message(LabelError, workspace, lambda: bring_back(workspace, workspace.parent / "none.json"))
    assert none.startswith("none.json: nobody submitted an answer to any picture")
    text = message(RegistryError, workspace, lambda: bring_back(workspace, back, batch="pedestrian:b2"))
    assert text == ("--batch: not a batch of this review's task\n  got:      'pedestrian:b2'\n  expected: vehicle:NAME")
    message(RegistryError, workspace, lambda: bring_back(workspace, back, batch="vehicle:not a name"))
    assert not list(workspace.glob("data/reviews/**/*.json"))
    content = moved.read_bytes()
    moved.write_bytes(picture_path(workspace, "second").read_bytes())
    assert "is locked, but its pictures changed" in message(LockError, workspace, lambda: bring_back(workspace, back))
    moved.rename(moved.with_name("elsewhere.png"))
    text = message(PictureError, workspace, lambda: bring_back(workspace, back))
    assert text.startswith("ws/data/pedestrian/b1/both.png: ")
    assert not list(workspace.glob("data/reviews/**/*.json"))
    assert files_of(workspace / "registry/datasets") == before
    moved.write_bytes(content)
    assert bring_back(workspace, back).registered


def test_a_project_that_was_changed_or_a_taxonomy_that_was_is_refused(workspace: Path):
    export(workspace)
    back = answer(workspace, both=[(1, XYWH["car"])])
    taxonomy = workspace / "registry/taxonomy.yaml"
    text = taxonomy.read_text()
    taxonomy.write_text(text.replace("truck: 2", "truck: 2, bus: 9"))
    assert message(RegistryError, workspace, lambda: bring_back(workspace, back)) == (
        "r1/vehicle/project.json: the classes of task 'vehicle' are not those that people were asked for\n"
        "  got:      car: 1, truck: 2, bus: 9\n"
        "  expected: car: 1, truck: 2\n"
        "  fix:      export the queue again: what was not asked for is not labeled"
    )
    taxonomy.write_text(text)
    path = workspace.parent / "r1/vehicle/project.json"
    path.write_text(path.read_text().replace('"score": 0.4', '"score": 0.9'))
    assert "was changed since it was written" in message(LabelError, workspace, lambda: bring_back(workspace, back))


def test_several_annotators_make_one_answer(workspace: Path):
    export(workspace)
    files = [
        answer(workspace, f"{n}.json", both=[(class_id, XYWH["car"])], empty=[]) for n, class_id in enumerate((1, 2, 1))
    ]
    report = bring_back(workspace, *files)
    summary = report.summary()
    assert (summary["boxes"], summary["annotated_by_several"]) == (1, 2)
    assert summary["agreement"] == pytest.approx((2 / 3 + 1) / 2, abs=1e-4)
    assert json.loads(report.annotations.read_text())["annotations"][0]["category_id"] == 1
    assert bring_back(workspace, *files, voting="dawid-skene", batch="vehicle:b5").registered


def test_crowds_that_no_tool_shows_come_along(workspace: Path):
    path = workspace / "data/vehicle/b1.json"
    content = json.loads(path.read_text())
    content["annotations"][0]["iscrowd"] = 1
    path.write_text(json.dumps(content))
    export(workspace, queue=write_queue(workspace, ["k0"]))
    assert shown(read_project(workspace.parent / "r1/vehicle")) == [[("truck", 1.0, "human", False)]]
    exported = json.loads((workspace.parent / "r1/vehicle/annotations.json").read_text())
    back = workspace.parent / "back.json"
    back.write_text(json.dumps({**exported, "info": {}}))
    report = bring_back(workspace, back)
    rows = json.loads(report.annotations.read_text())["annotations"]
    assert [(each["category_id"], each["iscrowd"]) for each in rows] == [(2, 0), (1, 1)]


def test_nothing_of_a_hidden_batch_comes_along(workspace: Path):
    add_painted_batch(workspace, "vehicle:kept", {"both": PEOPLE["both"]}, CLASSES)
    kept, path = BatchRef("vehicle", "kept"), workspace / "data/vehicle/kept.json"
    content = json.loads(path.read_text())
    content["annotations"][0]["iscrowd"] = 1
    path.write_text(json.dumps(content))
    export(workspace, queue=write_queue(workspace, ["both"]), hidden=[kept])
    back = answer(workspace, both=[(2, XYWH["truck"])])
    report = bring_back(workspace, back, hidden=[kept])
    content = json.loads(report.annotations.read_text())
    assert [(each["category_id"], each["iscrowd"]) for each in content["annotations"]] == [(2, 0)]
    batch = load_registry(workspace).batches[BatchRef(*report.batch.split(":"))]
    assert batch.images == workspace / "data/pedestrian/b1"


def test_pictures_of_several_folders_are_one_batch(workspace: Path):
    add_painted_batch(workspace, "pedestrian:b2", {"other": [("car", CAR, 0.9)]}, ["pedestrian", "cyclist"])
    export(workspace, queue=write_queue(workspace, ["both", "other"]))
    exported = json.loads((workspace.parent / "r1/vehicle/annotations.json").read_text())
    back = workspace.parent / "back.json"
    back.write_text(json.dumps({**exported, "info": {}}))
    report = bring_back(workspace, back)
    names = [each["file_name"] for each in json.loads(report.annotations.read_text())["images"]]
    assert names == ["b1/both.png", "b2/other.png"]
    assert "images: data/pedestrian\n" in (workspace / "registry/datasets/vehicle.yaml").read_text()


def test_the_auto_labeler_is_measured_again_with_what_people_said(workspace: Path):
    pytest.importorskip("sklearn", reason="needs the [train] extra")
    measured = {f"m{i}": [("car", CAR, 0.5 + i / 100), ("truck", TRUCK, 0.8)] for i in range(8)}
    add_painted_batch(workspace, "vehicle:b8", measured, CLASSES, split="val")
    remember(workspace, "vehicle:v1", measured)
    before = unify.calibrate("vehicle:v1", on="vehicle:b8", workspace=workspace, workers=1)
    assert before.calibration.classes["car"].thresholds.precision == 1.0
    export(workspace)
    # Of three cars that were shown, people say that one is a truck and none is another.
    back = answer(workspace, both=[(1, XYWH["car"])], empty=[], second=[(2, XYWH["car"])])
    report = bring_back(workspace, back, measure=True, batch="vehicle:b2")
    (again,) = report.measured
    assert again.calibration.batches == ("vehicle:b8", "vehicle:b2")
    assert again.calibration.classes["car"].detections == 8 + 3 and again.calibration.classes["car"].right == 8 + 1
    assert again.inference.inferred == 0 and not (workspace / "vehicle-v1.log").exists()
    assert "precision" in (workspace / "registry/autolabelers/vehicle.yaml").read_text()


def test_what_keeps_an_auto_labeler_from_being_measured_is_a_warning(workspace: Path):
    export(workspace)
    code = next((workspace / "autolabelers").rglob("labeler.py"))
    code.write_text(code.read_text() + "\n# another model\n")
    report = bring_back(workspace, answer(workspace, both=[], empty=[], second=[]), measure=True)
    assert report.registered and report.measured == ()
    assert report.warnings == (
        "vehicle:v1 was not measured again: it is another model now than the one whose boxes were shown",
    )


def test_boxes_of_label_studio_and_cvat_come_back_to_the_same_batch(workspace: Path):
    export(workspace, to="labelstudio")
    tasks = json.loads((workspace.parent / "r1/vehicle/tasks.json").read_text())
    for number, each in enumerate(tasks):
        result = each["predictions"][0]["result"] if "predictions" in each else []
        each |= {"id": number, "annotations": [{"result": result, "completed_by": {"email": "a@b.c"}}]}
    back = workspace.parent / "back.json"
    back.write_text(json.dumps(tasks))
    report = bring_back(workspace, back)
    rows = json.loads(report.annotations.read_text())["annotations"]
    np.testing.assert_allclose(
        [each["bbox"] for each in rows], [XYWH["car"], XYWH["second"], XYWH["car"], XYWH["truck"]]
    )
    assert report.summary()["changes"]["accepted"] == 4
    assert SECOND_CAR[0] == XYWH["second"][0] and calls(workspace / "vehicle-v1.log") == 0
