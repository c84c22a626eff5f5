"""Boxes that do not fit: which go, and what then is known of their classes."""

import numpy as np

from tests.records.scenes import encode, noise
from tests.records.tables import BoxRow, ExampleRow, write_dataset
from tests.records.tensorflow import needs_tensorflow
from unify.core.types import PictureFormat
from unify.records.reader import load


def element_of(tmp_path, max_boxes, **knowledge):
    row = ExampleRow(encode(noise(0)), "a.png", image_hw=(24, 32), format=PictureFormat.PNG, **knowledge)
    write_dataset(tmp_path / "dataset", tmp_path / "pictures", {"train": [[row]]})
    (element,) = load(tmp_path / "dataset", max_boxes=max_boxes).as_numpy_iterator()
    return element


@needs_tensorflow
def test_the_heaviest_stay_in_their_order_and_equals_first_come(tmp_path):
    weights = [0.5, 1.0, 0.25, 1.0, 0.5]
    boxes = [BoxRow((0, 0, 1, 1 + number), 1, weight=weight) for number, weight in enumerate(weights)]
    element = element_of(tmp_path, 3, labeled={1: 1.0}, boxes=boxes)
    assert element["weights"].tolist() == [0.5, 1.0, 1.0]
    np.testing.assert_allclose(element["boxes"][:, 2], np.array([1, 2, 4]) / 24)
    assert (element["num_boxes"], element["dropped_boxes"]) == (3, 2)


@needs_tensorflow
def test_the_class_of_a_dropped_box_is_incomplete_and_no_other(tmp_path):
    boxes = [BoxRow((0, 0, 9, 9), 1), BoxRow((0, 0, 9, 9), 2), BoxRow((0, 0, 9, 9), 2, weight=0.5)]
    element = element_of(tmp_path, 2, labeled={1: 1.0, 2: 1.0, 3: 0.75}, incomplete=frozenset({5}), boxes=boxes)
    assert element["classes"].tolist() == [1, 2]
    assert element["labeled"].tolist() == [True, False, True, False, False]
    assert element["incomplete"].tolist() == [False, True, False, False, True]
    assert element["absence_weights"].tolist() == [1.0, 0.0, 0.75, 0.0, 0.0]


@needs_tensorflow
def test_what_fits_changes_nothing(tmp_path):
    boxes = [BoxRow((0, 0, 9, 9), 1, weight=0.0), BoxRow((0, 0, 9, 9), 2)]
    element = element_of(tmp_path, 2, labeled={1: 1.0, 2: 1.0}, boxes=boxes)
    assert element["classes"].tolist() == [1, 2]
    assert element["labeled"].tolist() == [True, True, False, False, False]
    assert (element["num_boxes"], element["dropped_boxes"]) == (2, 0)


@needs_tensorflow
def test_no_boxes_at_all_is_all_padding(tmp_path):
    element = element_of(tmp_path, 2, labeled={1: 1.0})
    assert element["classes"].tolist() == [0, 0]
    assert element["sources"].tolist() == [b"", b""]
    assert (element["num_boxes"], element["dropped_boxes"]) == (0, 0)
