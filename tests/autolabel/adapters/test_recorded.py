from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.autolabel.labelers import WHERE, gray, make_version
from tests.real_data import real
from unify.autolabel.labeler import AutoLabeler
from unify.autolabel.load import load_autolabeler, read_spec
from unify.core.predictions import Failure, PictureKey, Prediction
from unify.errors import AutoLabelerError, UnifyError


def key(name: str) -> PictureKey:
    return PictureKey(f"{name}.jpg", hashlib.sha256(name.encode()).hexdigest())


def detection(image_id: int | str, category_id: int = 1, score: float = 0.5) -> dict:
    return {"image_id": image_id, "category_id": category_id, "bbox": [10, 20, 30, 40], "score": score}


def load(folder: Path, results: object, **options) -> AutoLabeler:
    (folder / "results.json").write_text(results if isinstance(results, str) else json.dumps(results))
    return load_autolabeler(make_version("recorded", path=folder / "results.json", **options), folder)


def found(labeler: AutoLabeler, *names: str) -> list[int | str]:
    results = labeler.predict([gray() for _ in names], [key(name) for name in names])
    return [len(each) if isinstance(each, Prediction) else each.reason for each in results]


def test_a_picture_is_known_by_its_name_its_digest_or_its_number(tmp_path: Path):
    number = int(key("c").sha256[:16], 16) >> 1  # the id of `unify export --to coco`
    labeler = load(tmp_path, [detection("a.jpg"), detection(key("b").sha256), detection(number), detection(number)])
    assert found(labeler, "a", "b", "c") == [1, 1, 2]


def test_numbers_mean_the_pictures_of_a_coco_file(tmp_path: Path):
    images = {
        "images": [{"id": 7, "file_name": "a.jpg", "width": 9}, {"id": 8, "file_name": "b.jpg"}],
        "annotations": [],
    }
    (tmp_path / "images.json").write_text(json.dumps(images))
    labeler = load(tmp_path, [detection(7)], images="images.json")
    assert labeler.files == (tmp_path / "results.json", tmp_path / "images.json")
    assert "images" not in labeler.recipe["options"]
    assert found(labeler, "a", "b", "c") == [1, 0, "not among the recorded pictures"]


def test_a_picture_that_was_not_recorded_is_no_empty_picture_unless_said_so(tmp_path: Path):
    assert found(load(tmp_path, [detection("a.jpg")]), "z") == ["not among the recorded pictures"]
    assert found(load(tmp_path, [detection("a.jpg")], unlisted="empty"), "z") == [0]


def test_boxes_are_corners_and_classes_count_from_one(tmp_path: Path):
    labeler = load(tmp_path, [detection("a.jpg", 1, 0.25), detection("a.jpg", 2, 0.5)])
    (prediction,) = labeler.predict([gray()], [key("a")])
    assert prediction.boxes_xyxy.tolist() == [[10, 20, 40, 60]] * 2
    assert (prediction.scores.tolist(), prediction.classes.tolist()) == ([0.5, 0.25], [1, 0])


def test_categories_have_the_names_that_the_options_give_them(tmp_path: Path):
    options = {"class_names": {"person": 1, "automobile": 3, "truck": 8}, "class_map": {"automobile": "car"}}
    results = [detection("a.jpg", category, 0.5) for category in (1, 3, 8, 90)]
    (prediction,) = load(tmp_path, results, **options).predict([gray()], [key("a")])
    assert prediction.classes.tolist() == [0, 1]


def test_without_keys_every_picture_fails(tmp_path: Path):
    (failure,) = load(tmp_path, [detection("a.jpg")]).predict([gray()])
    assert failure == Failure("ValueError: recorded detections are looked up by the picture's name, and it has none")


def test_message_of_an_unknown_category(tmp_path: Path):
    with pytest.raises(AutoLabelerError) as caught:
        found(load(tmp_path, [detection("a.jpg", 3)]), "a")
    assert str(caught.value) == (
        f"{WHERE}: auto-labeler 'vehicle:v1' answered the number of a class that it does not declare\n"
        "  got:      3\n"
        "  expected: 0 to 2\n"
        "  fix:      set 'first_class' to the results' number of the first class, "
        "or name their classes in 'class_names'"
    )


@pytest.mark.parametrize(
    ("content", "got"),
    [
        ("[{]", "JSON is malformed: object keys must be strings (byte 2)"),
        (
            '[{"image_id": 1, "category_id": 1, "bbox": [1, 2], "score": 1}]',
            "Expected `array` of length 4 - at `$[0].bbox`",
        ),
        ('{"images": []}', "Expected `array`, got `object`"),
    ],
)
def test_message_of_a_file_that_is_none(tmp_path: Path, content: str, got: str):
    with pytest.raises(UnifyError) as caught:
        load(tmp_path, content)
    assert str(caught.value) == (
        f"{tmp_path}/results.json: is not what the adapter 'recorded' replays\n"
        f"  got:      {got}\n"
        "  expected: a list of {image_id, category_id, bbox: [x, y, w, h], score}\n"
        "  fix:      write the file again"
    )


def test_a_coco_file_that_is_missing_is_told(tmp_path: Path):
    (tmp_path / "results.json").write_text("[]")
    with pytest.raises(UnifyError, match="has no COCO file where its option 'images' says"):
        read_spec(make_version("recorded", path=tmp_path / "results.json", images="no.json"), tmp_path)


def test_the_recorded_detections_of_indoor_are_replayed(tmp_path: Path):
    folder = real("indoor")
    classes: dict[str, int] = {}
    results = []
    for path in sorted((folder / "detection-results").glob("*.txt")):
        for line in path.read_text().splitlines():
            name, score, *corners = line.split()
            x1, y1, x2, y2 = map(float, corners)
            results.append(
                {
                    "image_id": path.stem + ".jpg",
                    "category_id": classes.setdefault(name, len(classes) + 1),
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "score": float(score),
                }
            )
    (tmp_path / "results.json").write_text(json.dumps(results))
    version = make_version("recorded", list(classes), tmp_path / "results.json", unlisted="empty")
    names = sorted({entry["image_id"] for entry in results})
    predictions = load_autolabeler(version, tmp_path).predict(
        [gray((2000, 2000))] * len(names), [PictureKey(name, "0" * 64) for name in names]
    )
    assert sum(map(len, predictions)) == len(results) == 494
