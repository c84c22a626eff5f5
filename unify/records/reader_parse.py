"""Serialized records to tensors, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from unify.records import keys
from unify.records.keys import KINDS, Kind

if TYPE_CHECKING:
    import tensorflow as tf

_SCALARS = (keys.FILENAME, keys.HEIGHT, keys.SHA256, keys.SOURCE_ID, keys.WIDTH)
_CORNERS = (keys.BOX_YMIN, keys.BOX_XMIN, keys.BOX_YMAX, keys.BOX_XMAX)
_CLASS_LISTS = (keys.LABELED_CLASSES, keys.LABELED_WEIGHT, keys.INCOMPLETE_CLASSES)
_PER_BOX = {
    "classes": keys.BOX_LABEL,
    "weights": keys.BOX_WEIGHT,
    "box_weights": keys.BOX_REGRESSION_WEIGHT,
    "scores": keys.BOX_SCORE,
    "sources": keys.BOX_SOURCE,
    "is_crowd": keys.BOX_CROWD,
    "difficult": keys.BOX_DIFFICULT,
}


def parse_records(records: tf.Tensor, num_columns: int, *, encoded: bool) -> dict[str, tf.Tensor | tf.RaggedTensor]:
    """Everything of a batch of records but, if so wished, its pictures.

    Args:
        records: string [B].
        num_columns: C.
        encoded: with `encoded`, string [B].

    Returns:
        The keys of `unify.records.reader.load`, ragged where they have an N, all of one row partition.
    """
    import tensorflow as tf

    ragged = (*_CORNERS, *_PER_BOX.values(), *_CLASS_LISTS)
    scalars = (*_SCALARS, keys.ENCODED) if encoded else _SCALARS
    features = tf.io.parse_example(records, {**_scalar_features(scalars), **_ragged_features(ragged)})
    labeled, incomplete = features[keys.LABELED_CLASSES], features[keys.INCOMPLETE_CLASSES]
    absence_weights = features[keys.LABELED_WEIGHT].flat_values
    return {
        **({"encoded": features[keys.ENCODED]} if encoded else {}),
        "image_hw": tf.cast(tf.stack([features[keys.HEIGHT], features[keys.WIDTH]], axis=1), tf.int32),
        "picture": features[keys.SHA256],
        "source_id": features[keys.SOURCE_ID],
        "filename": features[keys.FILENAME],
        **_box_columns(features),
        "labeled": class_mask(labeled, num_columns),
        "incomplete": class_mask(incomplete, num_columns),
        "absence_weights": _scatter(labeled, absence_weights, num_columns),
    }


def parse_encoded(record: tf.Tensor) -> tf.Tensor:
    """The picture's bytes, string [], of one record, string []."""
    import tensorflow as tf

    return tf.io.parse_single_example(record, _scalar_features([keys.ENCODED]))[keys.ENCODED]


def class_mask(class_ids: tf.RaggedTensor, num_columns: int) -> tf.Tensor:
    """bool [B, C]: the columns of the ids [B, (K)] of each picture; ids may repeat."""
    import tensorflow as tf

    return _scatter(class_ids, tf.ones_like(class_ids.flat_values, tf.int32), num_columns) > 0


def _scatter(class_ids: tf.RaggedTensor, values: tf.Tensor, num_columns: int) -> tf.Tensor:
    """[B, C] of 0 with ``values`` added at the columns of the ids."""
    import tensorflow as tf

    columns = tf.cast(class_ids.flat_values, tf.int64) - 1
    places = tf.stack([row_of_values(class_ids), columns], axis=1)
    return tf.scatter_nd(places, values, tf.stack([class_ids.nrows(), num_columns]))


def row_of_values(column: tf.RaggedTensor) -> tf.Tensor:
    """int64 [sum N]: each flat value's row.

    What ``value_rowids`` gives, in a tenth of the operations: that one made up most of the time `load` took to start.
    """
    import tensorflow as tf

    values = tf.range(tf.shape(column.flat_values, tf.int64)[0])
    return tf.searchsorted(column.row_splits[1:], values, side="right", out_type=tf.int64)


def _box_columns(features: dict[str, tf.Tensor | tf.RaggedTensor]) -> dict[str, tf.RaggedTensor]:
    import tensorflow as tf

    rows = features[keys.BOX_LABEL]  # its partition stands for all, so that the columns can be combined
    corners = tf.stack([features[key].flat_values for key in _CORNERS], axis=1)
    flat = {"boxes": corners, **{name: features[key].flat_values for name, key in _PER_BOX.items()}}
    flat["classes"] = tf.cast(flat["classes"], tf.int32)
    flat["is_crowd"] = tf.cast(flat["is_crowd"], tf.bool)
    flat["difficult"] = tf.cast(flat["difficult"], tf.bool)
    return {name: rows.with_flat_values(values) for name, values in flat.items()}


def _scalar_features(names: Sequence[str]) -> dict[str, tf.io.FixedLenFeature]:
    import tensorflow as tf

    return {key: tf.io.FixedLenFeature([], _dtype(key)) for key in names}


def _ragged_features(names: Sequence[str]) -> dict[str, tf.io.RaggedFeature]:
    import tensorflow as tf

    return {key: tf.io.RaggedFeature(_dtype(key), row_splits_dtype=tf.int64) for key in names}


def _dtype(key: str) -> tf.DType:
    import tensorflow as tf

    return {Kind.BYTES: tf.string, Kind.FLOAT: tf.float32, Kind.INT64: tf.int64}[KINDS[key]]
