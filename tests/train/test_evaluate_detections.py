"""What a results file may say, and what is answered to the rest of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.train.evaluate_cases import CAR, LEFT, make_detections, make_truth
from unify.errors import UnifyError
from unify.train.evaluate import Detections, read_detections
from unify.train.evaluate.placed import place_detections

GOOD = {"image_id": 1, "category_id": 2, "bbox": [1, 2, 3.5, 4], "score": 0.5}
SHAPE = "a list of {image_id, category_id, bbox: [x, y, width, height] in pixels, score}"


def write(folder: Path, content: object) -> Path:
    path = folder / "results.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def message_of(path: Path) -> str:
    with pytest.raises(UnifyError) as caught:
        read_detections(path)
    return str(caught.value).replace(str(path), "results.json")


def test_a_results_file_as_detectors_write_it(tmp_path: Path):
    rows = [GOOD, {**GOOD, "image_id": "ab" * 32, "segmentation": [], "score": 1}]
    found = read_detections(write(tmp_path, rows))
    assert found.picture_ids == [1, "ab" * 32]
    assert found.class_ids.tolist() == [2, 2]
    assert found.boxes_xywh_px.tolist() == [[1.0, 2.0, 3.5, 4.0]] * 2
    assert found.scores.tolist() == [0.5, 1.0]


def test_a_detector_may_find_nothing(tmp_path: Path):
    found = read_detections(write(tmp_path, []))
    assert len(found) == 0 and found.boxes_xywh_px.shape == (0, 4)


def test_no_such_file(tmp_path: Path):
    assert message_of(tmp_path / "results.json") == (
        "results.json: the detections cannot be read: No such file or directory\n"
        "  fix:      give the results file that the detector wrote"
    )


def test_invalid_json_is_told_by_line_and_column(tmp_path: Path):
    assert message_of(write(tmp_path, '[\n  {"image_id": 1,,}\n]')) == (
        "results.json:2:18: is not JSON: Expecting property name enclosed in double quotes\n"
        "  fix:      write the results again; the file may have been cut short"
    )


def test_bytes_that_are_no_text(tmp_path: Path):
    path = tmp_path / "results.json"
    path.write_bytes(b'[{"image_id": "\xff"}]')
    assert "is not UTF-8 text: invalid start byte at byte 15" in message_of(path)


def test_annotations_in_place_of_results(tmp_path: Path):
    assert message_of(write(tmp_path, {"images": [], "annotations": []})) == (
        "results.json: is not a COCO results file\n"
        "  got:      an object with the keys images, annotations\n"
        f"  expected: {SHAPE}\n"
        "  fix:      give the detector's results, not the annotations"
    )


def test_every_wrong_entry_is_told_at_once(tmp_path: Path):
    no_score = {key: value for key, value in GOOD.items() if key != "score"}
    assert message_of(write(tmp_path, [no_score, GOOD, {**GOOD, "bbox": [1, 2, 3]}, {**GOOD, "score": None}])) == (
        "results.json: entry 0 is not a detection\n"
        "  got:      Object missing required field score\n"
        f"  expected: {SHAPE}\n\n"
        "results.json: entry 2 is not a detection\n"
        "  got:      bbox: Expected array of length 4, got 3\n"
        f"  expected: {SHAPE}\n\n"
        "results.json: entry 3 is not a detection\n"
        "  got:      score: Expected float, got null\n"
        f"  expected: {SHAPE}"
    )


def test_a_file_that_is_wrong_throughout_is_told_briefly(tmp_path: Path):
    message = message_of(write(tmp_path, [{}] * 25))
    assert message.count("is not a detection") == 10 and message.endswith("and 15 more wrong entries")


def test_columns_of_unequal_length():
    with pytest.raises(UnifyError) as caught:
        Detections([1, 2], np.ones(2, int), np.ones((2, 3)), np.ones(1))
    assert str(caught.value) == (
        "detections: boxes_xywh_px has the wrong shape\n  got:      (2, 3)\n  expected: (2, 4)\n\n"
        "detections: scores has the wrong shape\n  got:      (1,)\n  expected: (2,)"
    )


def test_values_that_cannot_be_evaluated_are_told_all_at_once():
    found = make_detections(
        [
            (3, CAR, LEFT, 0.5),
            ("ab", CAR, LEFT, 0.5),
            (1, 0, LEFT, 0.5),
            (1, CAR, LEFT, float("nan")),
            (1, CAR, (0.0, 0.0, float("inf"), 4.0), 0.5),
            (2, CAR, (9.0, 9.0, -2.0, 4.0), 0.5),
            (2, CAR, LEFT, 0.5),
        ]
    )
    with pytest.raises(UnifyError) as caught:
        place_detections(found, make_truth([{}, {}]))
    assert str(caught.value) == (
        "detections: detections on pictures that are not in the split: 2\n"
        "  got:      image_id 3, 'ab'\n"
        "  expected: 1 to 2, or a picture's sha256\n"
        "  fix:      take the ids that 'unify export --to coco --split SPLIT' gives this split, or the sha256 beside "
        "them\n\n"
        "detections: detections of classes that the dataset does not have: 1\n"
        "  got:      category_id 0\n"
        "  expected: 1 car, 2 truck, 3 pedestrian\n"
        "  fix:      map the detector's classes to the ids of the dataset's label_map.csv\n\n"
        "detections: detections with a score that is not a number: 1\n"
        "  got:      nan in entry 3\n"
        "  expected: a finite score\n\n"
        "detections: detections with a box that is not made of numbers: 1\n"
        "  got:      [0.0, 0.0, inf, 4.0] in entry 4\n"
        "  expected: finite pixels\n\n"
        "detections: detections with a negative size: 1\n"
        "  got:      [9.0, 9.0, -2.0, 4.0] in entry 5\n"
        "  expected: [x, y, width, height] in pixels\n\n"
        "none of 7 detections was evaluated"
    )


def test_nan_in_a_file_reaches_the_check_of_values(tmp_path: Path):
    found = read_detections(write(tmp_path, [{**GOOD, "score": float("nan")}]))
    with pytest.raises(UnifyError, match="results.json: detections with a score that is not a number: 1"):
        place_detections(found, make_truth([{}]))


def test_a_class_id_beyond_all_integers(tmp_path: Path):
    assert "category_id: Expected int <= 2147483647" in message_of(write(tmp_path, [{**GOOD, "category_id": 10**30}]))
