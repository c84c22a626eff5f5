"""What is written is read back by the same reader that reads everybody's COCO files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unify.labels import FORMATS
from unify.scenarios.coco_file import write_coco
from unify.scenarios.truth import Truth

CLASSES = ("car", "truck")


def make_truth(boxes: list[list[float]], names: tuple[str, ...], **more: np.ndarray) -> Truth:
    return Truth("a/one.jpg", (40, 60), np.array(boxes, np.float32).reshape(-1, 4), names, **more)


def written(folder: Path, *truths: Truth) -> dict:
    write_coco(folder / "labels.json", truths, CLASSES)
    return json.loads((folder / "labels.json").read_text())


def test_objects_of_the_classes_are_written_and_no_others(tmp_path: Path):
    boxes = [[1, 2, 11, 7], [0, 0, 5, 5], [3.5, 4, 6, 14.5]]
    content = written(tmp_path, make_truth(boxes, ("truck", "dog", "car")), make_truth([], ()))
    assert content["images"] == [
        {"id": 1, "file_name": "a/one.jpg", "height": 40, "width": 60},
        {"id": 2, "file_name": "a/one.jpg", "height": 40, "width": 60},
    ]
    assert content["categories"] == [{"id": 1, "name": "car"}, {"id": 2, "name": "truck"}]
    truck = {"id": 1, "image_id": 1, "category_id": 2, "bbox": [1, 2, 10, 5], "area": 50, "iscrowd": 0}
    car = {"id": 2, "image_id": 1, "category_id": 1, "bbox": [3.5, 4, 2.5, 10.5], "area": 26.2, "iscrowd": 0}
    assert content["annotations"] == [truck, car]  # 2.5 * 10.5 = 26.25


@given(st.lists(st.integers(0, 400_000), min_size=4, max_size=4))
def test_hundredths_of_a_pixel_survive_float32(tmp_path_factory, hundredths: list[int]):
    x, y, width, height = (value / 100 for value in hundredths)
    truth = make_truth([[x, y, x + width, y + height]], ("car",))
    content = written(tmp_path_factory.mktemp("coco"), truth)
    assert content["annotations"][0]["bbox"] == [x, y, width, height]


def test_stated_areas_and_crowds_are_kept_and_an_unstated_area_is_the_boxs(tmp_path: Path):
    areas, crowd = np.array([33, np.nan], np.float32), np.array([True, False])
    truth = make_truth([[0, 0, 10, 5], [0, 0, 10, 5]], ("car", "car"), areas=areas, crowd=crowd)
    rows = written(tmp_path, truth)["annotations"]
    assert [(row["area"], row["iscrowd"]) for row in rows] == [(33, 1), (50, 0)]


def test_an_object_without_a_place_stays_one(tmp_path: Path):
    nan = float("nan")
    rows = written(tmp_path, make_truth([[0, 0, 10, 5], [nan, nan, nan, nan]], ("car", "truck")))["annotations"]
    assert rows[1] == {"id": 2, "image_id": 1, "category_id": 2, "iscrowd": 0}  # NaN is no JSON
    labels = FORMATS["coco"].read(tmp_path / "labels.json", tmp_path)
    assert np.isnan(labels.boxes_xyxy).all(axis=1).tolist() == [False, True]
    assert [labels.categories[k] for k in labels.box_category] == ["car", "truck"]


def test_a_size_that_nobody_said_is_not_made_up(tmp_path: Path):
    content = written(tmp_path, Truth("x.jpg", (0, 0), np.zeros((0, 4), np.float32), ()))
    assert content["images"] == [{"id": 1, "file_name": "x.jpg"}]
