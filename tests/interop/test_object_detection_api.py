"""The TF Object Detection API's decoder reads our shards, the states included."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.interop.conftest import Ask
from tests.interop.expected import assert_same_boxes, assert_same_pixels, by_source_id
from tests.interop.scene import IDS_WITH_GAPS, Picture

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def answer(ask: Ask, dataset_with_gaps: Path) -> list[tuple[dict, Picture]]:
    pictures = by_source_id("train")
    environment = {"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"}
    examples = ask("object_detection_api", dataset_with_gaps, "train", **environment)
    assert sorted(example["source_id"] for example in examples) == sorted(pictures)
    return [(example, pictures[example["source_id"]]) for example in examples]


def ids_of(names: set[str]) -> list[int]:
    return sorted(IDS_WITH_GAPS[name] for name in names)


def test_pixels_and_size(answer: list):
    for example, picture in answer:
        assert tuple(example["original_image_spatial_shape"]) == picture.image_hw
        assert example["filename"] == picture.name
        assert_same_pixels(example["image"], picture)


def test_boxes_classes_and_weights(answer: list):
    for example, picture in answer:
        height, width = picture.image_hw
        yxyx = np.array(example["groundtruth_boxes"]).reshape(-1, 4)
        assert_same_boxes(yxyx[:, [1, 0, 3, 2]] * [width, height, width, height], picture)
        assert example["groundtruth_classes"] == [IDS_WITH_GAPS[box.name] for box in picture.boxes]
        assert example["groundtruth_is_crowd"] == [box.crowd for box in picture.boxes]
        assert example["groundtruth_difficult"] == [0] * len(picture.boxes)
        assert example["groundtruth_weights"] == [1.0] * len(picture.boxes)


def test_image_classes_are_the_labeled_ones(answer: list):
    for example, picture in answer:
        present = {box.name for box in picture.boxes}
        assert example["groundtruth_image_classes"] == ids_of(set(picture.labeled))
        of_id = {class_id: name for name, class_id in IDS_WITH_GAPS.items()}
        confidences = [float(of_id[class_id] in present) for class_id in example["groundtruth_image_classes"]]
        assert example["groundtruth_image_confidences"] == confidences


def test_negative_and_not_exhaustive_classes(answer: list):
    for example, picture in answer:
        present = {box.name for box in picture.boxes}
        assert example["groundtruth_verified_neg_classes"] == ids_of(set(picture.labeled) - present)
        assert example["groundtruth_not_exhaustive_classes"] == ids_of(set(picture.incomplete) & present)
