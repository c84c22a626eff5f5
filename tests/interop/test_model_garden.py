"""TF Model Garden reads our shards with its decoders, parser and input pipeline as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.interop.conftest import Ask
from tests.interop.expected import assert_same_boxes, assert_same_pixels, by_source_id
from tests.interop.scene import IDS_WITH_GAPS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["train", "val"])
def split(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def answer(ask: Ask, dataset_with_gaps: Path, split: str) -> dict:
    return ask("model_garden", dataset_with_gaps, split)


def test_decoder_reads_every_picture_once(answer: dict, split: str):
    ids = [example["source_id"] for example in answer["decoded"]]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(by_source_id(split))


def test_decoder_gives_the_registered_pixels(answer: dict, split: str):
    for example in answer["decoded"]:
        picture = by_source_id(split)[example["source_id"]]
        assert (example["height"], example["width"]) == picture.image_hw
        assert_same_pixels(example["image"], picture)


def test_decoder_gives_the_boxes_and_classes(answer: dict, split: str):
    for example in answer["decoded"]:
        picture = by_source_id(split)[example["source_id"]]
        height, width = picture.image_hw
        yxyx = np.array(example["groundtruth_boxes"]).reshape(-1, 4)
        assert_same_boxes(yxyx[:, [1, 0, 3, 2]] * [width, height, width, height], picture)
        assert example["groundtruth_classes"] == [IDS_WITH_GAPS[box.name] for box in picture.boxes]
        assert example["groundtruth_is_crowd"] == [box.crowd for box in picture.boxes]


def test_decoder_gives_the_areas(answer: dict, split: str):
    for example in answer["decoded"]:
        picture = by_source_id(split)[example["source_id"]]
        areas = [(x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in (box.xyxy for box in picture.boxes)]
        assert example["groundtruth_area"] == pytest.approx(areas)


def test_label_map_csv_gives_the_same_classes_by_name(answer: dict):
    for example in answer["decoded"]:
        assert example["classes_by_name"] == example["groundtruth_classes"]


def test_evaluation_parser_takes_source_ids_as_numbers(answer: dict, split: str):
    assert {example["source_id"] for example in answer["evaluated"]} == set(by_source_id(split))


def test_evaluation_parser_gives_boxes_in_pixels(answer: dict, split: str):
    for example in answer["evaluated"]:
        picture = by_source_id(split)[example["source_id"]]
        yxyx = np.array(example["boxes_yxyx_px"]).reshape(-1, 4)
        assert_same_boxes(yxyx[:, [1, 0, 3, 2]], picture)
        assert example["classes"] == [IDS_WITH_GAPS[box.name] for box in picture.boxes]
