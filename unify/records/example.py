"""From a table to serialized ``tf.train.Example`` messages, all but the picture.

The whole table is turned into one run of wire bytes a feature with NumPy; an example is then slices of those runs with
prefixes that depend on lengths alone. Features stand in the order of their keys, so equal examples are equal bytes,
which protobuf itself does not promise.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import numpy as np

from unify.core.digest import content_ids
from unify.core.taxonomy import Taxonomy
from unify.core.types import ExampleTable, PictureFormat, State
from unify.records import keys
from unify.records.keys import KINDS, Kind
from unify.records.wire import TAG_1, bytes_value, entry_prefix, packed_varints, varint

_FORMAT_VALUES = {
    PictureFormat.JPEG: bytes_value(b"jpeg"),
    PictureFormat.PNG: bytes_value(b"png"),
    PictureFormat.OTHER: bytes_value(b"png"),  # transcoded
}

_Runs = tuple[bytes, np.ndarray]
"""A feature's wire bytes of all examples, and int64 [E + 1] bounds: example e owns ``bounds[e]:bounds[e + 1]``."""


class ExampleEncoder:
    """Serializes the examples of one table, leaving a gap for the picture.

    Args:
        table: E examples; ids in ``box_class`` and columns in ``state`` are the taxonomy's.
        taxonomy: gives the class names.
    """

    def __init__(self, table: ExampleTable, taxonomy: Taxonomy) -> None:
        runs = {**_picture_runs(table), **_class_runs(table, taxonomy), **_box_runs(table, taxonomy)}
        self._before = _entries(runs, [key for key in KINDS if key < keys.ENCODED])
        self._after = _entries(runs, [key for key in KINDS if key > keys.ENCODED])

    def encode(self, index: int, encoded_length: int) -> tuple[bytes, bytes]:
        """The serialized example before and after the bytes of its picture.

        Args:
            index: the example, 0..E-1.
            encoded_length: size in bytes of the picture that will stand between the two.
        """
        before, after = self._before[index], self._after[index]
        value = TAG_1 + varint(encoded_length)
        picture = entry_prefix(keys.ENCODED, Kind.BYTES, len(value) + encoded_length) + value
        length = len(before) + len(picture) + encoded_length + len(after)
        return b"".join((TAG_1, varint(length), before, picture)), after


def _entries(runs: Mapping[str, _Runs], ordered_keys: list[str]) -> list[bytes]:
    """For each example the entries of some features, one after another."""
    columns = [column for key in ordered_keys for column in _prefixes_and_values(key, *runs[key])]
    return list(map(b"".join, zip(*columns)))


def _prefixes_and_values(key: str, run: bytes, bounds: np.ndarray) -> tuple[Sequence[bytes], Sequence[bytes]]:
    sizes = np.diff(bounds)
    distinct = np.unique(sizes).tolist()
    prefixes = {size: entry_prefix(key, KINDS[key], size) for size in distinct}
    piece = {size: f"{size}s" for size in distinct}
    sizes = sizes.tolist()
    # One struct cuts the whole run into pieces, several times faster than slicing it example by example.
    values = struct.Struct("".join([piece[size] for size in sizes])).unpack(run)
    return [prefixes[size] for size in sizes], values


def _picture_runs(table: ExampleTable) -> dict[str, _Runs]:
    one_each = np.arange(len(table) + 1)
    batch_lists = {names: b"".join(map(_text, names)) for names in set(table.batches)}
    digests = table.sha256.tobytes().hex().encode()
    return {
        keys.BATCHES: _joined([batch_lists[names] for names in table.batches], one_each),
        keys.FILENAME: _joined([_text(name) for name in table.filenames], one_each),
        keys.FORMAT: _chosen([_FORMAT_VALUES.get(number, b"") for number in range(4)], table.format, one_each),
        keys.HEIGHT: _ints(table.image_hw[:, 0], one_each),
        keys.WIDTH: _ints(table.image_hw[:, 1], one_each),
        keys.SHA256: _joined([bytes_value(digests[at : at + 64]) for at in range(0, len(digests), 64)], one_each),
        keys.SOURCE_ID: _joined([_text(str(number)) for number in content_ids(table.sha256).tolist()], one_each),
    }


def _class_runs(table: ExampleTable, taxonomy: Taxonomy) -> dict[str, _Runs]:
    labeled, incomplete = table.state == State.LABELED, table.state == State.INCOMPLETE
    present = _has_box(table)
    rows, columns = np.nonzero(labeled)
    offsets = _offsets(labeled)
    labeled_ids = _ints(columns + 1, offsets)
    return {
        keys.CLASS_LABEL: labeled_ids,
        keys.CLASS_TEXT: _names(columns + 1, offsets, taxonomy),
        keys.CLASS_CONFIDENCE: _floats(present[rows, columns], offsets),
        keys.LABELED_CLASSES: labeled_ids,
        keys.LABELED_WEIGHT: _floats(table.absence_weight[rows, columns], offsets),
        keys.NEGATIVE_CLASSES: _ids(labeled & ~present),
        keys.NOT_EXHAUSTIVE_CLASSES: _ids(incomplete & present),
        keys.INCOMPLETE_CLASSES: _ids(incomplete),
    }


def _box_runs(table: ExampleTable, taxonomy: Taxonomy) -> dict[str, _Runs]:
    offsets = table.box_offsets
    fractions = _fractions_xyxy(table)
    return {
        keys.BOX_XMIN: _floats(fractions[:, 0], offsets),
        keys.BOX_YMIN: _floats(fractions[:, 1], offsets),
        keys.BOX_XMAX: _floats(fractions[:, 2], offsets),
        keys.BOX_YMAX: _floats(fractions[:, 3], offsets),
        keys.BOX_AREA: _floats(table.box_area, offsets),
        keys.BOX_WEIGHT: _floats(table.box_weight, offsets),
        keys.BOX_REGRESSION_WEIGHT: _floats(table.box_regression_weight, offsets),
        keys.BOX_SCORE: _floats(table.box_score, offsets),
        keys.BOX_LABEL: _ints(table.box_class, offsets),
        keys.BOX_CROWD: _ints(table.box_crowd, offsets),
        keys.BOX_DIFFICULT: _ints(table.box_difficult, offsets),
        keys.BOX_TEXT: _names(table.box_class, offsets, taxonomy),
        keys.BOX_SOURCE: _chosen([_text(name) for name in table.sources], table.box_source, offsets),
    }


def _fractions_xyxy(table: ExampleTable) -> np.ndarray:
    """float32 [N, 4] in [0, 1]: the boxes as fractions of their picture."""
    wh = table.image_hw[_example_of_box(table), ::-1].astype(np.float32)
    return np.clip(table.boxes_xyxy / np.tile(wh, 2), 0, 1)


def _has_box(table: ExampleTable) -> np.ndarray:
    """bool [E, C]: a box of the class stands on the picture, whatever its weight."""
    present = np.zeros(table.state.shape, bool)
    present[_example_of_box(table), table.box_class - 1] = True
    return present


def _example_of_box(table: ExampleTable) -> np.ndarray:
    return np.repeat(np.arange(len(table)), np.diff(table.box_offsets))


def _offsets(mask: np.ndarray) -> np.ndarray:
    """int64 [E + 1] offsets of the set columns of bool [E, C], example by example."""
    return np.concatenate([[0], np.cumsum(mask.sum(axis=1))])


def _ids(mask: np.ndarray) -> _Runs:
    """The ids of the set columns of bool [E, C], ascending."""
    return _ints(np.nonzero(mask)[1] + 1, _offsets(mask))


def _names(class_ids: np.ndarray, offsets: np.ndarray, taxonomy: Taxonomy) -> _Runs:
    values = [_text(taxonomy.names.get(class_id, "")) for class_id in range(taxonomy.num_columns + 1)]
    return _chosen(values, class_ids, offsets)


def _text(value: str) -> bytes:
    return bytes_value(value.encode())


def _floats(values: np.ndarray, offsets: np.ndarray) -> _Runs:
    return values.astype("<f4").tobytes(), (offsets * 4)


def _ints(values: np.ndarray, offsets: np.ndarray) -> _Runs:
    run, starts = packed_varints(values)
    return run, starts[offsets]


def _joined(values: list[bytes], offsets: np.ndarray) -> _Runs:
    starts = np.concatenate([[0], np.cumsum(np.fromiter(map(len, values), np.int64, len(values)))])
    return b"".join(values), starts[offsets]


def _chosen(values: list[bytes], chosen: np.ndarray, offsets: np.ndarray) -> _Runs:
    """``values[chosen[0]], values[chosen[1]], ...``: names that repeat, gathered byte by byte at NumPy speed."""
    sizes = np.array([len(value) for value in values])
    from_starts = np.concatenate([[0], np.cumsum(sizes)])
    starts = np.concatenate([[0], np.cumsum(sizes[chosen])])
    source = np.repeat(from_starts[chosen] - starts[:-1], sizes[chosen]) + np.arange(starts[-1])
    return np.frombuffer(b"".join(values), np.uint8)[source].tobytes(), starts[offsets]
