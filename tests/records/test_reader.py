"""What `load` refuses before TensorFlow is even imported, and the order and cardinality of what it gives."""

import sys

import numpy as np
import pytest

from tests.records.scenes import encode, noise
from tests.records.tables import ExampleRow, write_dataset
from tests.records.tensorflow import needs_tensorflow
from unify.core.types import PictureFormat
from unify.errors import DatasetError, UnifyError
from unify.records.reader import load

SHARDS, PER_SHARD = 3, 4


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reader")
    rows = [
        ExampleRow(
            encode(noise(number)),
            f"{number}.png",
            image_hw=(24, 32),
            format=PictureFormat.PNG,
            labeled={1: 1.0},
        )
        for number in range(SHARDS * PER_SHARD)
    ]
    shards = [rows[at : at + PER_SHARD] for at in range(0, len(rows), PER_SHARD)]
    write_dataset(folder / "dataset", folder / "pictures", {"train": shards, "val": [rows[:1]], "empty": [[]]})
    return folder / "dataset"


def names(elements):
    """File names of all examples, batched or not."""
    return [name.decode() for each in elements.as_numpy_iterator() for name in np.atleast_1d(each["filename"]).tolist()]


IN_ORDER = [f"{number}.png" for number in range(SHARDS * PER_SHARD)]


def test_every_wrong_argument_is_told_at_once(dataset):
    with pytest.raises(UnifyError) as caught:
        load(dataset, batch_size=0, image_hw=(320, 0), resize="letter", max_boxes=0, decode=False, shuffle_buffer=-1)
    assert str(caught.value) == (
        "unify.load: unknown resize\n"
        "  got:      'letter'\n"
        "  expected: stretch or letterbox\n"
        "  fix:      did you mean 'letterbox'?\n"
        "\n"
        "unify.load: batch_size is too small\n"
        "  got:      0\n"
        "  expected: 1 or more\n"
        "\n"
        "unify.load: max_boxes is too small\n"
        "  got:      0\n"
        "  expected: 1 or more\n"
        "\n"
        "unify.load: shuffle_buffer is too small\n"
        "  got:      -1\n"
        "  expected: 1 or more\n"
        "\n"
        "unify.load: image_hw is not a size\n"
        "  got:      (320, 0)\n"
        "  expected: height and width in pixels, both 1 or more\n"
        "\n"
        "unify.load: encoded pictures cannot be resized\n"
        "  got:      image_hw with decode=False\n"
        "  fix:      leave out image_hw, or decode"
    )


def test_batches_of_pictures_of_any_size_need_one_size(dataset):
    with pytest.raises(UnifyError) as caught:
        load(dataset, batch_size=16)
    assert str(caught.value) == (
        "unify.load: pictures of different sizes do not fit into one batch\n"
        "  got:      batch_size=16 without image_hw\n"
        "  fix:      pass image_hw=(height, width), or decode=False, or batch_size=None"
    )


def test_a_folder_that_is_no_dataset_is_told(tmp_path):
    with pytest.raises(DatasetError, match="there is no unified dataset here"):
        load(tmp_path)


def test_an_unknown_split_names_those_there_are(dataset):
    with pytest.raises(DatasetError) as caught:
        load(dataset, "vall")
    assert str(caught.value) == (
        f"{dataset}: the dataset has no split 'vall'\n"
        "  got:      vall\n"
        "  expected: one of: empty, train, val\n"
        "  fix:      did you mean 'val'?"
    )


def test_missing_and_cut_shards_are_told_up_front(tmp_path):
    rows = [ExampleRow(b"\xff\xd8 %d" % number, f"{number}.jpg", labeled={1: 1.0}) for number in range(3)]
    dataset = tmp_path / "dataset"
    write_dataset(dataset, tmp_path / "pictures", {"train": [[row] for row in rows], "val": [rows]})
    first, second, _ = sorted(dataset.glob("train-*"))
    size = second.stat().st_size
    (dataset / "val-00000-of-00001.tfrecord").unlink()  # another split's shards are of no concern
    first.unlink()
    second.write_bytes(second.read_bytes()[:-10])
    with pytest.raises(DatasetError) as caught:
        load(dataset)
    assert str(caught.value) == (
        f"{first}: the shard is missing\n"
        f"  expected: {size:,} bytes\n"
        "  fix:      copy the shard again from where it is whole, or compile again\n"
        "\n"
        f"{second}: the shard is not as long as it was written\n"
        f"  got:      {size - 10:,} bytes\n"
        f"  expected: {size:,} bytes\n"
        "  fix:      copy the shard again from where it is whole, or compile again"
    )


def test_without_tensorflow_the_fix_is_one_command(dataset, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(UnifyError) as caught:
        load(dataset)
    assert str(caught.value) == (
        "unify.load: TensorFlow is not installed\n"
        "  got:      import of tensorflow halted; None in sys.modules\n"
        "  fix:      pip install 'unify-detection[train]'"
    )


@needs_tensorflow
@pytest.mark.parametrize("batch_size", [None, 5])
def test_unshuffled_is_the_order_of_the_records(dataset, batch_size):
    assert names(load(dataset, batch_size=batch_size, image_hw=(8, 8))) == IN_ORDER


@needs_tensorflow
@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, 12), ({"batch_size": 5}, 3), ({"batch_size": 5, "drop_remainder": True}, 2)],
)
def test_cardinality_is_known_and_true(dataset, options, expected):
    elements = load(dataset, image_hw=(8, 8), **options)
    assert int(elements.cardinality()) == expected
    assert len(list(elements)) == expected


@needs_tensorflow
def test_dropping_the_remainder_makes_shapes_static(dataset):
    elements = load(dataset, batch_size=5, image_hw=(8, 6), max_boxes=2, drop_remainder=True)
    shapes = {key: tuple(spec.shape) for key, spec in elements.element_spec.items()}
    assert shapes["image"] == (5, 8, 6, 3)
    assert shapes["boxes"] == (5, 2, 4)
    assert shapes["labeled"] == (5, 5)
    assert all(None not in shape for shape in shapes.values())


@needs_tensorflow
def test_one_seed_is_one_sequence_of_epochs_whatever_the_threads(dataset):
    import tensorflow as tf

    first = load(dataset, shuffle=True, seed=3, decode=False)
    options = tf.data.Options()
    options.threading.private_threadpool_size = 1
    second = load(dataset, shuffle=True, seed=3, decode=False).with_options(options)
    epochs = [names(first), names(first)]
    assert [names(second), names(second)] == epochs
    assert epochs[0] != epochs[1]
    assert [sorted(epoch) for epoch in epochs] == [sorted(IN_ORDER)] * 2


@needs_tensorflow
def test_another_seed_is_another_order(dataset):
    orders = {tuple(names(load(dataset, shuffle=True, seed=seed, decode=False))) for seed in range(3)}
    assert len(orders) == 3


@needs_tensorflow
def test_shuffling_mixes_shards_even_with_a_small_buffer(dataset):
    order = names(load(dataset, shuffle=True, seed=0, shuffle_buffer=1, decode=False))
    shards_of_first_three = {IN_ORDER.index(name) // PER_SHARD for name in order[:3]}
    assert shards_of_first_three == {0, 1, 2}


@needs_tensorflow
@pytest.mark.parametrize("options", [{"shuffle": True}, {"batch_size": 2, "decode": False}])
def test_a_split_without_examples_is_empty(dataset, options):
    assert list(load(dataset, "empty", **options)) == []
