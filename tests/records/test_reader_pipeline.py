"""Elements against the records they come from, as the decoder without TensorFlow reads them."""

import numpy as np
import pytest

from tests.records.scenes import encode, noise
from tests.records.tables import BoxRow, ExampleRow, write_dataset
from tests.records.tensorflow import needs_tensorflow
from unify.core.types import PictureFormat
from unify.records.decode import iterate_examples
from unify.records.reader import load

PER_BOX = {
    "boxes": "boxes_yxyx_frac",
    "classes": "class_ids",
    "weights": "weight",
    "box_weights": "box_weight",
    "scores": "score",
    "is_crowd": "crowd",
    "difficult": "difficult",
}
HW = (24, 32)


def row(number, **knowledge):
    return ExampleRow(encode(noise(number)), f"ü{number}.png", image_hw=HW, format=PictureFormat.PNG, **knowledge)


ROWS = [
    row(0, labeled={1: 1.0, 2: 1.0}, boxes=[BoxRow((1, 2, 9, 20), 1), BoxRow((0, 0, 32, 24), 1, crowd=True)]),
    row(1, labeled={5: 1.0}),
    row(
        2,
        labeled={3: 0.25, 1: 1.0},
        incomplete=frozenset({2, 5}),
        boxes=[
            BoxRow((3, 3, 30, 9.5), 3, weight=0.5, box_weight=0.25, score=0.75, source=1),
            BoxRow((3, 3, 4, 4), 5, difficult=True),
            BoxRow((0, 0, 1, 1), 2, weight=0.0),
        ],
    ),
]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pipeline")
    write_dataset(folder / "dataset", folder / "pictures", {"train": [ROWS]})
    return folder / "dataset"


def mask(ids):
    return np.isin(np.arange(5) + 1, ids)


def check(element, example):
    """An example's fields, whatever became of its picture; ragged rows already cut."""
    assert element["picture"] == example.sha256.encode()
    assert element["source_id"] == str(example.source_id).encode()
    assert element["filename"] == example.filename.encode()
    np.testing.assert_array_equal(element["image_hw"], example.image_hw)
    for key, field in PER_BOX.items():
        expected = getattr(example, field)
        np.testing.assert_array_equal(element[key], expected)
        assert element[key].dtype == expected.dtype, key
    assert [source.decode() for source in element["sources"]] == list(example.source)
    np.testing.assert_array_equal(element["labeled"], mask(example.labeled_ids))
    np.testing.assert_array_equal(element["incomplete"], mask(example.incomplete_ids))
    expected = np.zeros(5, np.float32)
    expected[example.labeled_ids - 1] = example.labeled_weight
    np.testing.assert_array_equal(element["absence_weights"], expected)


def rows_of(batch):
    """The examples of a ragged batch as dicts of arrays."""
    size = batch["picture"].shape[0]
    return [{key: value[index].numpy() for key, value in batch.items()} for index in range(size)]


@needs_tensorflow
def test_single_examples_are_the_records(dataset):
    elements = list(load(dataset).as_numpy_iterator())
    assert len(elements) == 3
    for element, example, number in zip(elements, iterate_examples(dataset), range(3)):
        check(element, example)
        np.testing.assert_array_equal(element["image"], noise(number))


@needs_tensorflow
def test_encoded_pictures_are_the_bytes_of_the_record(dataset):
    elements = load(dataset, decode=False).as_numpy_iterator()
    (batch,) = load(dataset, decode=False, batch_size=3)
    for element, from_batch, example in zip(elements, rows_of(batch), iterate_examples(dataset)):
        check(element, example)
        check(from_batch, example)
        assert element["encoded"] == from_batch["encoded"] == example.encoded


@needs_tensorflow
def test_ragged_batches_are_the_records(dataset):
    elements = [element for batch in load(dataset, batch_size=2, image_hw=HW) for element in rows_of(batch)]
    for element, example, number in zip(elements, iterate_examples(dataset), range(3), strict=True):
        check(element, example)
        np.testing.assert_array_equal(element["image"], noise(number))


@needs_tensorflow
def test_padded_batches_are_ragged_ones_filled_up(dataset):
    (ragged,) = load(dataset, batch_size=3, image_hw=HW)
    (padded,) = load(dataset, batch_size=3, image_hw=HW, max_boxes=4)
    assert padded["num_boxes"].numpy().tolist() == [2, 0, 3]
    assert padded["dropped_boxes"].numpy().tolist() == [0, 0, 0]
    for key, value in ragged.items():
        if key in (*PER_BOX, "sources"):
            assert padded[key].shape[1] == 4
            value = value.to_tensor(shape=padded[key].shape)
        np.testing.assert_array_equal(padded[key], value)


@needs_tensorflow
@pytest.mark.parametrize(("max_boxes", "resize"), [(2, "stretch"), (4, "letterbox")])
def test_padded_singles_are_padded_batches_taken_apart(dataset, max_boxes, resize):
    options = {"image_hw": (20, 20), "max_boxes": max_boxes, "resize": resize}
    (batch,) = load(dataset, batch_size=3, **options)
    singles = load(dataset, **options)
    assert set(batch) == set(singles.element_spec)
    for element, expected in zip(singles.as_numpy_iterator(), rows_of(batch), strict=True):
        for key, value in expected.items():
            np.testing.assert_array_equal(element[key], value)


@needs_tensorflow
def test_letterboxed_singles_are_letterboxed_batches_taken_apart(dataset):
    options = {"image_hw": (20, 20), "resize": "letterbox"}
    (batch,) = load(dataset, batch_size=3, **options)
    for element, expected in zip(load(dataset, **options).as_numpy_iterator(), rows_of(batch), strict=True):
        for key, value in expected.items():
            np.testing.assert_array_equal(element[key], value)


@needs_tensorflow
def test_more_examples_than_a_chunk_come_through(tmp_path):
    rows = [row(0, labeled={1: 1.0}, boxes=[BoxRow((0, 0, 9, 9), 1)] * (number % 3)) for number in range(70)]
    write_dataset(tmp_path / "dataset", tmp_path / "pictures", {"train": [rows]})
    counts = [len(element["classes"]) for element in load(tmp_path / "dataset").as_numpy_iterator()]
    assert counts == [number % 3 for number in range(70)]


@needs_tensorflow
def test_every_key_is_in_the_docstring(dataset):
    batch = load(dataset, batch_size=3, image_hw=HW, resize="letterbox", max_boxes=4).element_spec
    for key in {*batch, *load(dataset, decode=False).element_spec}:
        assert f"`{key}`" in load.__doc__
