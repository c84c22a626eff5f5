"""Ragged boxes to a fixed number of boxes, without telling the trainer anything untrue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unify.records.reader_parse import class_mask, row_of_values

if TYPE_CHECKING:
    import tensorflow as tf

    Batch = dict[str, tf.Tensor | tf.RaggedTensor]

BOX_KEYS = ("boxes", "classes", "weights", "box_weights", "scores", "sources", "is_crowd", "difficult")


def limit_boxes(batch: Batch, max_boxes: int, num_columns: int) -> Batch:
    """At most ``max_boxes`` boxes a picture: those of the highest weight, the first ones among equals, in their order.

    A dropped box still is on the picture. So its class becomes incomplete there: the boxes that stay count, a
    detection without a box does not.

    Args:
        batch: columns as `unify.records.reader_parse.parse_records` gives them.
        max_boxes: 1 or more.
        num_columns: C.

    Returns:
        The batch with fewer boxes, changed states, and `dropped_boxes`, int32 [B].
    """
    import tensorflow as tf

    weights = batch["weights"]
    rows = row_of_values(weights)
    by_weight, is_kept = _heaviest_first(weights, rows), _positions(weights, rows) < max_boxes
    kept = _grouped(tf.sort(tf.boolean_mask(by_weight, is_kept)), rows, weights.nrows())
    dropped = _grouped(tf.boolean_mask(by_weight, ~is_kept), rows, weights.nrows())
    no_longer = class_mask(_taken(batch["classes"], dropped), num_columns)
    return {
        **batch,
        **{key: _taken(batch[key], kept) for key in BOX_KEYS},
        "labeled": batch["labeled"] & ~no_longer,
        "incomplete": batch["incomplete"] | no_longer,
        "absence_weights": tf.where(no_longer, 0.0, batch["absence_weights"]),
        "dropped_boxes": tf.cast(dropped.row_lengths(), tf.int32),
    }


def pad_boxes(batch: Batch, num_boxes: int | None) -> Batch:
    """Dense columns [B, num_boxes, ...] filled up with 0, False and "", and `num_boxes`, int32 [B], of real boxes.

    Args:
        batch: columns; no picture has more than ``num_boxes`` boxes.
        num_boxes: None pads to the most boxes of a picture in the batch, and to one where none has any: TensorFlow
            2.21 crashes when ``unbatch`` takes an empty tensor apart.
    """
    import tensorflow as tf

    classes = batch["classes"]
    rows, counts = row_of_values(classes), classes.row_lengths()
    places = tf.stack([rows, _positions(classes, rows)], axis=1)
    width = num_boxes or tf.maximum(tf.reduce_max(counts), 1)

    def padded(column: tf.RaggedTensor) -> tf.Tensor:
        shape = [classes.nrows(), width, *column.flat_values.shape[1:]]
        return tf.scatter_nd(places, column.flat_values, tf.stack(shape))

    dense = {key: padded(batch[key]) for key in BOX_KEYS}
    return {**batch, **dense, "num_boxes": tf.cast(counts, tf.int32)}


def cut_padding(element: Batch) -> Batch:
    """One padded example with its real boxes only, and without `num_boxes`."""
    real = {key: element[key][: element["num_boxes"]] for key in BOX_KEYS}
    return {key: real.get(key, value) for key, value in element.items() if key != "num_boxes"}


def _heaviest_first(weights: tf.RaggedTensor, rows: tf.Tensor) -> tf.Tensor:
    """int32 [sum N]: indices of the flat values, row by row, within a row by falling weight, then by index."""
    import tensorflow as tf

    by_weight = tf.argsort(weights.flat_values, direction="DESCENDING", stable=True)
    return tf.gather(by_weight, tf.argsort(tf.gather(rows, by_weight), stable=True))


def _positions(column: tf.RaggedTensor, rows: tf.Tensor) -> tf.Tensor:
    """int64 [sum N]: 0, 1, ... in each row."""
    import tensorflow as tf

    return tf.range(tf.size(rows, tf.int64)) - tf.gather(column.row_starts(), rows)


def _grouped(indices: tf.Tensor, rows: tf.Tensor, num_rows: tf.Tensor) -> tf.RaggedTensor:
    """Indices of flat values, already row by row, as [B, (n)]; rows without any are empty."""
    import tensorflow as tf

    return tf.RaggedTensor.from_value_rowids(indices, tf.gather(rows, indices), num_rows, validate=False)


def _taken(column: tf.RaggedTensor, indices: tf.RaggedTensor) -> tf.RaggedTensor:
    """The flat values at the indices, in their rows."""
    import tensorflow as tf

    return indices.with_flat_values(tf.gather(column.flat_values, indices.flat_values))
