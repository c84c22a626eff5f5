"""Every tool is given the same, and what comes back unchanged is what was shown."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import numpy as np
import pytest

from unify.core.boxes import paired_iou
from unify.errors import LabelError
from unify.reviewing.answers import Answers
from unify.reviewing.frames import displayed_hw, from_displayed, to_displayed
from unify.reviewing.project import Project, ReviewPicture, ShownBox
from unify.reviewing.tools import coco, cvat, labelstudio

CAR, TRUCK = (10.0, 20.0, 60.0, 40.0), (100.0, 30.0, 160.5, 90.25)


def picture(number: int, boxes: tuple[ShownBox, ...] = (), orientation: int = 1) -> ReviewPicture:
    return ReviewPicture(
        sha256=f"{number:064x}",
        name=f"data/a b/p&{number}.jpg",
        image_hw=(100, 200),
        orientation=orientation,
        priority=number,
        score=0.75,
        cost=2.0,
        difficulty="hard",
        uncertainty=0.5,
        reasons=("2 boxes are not sure",),
        boxes=boxes,
    )


def project(tool: str, orientation: int = 1) -> Project:
    boxes = (ShownBox(CAR, "car", 0.9, "vehicle:v1", False), ShownBox(TRUCK, "truck", 0.4, "vehicle:v1", True))
    pictures = (picture(1, boxes, orientation), picture(2))
    return Project("vehicle", {"car": 1, "truck": 2}, tool, {"vehicle:v1": "f" * 64}, pictures)


LABEL_STUDIO, CVAT, COCO = project("labelstudio"), project("cvat"), project("coco")


def returned(files: dict[str, bytes], folder: Path) -> Path:
    """What the tool exports where nobody changed anything."""
    if labelstudio.TASKS in files:
        tasks = json.loads(files[labelstudio.TASKS])
        results = [each["predictions"][0]["result"] if "predictions" in each else [] for each in tasks]
        content = [
            {"id": n, "data": each["data"], "annotations": [{"completed_by": 1, "result": result}]}
            for n, (each, result) in enumerate(zip(tasks, results, strict=True))
        ]
        path = folder / "export.json"
        path.write_text(json.dumps(content))
        return path
    name = cvat.ANNOTATIONS if cvat.ANNOTATIONS in files else coco.ANNOTATIONS
    path = folder / f"export-{name}"
    path.write_bytes(files[name])
    return path


def read(tool: ModuleType, of: Project, path: Path) -> Answers:
    return tool.read(of, [path])


@pytest.mark.parametrize("tool", [labelstudio, cvat, coco], ids=lambda tool: tool.NAME)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_comes_back_unchanged_is_what_was_shown(tool: ModuleType, orientation: int, tmp_path: Path):
    of = project(tool.NAME, orientation)
    answers = read(tool, of, returned(tool.write(of), tmp_path))
    first, second = answers.given
    assert (first.picture, second.picture) == (of.pictures[0].sha256, of.pictures[1].sha256)
    assert first.class_ids.tolist() == [1, 2] and len(second) == 0 and answers.counts == {}
    np.testing.assert_allclose(first.boxes_xyxy, [CAR, TRUCK], atol=0.0051)  # CVAT has two decimals


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_box_that_is_displayed_and_brought_back_is_where_it_was(orientation: int):
    shown = to_displayed(np.array([CAR]), (100, 200), orientation)
    height, width = displayed_hw((100, 200), orientation)
    assert (shown >= 0).all() and (shown[0, 2:] <= (width, height)).all()
    np.testing.assert_allclose(from_displayed(shown, (100, 200), orientation), [CAR])


def test_a_picture_turned_to_the_right_is_displayed_with_its_left_edge_on_top():
    # Orientation 6: the stored rows are the displayed columns, from right to left.
    assert to_displayed(np.array([CAR]), (100, 200), 6).tolist() == [[60.0, 10.0, 80.0, 60.0]]


def test_label_studio_gets_one_prediction_a_picture_with_what_is_known_of_it_as_data():
    first, second = json.loads(labelstudio.write(LABEL_STUDIO)[labelstudio.TASKS])
    assert first["data"] == {
        "image": "/data/local-files/?d=data/a%20b/p%261.jpg",
        "about": "priority 1 · hard · 2 boxes are not sure",
        "task": "vehicle",
        "review": LABEL_STUDIO.id,
        "sha256": LABEL_STUDIO.pictures[0].sha256,
        "priority": 1,
        "score": 0.75,
        "cost": 2.0,
        "difficulty": "hard",
        "uncertainty": 0.5,
    }
    (prediction,) = first["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("vehicle:v1", 0.65)
    sure, unsure = prediction["result"]
    assert sure["value"] == {
        "x": 5.0, "y": 20.0, "width": 25.0, "height": 20.0, "rotation": 0, "rectanglelabels": ["car"]
    }  # fmt: skip
    assert "meta" not in sure and unsure["meta"] == {"text": ["vehicle:v1 is not sure: 0.40"]}
    assert "predictions" not in second


def test_the_labeling_config_asks_for_every_class_in_a_colour_of_its_own():
    view = ElementTree.fromstring(labelstudio.labeling_config(LABEL_STUDIO))
    labels = [(each.get("value"), each.get("background")) for each in view.iter("Label")]
    assert labels == [("car", "#2579e8"), ("truck", "#f08c14")]
    odd = Project('a "<&> task', {"x": 1}, "labelstudio", {}, ())
    assert ElementTree.fromstring(labelstudio.labeling_config(odd)).find("Header").get("value").startswith('a "<&>')


def test_an_address_of_ones_own_may_stand_before_the_names():
    first, _ = json.loads(labelstudio.write(LABEL_STUDIO, "http://files/")[labelstudio.TASKS])
    assert first["data"]["image"] == "http://files/data/a%20b/p%261.jpg"


def test_cvat_gets_its_labels_and_facts_as_attributes():
    files = cvat.write(CVAT)
    labels = json.loads(files[cvat.LABELS])
    assert [(each["name"], each["type"]) for each in labels] == [
        ("car", "rectangle"), ("truck", "rectangle"), ("about this picture", "tag")
    ]  # fmt: skip
    image = ElementTree.fromstring(files[cvat.ANNOTATIONS]).find("image")
    facts = {each.get("name"): each.text for each in image.find("tag")}
    assert (facts["review"], facts["uncertainty"], facts["difficulty"]) == (CVAT.id, "0.5", "hard")
    box = image.find("box")
    assert [box.get(edge) for edge in ("xtl", "ytl", "xbr", "ybr")] == ["10.00", "20.00", "60.00", "40.00"]
    assert {each.get("name"): each.text for each in box} == {"score": "0.9", "source": "vehicle:v1", "unsure": "false"}
    assert files[cvat.PICTURES].decode() == "data/a b/p&1.jpg\ndata/a b/p&2.jpg\n"


def test_coco_carries_what_is_known_beside_its_own_keys():
    content = json.loads(coco.write(COCO)[coco.ANNOTATIONS])
    assert [each["difficulty"] for each in content["images"]] == ["hard", "hard"]
    assert content["annotations"][1] == {
        "id": 2, "image_id": 1, "category_id": 2, "bbox": [100.0, 30.0, 60.5, 60.25], "area": 3645.125,
        "iscrowd": 0, "score": 0.4, "source": "vehicle:v1", "unsure": True,
    }  # fmt: skip


def changed(tool: ModuleType, of: Project, folder: Path, change) -> Path:
    """An export that somebody changed: of JSON the value, of XML the root is handed to ``change``."""
    path = returned(tool.write(of), folder)
    if path.suffix == ".xml":
        root = ElementTree.fromstring(path.read_bytes())
        change(root)
        path.write_bytes(ElementTree.tostring(root))
    else:
        value = json.loads(path.read_text())
        change(value)
        path.write_text(json.dumps(value))
    return path


def refused(tool: ModuleType, of: Project, folder: Path, change) -> str:
    path = changed(tool, of, folder, change)
    with pytest.raises(LabelError) as raised:
        read(tool, of, path)
    return str(raised.value).replace(str(path), "EXPORT").replace(of.id, "OURS")


def first_region(value: list) -> dict:
    return value[0]["annotations"][0]["result"][0]


def test_unknown_classes_are_all_named(tmp_path: Path):
    def rename(value: list) -> None:
        first_region(value)["value"]["rectanglelabels"] = ["cars"]
        value[0]["annotations"][0]["result"][1]["value"]["rectanglelabels"] = ["dog"]

    assert refused(labelstudio, LABEL_STUDIO, tmp_path, rename) == (
        "EXPORT: task 0: unknown class 'cars'\n"
        "  expected: one of car, truck\n"
        "  fix:      did you mean 'car'?\n\n"
        "EXPORT: task 0: unknown class 'dog'\n"
        "  expected: one of car, truck\n"
        "  fix:      correct the labels in the annotation tool and export again"
    )
    text = refused(cvat, CVAT, tmp_path, lambda root: root.find("image/box").set("label", "cars"))
    assert text.startswith("EXPORT: data/a b/p&1.jpg: unknown class 'cars'")
    text = refused(coco, COCO, tmp_path, lambda value: value["categories"][0].update(name="cars"))
    assert text.startswith("EXPORT: annotation 1: unknown class 'cars'")


def test_answers_to_another_project_are_refused(tmp_path: Path):
    other = "0123456789abcdef"
    expected = (
        "these are answers to another review project\n"
        f"  got:      {other}{{more}}\n"
        "  expected: OURS\n"
        "  fix:      give the export of this project, or the folder that the other one was written to"
    )

    def rename(root) -> None:
        for fact in root.findall("image/tag/attribute[@name='review']"):
            fact.text = other

    text = refused(labelstudio, LABEL_STUDIO, tmp_path, lambda value: value[0]["data"].update(review=other))
    assert text == "EXPORT: task 0: " + expected.format(more=", task vehicle")
    assert refused(cvat, CVAT, tmp_path, rename).startswith("EXPORT: data/a b/p&1.jpg: " + expected.format(more=""))
    text = refused(coco, COCO, tmp_path, lambda value: value["info"].update(review=other))
    assert text == "EXPORT: " + expected.format(more="")


@pytest.mark.parametrize("tool", [cvat, coco], ids=lambda tool: tool.NAME)
def test_pictures_of_another_name_are_refused(tool: ModuleType, tmp_path: Path):
    def rename(value) -> None:
        if isinstance(value, dict):
            value["images"][0].update(file_name="x.jpg", sha256="")
        else:
            value.find("image").set("name", "x.jpg")

    assert refused(tool, project(tool.NAME), tmp_path, rename).startswith(
        "EXPORT: x.jpg: its picture is not of this project"
    )


@pytest.mark.parametrize("tool", [labelstudio, cvat, coco], ids=lambda tool: tool.NAME)
def test_a_picture_that_is_there_twice_is_refused(tool: ModuleType, tmp_path: Path):
    def twice(value) -> None:
        if isinstance(value, dict):
            value["images"].append({**value["images"][0], "id": 9})
        else:
            value.append(value[0] if isinstance(value, list) else value.find("image"))

    assert "in the export twice" in refused(tool, project(tool.NAME), tmp_path, twice)


@pytest.mark.parametrize("tool", [labelstudio, cvat, coco], ids=lambda tool: tool.NAME)
def test_a_picture_of_another_size_is_refused(tool: ModuleType, tmp_path: Path):
    def resize(value) -> None:
        if isinstance(value, list):
            first_region(value)["original_width"] = 100
        elif isinstance(value, dict):
            value["images"][0]["width"] = 100
        else:
            value.find("image").set("width", "100")

    text = refused(tool, project(tool.NAME), tmp_path, resize)
    assert "boxes were drawn on a picture of another size\n  got:      100 x 100\n  expected: 200 x 100" in text


def test_turned_boxes_come_back_as_the_upright_boxes_around_them(tmp_path: Path):
    # Label Studio turns about the upper left corner: 50 x 20 at (10, 20), a quarter to the right.
    path = changed(labelstudio, LABEL_STUDIO, tmp_path, lambda v: first_region(v)["value"].update(rotation=90))
    answers = read(labelstudio, LABEL_STUDIO, path)
    assert answers.counts == {"rotated": 1}
    np.testing.assert_allclose(answers.given[0].boxes_xyxy[0], (-10, 20, 10, 70), atol=1e-9)
    # CVAT about the center (35, 30).
    path = changed(cvat, CVAT, tmp_path, lambda root: root.find("image/box").set("rotation", "90"))
    answers = read(cvat, CVAT, path)
    assert answers.counts == {"rotated": 1}
    np.testing.assert_allclose(answers.given[0].boxes_xyxy[0], (25, 5, 45, 55), atol=1e-9)

    # By 45 degrees a square of 10 becomes one of its diagonal.
    def square(root) -> None:
        for edge, value in zip(("xtl", "ytl", "xbr", "ybr", "rotation"), ("10", "10", "20", "20", "45")):
            root.find("image/box").set(edge, value)

    box = read(cvat, CVAT, changed(cvat, CVAT, tmp_path, square)).given[0].boxes_xyxy
    half = 10 / 2**0.5
    assert paired_iou(box[:1], np.array([[15 - half, 15 - half, 15 + half, 15 + half]]))[0] > 0.999


def test_label_studio_tasks_that_were_skipped_or_not_submitted_have_no_answer(tmp_path: Path):
    def skip(value: list) -> None:
        value[0]["annotations"][0]["was_cancelled"] = True
        value[1]["annotations"] = []

    path = changed(labelstudio, LABEL_STUDIO, tmp_path, skip)
    assert read(labelstudio, LABEL_STUDIO, path).given == ()


def test_regions_that_are_no_boxes_are_refused(tmp_path: Path):
    text = refused(labelstudio, LABEL_STUDIO, tmp_path, lambda v: first_region(v).update(type="polygonlabels"))
    assert text == (
        "EXPORT: task 0: a region that is no box\n  got:      polygonlabels ['car']\n"
        "  expected: a rectangle with one class"
    )
    text = refused(cvat, CVAT, tmp_path, lambda root: ElementTree.SubElement(root.find("image"), "polygon"))
    assert "shapes that are no boxes\n  got:      polygon" in text
    text = refused(coco, COCO, tmp_path, lambda value: value["annotations"][0].update(bbox=[1, 2, 3]))
    assert "a box is not four finite numbers\n  got:      [1, 2, 3]" in text


@pytest.mark.parametrize("tool", [labelstudio, cvat, coco], ids=lambda tool: tool.NAME)
def test_files_of_another_format_are_refused(tool: ModuleType, tmp_path: Path):
    for content in ("", "[1, 2]", "{}", "<a/>", '[{"image": "x"}]'):
        path = tmp_path / "export"
        path.write_text(content)
        with pytest.raises(LabelError, match="export|is no"):
            read(tool, project(tool.NAME), path)
    with pytest.raises(LabelError, match="cannot be read: No such file"):
        read(tool, project(tool.NAME), tmp_path / "nothing")
