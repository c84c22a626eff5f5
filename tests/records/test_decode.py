import dataclasses
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.records.tables import (
    SOURCES,
    TAXONOMY,
    THREE_SHARDS,
    BoxRow,
    ExampleRow,
    make_table,
    write_dataset,
    write_table,
)
from unify.core.digest import content_ids
from unify.core.taxonomy import Taxonomy
from unify.errors import DatasetError
from unify.records import keys
from unify.records.decode import decode_example, iterate_examples, read_example, read_placed, read_shard
from unify.records.example import ExampleEncoder
from unify.records.framing import framed
from unify.records.keys import KINDS, Kind
from unify.records.shard import ShardJob, write_shard
from unify.records.wire import bytes_value, entry_prefix, parse_example, varint

NAMES = [f"classe {number} é" for number in range(1, 301)]
MANY = Taxonomy(
    {"many": tuple(NAMES)},
    {name: number if number < 200 else number + 16_300 for number, name in enumerate(NAMES, start=1)},
)  # ids from 1 to 16600: one, two and three bytes as varints
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
FLOAT = st.floats(0, 1, width=32)
CLASS_ID = st.sampled_from(list(MANY.names))
HEIGHT, WIDTH = 480, 640


@st.composite
def box_rows(draw):
    x1, y1 = draw(st.integers(0, WIDTH - 2)), draw(st.integers(0, HEIGHT - 2))
    x2, y2 = draw(st.integers(x1 + 1, WIDTH)), draw(st.integers(y1 + 1, HEIGHT))
    return BoxRow(
        xyxy=(x1, y1, x2, y2),
        class_id=draw(CLASS_ID),
        area=(x2 - x1) * (y2 - y1),
        crowd=draw(st.booleans()),
        difficult=draw(st.booleans()),
        weight=draw(FLOAT),
        box_weight=draw(FLOAT),
        score=draw(FLOAT),
        source=draw(st.integers(0, len(SOURCES) - 1)),
    )


@st.composite
def example_rows(draw):
    labeled = draw(st.dictionaries(CLASS_ID, FLOAT, max_size=8))
    incomplete = draw(st.frozensets(CLASS_ID, max_size=5))
    return ExampleRow(
        picture=draw(st.binary(max_size=300)),
        filename=draw(TEXT),
        batches=tuple(draw(st.lists(TEXT, min_size=1, max_size=3))),
        image_hw=(HEIGHT, WIDTH),
        labeled=labeled,
        incomplete=incomplete - labeled.keys(),
        boxes=draw(st.lists(box_rows(), max_size=5)),
    )


def assert_says(example, row, index, table):
    start, stop = table.box_offsets[index : index + 2]
    assert example.sha256 == table.sha256[index].tobytes().hex()
    assert example.source_id == content_ids(table.sha256)[index]
    assert (example.filename, example.batches, example.image_hw) == (row.filename, row.batches, row.image_hw)
    assert (example.encoded, example.format) == (row.picture, "jpeg")
    np.testing.assert_allclose(example.boxes_xyxy_px, table.boxes_xyxy[start:stop], atol=1e-4)
    for found, column in (
        (example.class_ids, table.box_class),
        (example.area, table.box_area),
        (example.crowd, table.box_crowd),
        (example.difficult, table.box_difficult),
        (example.weight, table.box_weight),
        (example.box_weight, table.box_regression_weight),
        (example.score, table.box_score),
    ):
        assert found.dtype == column.dtype
        assert found.tolist() == column[start:stop].tolist()
    assert example.source == tuple(SOURCES[box.source] for box in row.boxes)
    assert example.labeled_ids.tolist() == sorted(row.labeled)
    assert example.labeled_weight.tolist() == [row.labeled[class_id] for class_id in sorted(row.labeled)]
    assert example.incomplete_ids.tolist() == sorted(row.incomplete)


@settings(deadline=None, max_examples=30)
@example([ExampleRow(image_hw=(HEIGHT, WIDTH), labeled=dict.fromkeys(MANY.names, 0.5))])
@given(st.lists(example_rows(), max_size=4))
def test_reader_returns_what_writer_got(rows):
    with tempfile.TemporaryDirectory() as folder:
        table = write_table(Path(folder), rows, MANY)
        result = write_shard(ShardJob(folder, "train-00000-of-00001.tfrecord", table, MANY))
        decoded = list(read_shard(Path(folder, result.file_name)))
    assert len(decoded) == len(rows)
    for index, row in enumerate(rows):
        assert_says(decoded[index], row, index, table)


def test_boxes_are_given_as_pixels_and_as_fractions_in_tensorflows_order():
    row = ExampleRow(image_hw=(100, 200), boxes=[BoxRow((50, 25, 100, 75), 1)])
    example = decode_example(record_of(row))
    assert example.boxes_xyxy_px.tolist() == [[50, 25, 100, 75]]
    assert example.boxes_yxyx_frac.tolist() == [[0.25, 0.25, 0.75, 0.5]]
    assert example.boxes_xyxy_px.dtype == example.boxes_yxyx_frac.dtype == np.float32


def test_no_boxes_have_the_shape_of_boxes():
    example = decode_example(record_of(ExampleRow()))
    assert example.boxes_xyxy_px.shape == example.boxes_yxyx_frac.shape == (0, 4)


def test_splits_are_read_one_by_one_or_all(tmp_path):
    write_dataset(tmp_path / "dataset", tmp_path / "pictures", THREE_SHARDS)
    names = {
        split: [example.filename for example in iterate_examples(tmp_path / "dataset", split)]
        for split in ("train", "val", None)
    }
    assert names == {
        "train": ["one.jpg", "two.jpg", "three.jpg"],
        "val": ["four.jpg"],
        None: ["one.jpg", "two.jpg", "three.jpg", "four.jpg"],
    }


def record_of(row):
    head, tail = ExampleEncoder(make_table([row]), TAXONOMY).encode(0, len(row.picture))
    return head + row.picture + tail


ROW = ExampleRow(labeled={1: 1.0}, boxes=[BoxRow((0, 0, 1, 1), 1)])


def record_with(changes, order=sorted):
    """The record of `ROW` with some features' (kind, wire bytes) replaced, or removed by None."""
    features = {key: (KINDS[key], run_of(values)) for key, values in parse_example(record_of(ROW)).items()}
    features = {key: value for key, value in {**features, **changes}.items() if value is not None}
    return bytes_value(
        b"".join(
            entry_prefix(key, features[key][0], len(features[key][1])) + features[key][1] for key in order(features)
        )
    )


def run_of(values):
    if isinstance(values, list):
        return b"".join(map(bytes_value, values))
    return values.tobytes() if values.dtype == np.float32 else b"".join(varint(value) for value in values.tolist())


def test_the_helper_of_these_tests_rebuilds_a_record():
    assert record_with({}) == record_of(ROW)


REPLACED = {
    "keys missing: ['image/object/area']; unknown: []": {keys.BOX_AREA: None},
    "keys missing: []; unknown: ['mine']": {"mine": (Kind.INT64, b"\1")},
    "'image/object/class/label' holds BYTES, expected INT64": {keys.BOX_LABEL: (Kind.BYTES, b"")},
    "'image/object/is_crowd' has 2 values, expected 1": {keys.BOX_CROWD: (Kind.INT64, b"\0\0")},
    "'image/height' has 0 values, expected 1": {keys.HEIGHT: (Kind.INT64, b"")},
    "'image/labeled_classes/weight' has 0 values, expected 1": {keys.LABELED_WEIGHT: (Kind.FLOAT, b"")},
    "'image/key/sha256' is '00', expected 64 hex digits": {keys.SHA256: (Kind.BYTES, bytes_value(b"00"))},
    "invalid literal for int() with base 10: b'one'": {keys.SOURCE_ID: (Kind.BYTES, bytes_value(b"one"))},
}


@pytest.mark.parametrize(
    ("record", "text"),
    [
        *((record_with(changes), text) for text, changes in REPLACED.items()),
        (b"", "nothing at byte 0, expected tag 0x0a"),
        (record_with({}, order=lambda features: sorted(features, reverse=True)), "keys out of order"),
    ],
)
def test_a_record_that_is_not_ours_is_refused(record, text):
    with pytest.raises(ValueError) as raised:
        decode_example(record)
    assert str(raised.value) == text


def test_a_shard_with_a_foreign_record_names_it(tmp_path):
    path = tmp_path / "a.tfrecord"
    path.write_bytes(b"".join((*framed(b"", record_of(ROW), b""), *framed(b"", b"", b""))))
    with pytest.raises(DatasetError) as raised:
        list(read_shard(path))
    assert str(raised.value) == (
        f"{path}: record 1 at byte {len(record_of(ROW)) + 16} is not an example of a unified dataset\n"
        "  got:      nothing at byte 0, expected tag 0x0a\n"
        "  fix:      compile the dataset again"
    )


def test_an_example_is_read_where_its_record_begins(tmp_path):
    path, second = tmp_path / "a.tfrecord", len(record_of(ROW)) + 16
    path.write_bytes(b"".join((*framed(b"", record_of(ROW), b""), *framed(b"", b"", b""))))
    assert next(read_placed(path))[0] == 0
    assert read_example(path, 0).filename == ROW.filename
    with pytest.raises(DatasetError, match=f"the record at byte {second} is not an example of a unified dataset"):
        read_example(path, second)


def test_examples_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        decode_example(record_of(ROW)).filename = "b.jpg"
