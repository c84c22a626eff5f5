import hashlib

import numpy as np
import pytest

from tests.records.tables import TAXONOMY, BoxRow, ExampleRow, make_table
from tests.records.tensorflow import needs_tensorflow
from unify.core.taxonomy import Taxonomy
from unify.core.types import PictureFormat
from unify.records import keys
from unify.records.example import ExampleEncoder
from unify.records.keys import KINDS
from unify.records.wire import bytes_value, parse_example

ROW = ExampleRow(
    picture=b"\xff\xd8 street",
    filename="straße/one.jpg",
    batches=("vehicle:b1", "pedestrian:b2"),
    image_hw=(100, 200),
    labeled={1: 1.0, 2: 1.0, 3: 0.75},
    incomplete=frozenset({5}),
    boxes=[
        BoxRow((50, 25, 100, 75), 1, area=2500, difficult=True),
        BoxRow((-2, 0, 200.5, 100), 5, area=20000, crowd=True),
        BoxRow((0, 10, 20, 30), 3, area=400, weight=0.5, box_weight=0.25, score=0.875, source=1),
    ],
)


def features_of(row, taxonomy=TAXONOMY):
    head, tail = ExampleEncoder(make_table([row], taxonomy), taxonomy).encode(0, len(row.picture))
    return parse_example(head + row.picture + tail)


def plain(values):
    return values if isinstance(values, list) else values.tolist()


def test_every_key_says_what_the_table_says():
    digest = hashlib.sha256(ROW.picture)
    assert (
        {key: plain(values) for key, values in features_of(ROW).items()}
        == {
            "image/batches": [b"vehicle:b1", b"pedestrian:b2"],
            "image/class/confidence": [1.0, 0.0, 1.0],  # car and pedestrian stand on the picture, no truck does
            "image/class/label": [1, 2, 3],
            "image/class/text": [b"car", b"truck", b"pedestrian"],
            "image/encoded": [ROW.picture],
            "image/filename": ["straße/one.jpg".encode()],
            "image/format": [b"jpeg"],
            "image/height": [100],
            "image/incomplete_classes": [5],
            "image/key/sha256": [digest.hexdigest().encode()],
            "image/labeled_classes": [1, 2, 3],
            "image/labeled_classes/weight": [1.0, 1.0, 0.75],
            "image/neg_category_ids": [2],
            "image/not_exhaustive_category_ids": [5],
            "image/object/area": [2500.0, 20000.0, 400.0],
            "image/object/bbox/xmax": [0.5, 1.0, np.float32(0.1)],
            "image/object/bbox/xmin": [0.25, 0.0, 0.0],
            "image/object/bbox/ymax": [0.75, 1.0, np.float32(0.3)],
            "image/object/bbox/ymin": [0.25, 0.0, np.float32(0.1)],
            "image/object/box_weight": [1.0, 1.0, 0.25],
            "image/object/class/label": [1, 5, 3],
            "image/object/class/text": [b"car", b"cyclist", b"pedestrian"],
            "image/object/difficult": [1, 0, 0],
            "image/object/is_crowd": [0, 1, 0],
            "image/object/score": [1.0, 1.0, 0.875],
            "image/object/source": [b"human", b"human", b"pedestrian:v3"],
            "image/object/weight": [1.0, 1.0, 0.5],
            "image/source_id": [str(int.from_bytes(digest.digest()[:8], "big") >> 1).encode()],
            "image/width": [200],
        }
    )


def test_every_record_has_every_key_in_order():
    assert list(features_of(ROW)) == list(features_of(ExampleRow())) == sorted(KINDS) == list(KINDS)


def test_an_example_without_boxes_and_labeled_classes_has_empty_lists():
    features = features_of(ExampleRow())
    empty = {key for key, values in features.items() if len(values) == 0}
    assert empty == {
        *keys.PER_BOX,
        *keys.PER_LABELED_CLASS,
        *(keys.INCOMPLETE_CLASSES, keys.NEGATIVE_CLASSES, keys.NOT_EXHAUSTIVE_CLASSES),
    }


def test_lvis_lists_follow_from_states_and_boxes():
    boxes = [BoxRow((0, 0, 1, 1), 1), BoxRow((0, 0, 1, 1), 3), BoxRow((0, 0, 1, 1), 1)]
    features = features_of(ExampleRow(labeled={1: 1.0, 2: 1.0}, incomplete=frozenset({3, 5}), boxes=boxes))
    assert features["image/neg_category_ids"].tolist() == [2]
    assert features["image/not_exhaustive_category_ids"].tolist() == [3]
    assert features["image/incomplete_classes"].tolist() == [3, 5]


def test_a_class_with_an_ignored_box_only_is_not_negative():
    features = features_of(ExampleRow(labeled={1: 1.0}, boxes=[BoxRow((0, 0, 1, 1), 1, weight=0)]))
    assert features["image/neg_category_ids"].tolist() == []
    assert features["image/class/confidence"].tolist() == [1]


def test_a_transcoded_picture_is_a_png():
    assert features_of(ExampleRow(format=PictureFormat.PNG))["image/format"] == [b"png"]
    assert features_of(ExampleRow(format=PictureFormat.OTHER))["image/format"] == [b"png"]


def test_the_picture_may_have_another_length_than_its_file():
    head, tail = ExampleEncoder(make_table([ROW]), TAXONOMY).encode(0, 100_000)
    assert parse_example(head + bytes(100_000) + tail)["image/encoded"] == [bytes(100_000)]


def test_ids_of_any_size_fit():
    ids = [1, 127, 128, 16383, 16384]
    taxonomy = Taxonomy({"many": tuple(map(str, ids))}, {str(number): number for number in ids})
    row = ExampleRow(labeled=dict.fromkeys(ids, 1.0), boxes=[BoxRow((0, 0, 1, 1), number) for number in ids])
    features = features_of(row, taxonomy)
    assert features["image/labeled_classes"].tolist() == features["image/object/class/label"].tolist() == ids
    assert features["image/object/class/text"] == [str(number).encode() for number in ids]


def test_examples_do_not_depend_on_their_neighbours():
    rows = [ROW, ExampleRow(), ExampleRow(labeled={5: 1.0}, boxes=[BoxRow((1, 1, 2, 2), 5)] * 40)]
    together = ExampleEncoder(make_table(rows), TAXONOMY)
    for index, row in enumerate(rows):
        alone = ExampleEncoder(make_table([row]), TAXONOMY)
        assert together.encode(index, 9) == alone.encode(0, 9)


@needs_tensorflow
@pytest.mark.parametrize("row", [ROW, ExampleRow(), ExampleRow(picture=bytes(70_000), labeled={2: 1.0})])
def test_bytes_equal_those_of_protobuf_with_the_entries_sorted(row):
    # Entry by entry: `deterministic=True` sorts a key before or after the key it begins with, depending on whether
    # protobuf runs on C++ or upb ("image/labeled_classes", "image/labeled_classes/weight").
    import tensorflow as tf

    head, tail = ExampleEncoder(make_table([row]), TAXONOMY).encode(0, len(row.picture))
    data = head + row.picture + tail
    features = tf.train.Example.FromString(data).features.feature
    entries = [tf.train.Features(feature={key: features[key]}).SerializeToString() for key in sorted(features)]
    assert data == bytes_value(b"".join(entries))


@needs_tensorflow
def test_tensorflow_parses_what_our_parser_parses():
    import tensorflow as tf

    dtypes = {keys.Kind.BYTES: tf.string, keys.Kind.FLOAT: tf.float32, keys.Kind.INT64: tf.int64}
    spec = {key: tf.io.VarLenFeature(dtypes[kind]) for key, kind in KINDS.items()}
    for row in (ROW, ExampleRow()):
        head, tail = ExampleEncoder(make_table([row]), TAXONOMY).encode(0, len(row.picture))
        data = head + row.picture + tail
        theirs = tf.io.parse_single_example(data, spec)
        for key, values in parse_example(data).items():
            assert plain(values) == theirs[key].values.numpy().tolist()
