import numpy as np

from tests.records.tables import BoxRow, ExampleRow, write_dataset
from unify.records.decode import iterate_examples
from unify.records.export_states import ExportedStates, box_fields


def example_of(tmp_path, row):
    write_dataset(tmp_path / "dataset", tmp_path / "pictures", {"train": [[row]]})
    (example,) = iterate_examples(tmp_path / "dataset")
    return example


def test_a_crowd_and_a_box_of_weight_0_are_regions(tmp_path):
    boxes = [BoxRow((0, 0, 9, 9), 1, crowd=True), BoxRow((0, 0, 9, 9), 2, weight=0.0), BoxRow((0, 0, 9, 9), 1)]
    states = ExportedStates(example_of(tmp_path, ExampleRow(labeled={1: 1.0, 2: 1.0, 3: 1.0}, boxes=boxes)))
    assert states.is_region.tolist() == [True, True, False]
    assert states.with_boxes == {1}
    assert states.with_regions == {1, 2}
    assert states.absent == {3}


def test_less_than_full_trust_is_partial_trust(tmp_path):
    states = ExportedStates(example_of(tmp_path, ExampleRow(labeled={1: 1.0, 3: 0.75}, incomplete=frozenset({5}))))
    assert states.labeled == {1, 3}
    assert states.partly_trusted == {3}
    assert states.incomplete == {5}


def test_pixels_are_those_that_were_annotated_to_three_decimals(tmp_path):
    rng = np.random.default_rng(0)
    corners = np.sort(rng.uniform(0, 1, (50, 2, 2)), axis=1) * [4000, 3000]
    boxes = [BoxRow(tuple(np.float32(xyxy).round(2)), 1) for xyxy in corners.reshape(-1, 4)]
    example = example_of(tmp_path, ExampleRow(image_hw=(3000, 4000), labeled={1: 1.0}, boxes=boxes))
    for index, box in enumerate(boxes):
        left, top, right, bottom = box.xyxy
        expected = [left, top, right - left, bottom - top]
        np.testing.assert_allclose(box_fields(example, index)["bbox"], expected, atol=2e-3)


def test_only_a_machines_box_says_where_it_comes_from(tmp_path):
    boxes = [
        BoxRow((10, 20, 60, 50), 1, area=1500.0),
        BoxRow((0, 0, 20, 20), 3, 400.0, weight=0.5, score=0.75, source=1),
    ]
    example = example_of(tmp_path, ExampleRow(labeled={1: 1.0, 3: 0.5}, boxes=boxes))
    assert box_fields(example, 0) == {"category_id": 1, "bbox": [10.0, 20.0, 50.0, 30.0], "area": 1500.0}
    assert box_fields(example, 1) == {
        "category_id": 3,
        "bbox": [0.0, 0.0, 20.0, 20.0],
        "area": 400.0,
        "score": 0.75,
        "weight": 0.5,
        "source": "pedestrian:v3",
    }
