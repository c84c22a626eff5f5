"""Ragged boxes to a fixed number of boxes, without telling the trainer anything untrue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unify.records.reader_parse import class_mask

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

    counts = batch["weights"].row_lengths()
    kept = _heaviest(batch["weights"], max_boxes)
    dropped = class_mask(_where(batch["classes"], ~kept), num_columns)
    return {
        **batch,
        **{key: _where(batch[key], kept) for key in BOX_KEYS},
        "labeled": batch["labeled"] & ~dropped,
        "incomplete": batch["incomplete"] | dropped,
        "absence_weights": tf.where(dropped, 0.0, batch["absence_weights"]),
        "dropped_boxes": tf.cast(tf.maximum(counts - max_boxes, 0), tf.int32),
    }


def pad_boxes(batch: Batch, num_boxes: int | None) -> Batch:
    """Dense columns [B, num_boxes, ...] filled up with 0, False and "", and `num_boxes`, int32 [B], of real boxes.

    Args:
        batch: columns; no picture has more than ``num_boxes`` boxes.
        num_boxes: None pads to the most boxes of a picture in the batch, and to one where none has any: TensorFlow
            2.21 crashes when ``unbatch`` takes an empty tensor apart.
    """
    import tensorflow as tf

    counts = batch["classes"].row_lengths()
    width = num_boxes or tf.maximum(tf.reduce_max(counts), 1)
    dense = {key: batch[key].to_tensor(shape=tf.stack([-1, width])) for key in BOX_KEYS if key != "boxes"}
    dense["boxes"] = batch["boxes"].to_tensor(shape=tf.stack([-1, width, 4]))
    return {
        **batch,
        **{key: tf.ensure_shape(column, [None, num_boxes, 4][: column.shape.rank]) for key, column in dense.items()},
        "num_boxes": tf.cast(counts, tf.int32),
    }


def cut_padding(element: Batch) -> Batch:
    """One padded example with its real boxes only, and without `num_boxes`."""
    real = {key: element[key][: element["num_boxes"]] for key in BOX_KEYS}
    return {key: real.get(key, value) for key, value in element.items() if key != "num_boxes"}


def _heaviest(weights: tf.RaggedTensor, most: int) -> tf.Tensor:
    """bool [sum N]: among the ``most`` largest of its row."""
    import tensorflow as tf

    order = tf.argsort(weights.to_tensor(default_value=-1.0), direction="DESCENDING", stable=True)
    rank = tf.argsort(order)
    return tf.boolean_mask(rank < most, tf.sequence_mask(weights.row_lengths()))


def _where(column: tf.RaggedTensor, kept: tf.Tensor) -> tf.RaggedTensor:
    """The values where bool [sum N] is set; several times faster than ``tf.ragged.boolean_mask``."""
    import tensorflow as tf

    rows = tf.boolean_mask(column.value_rowids(), kept)
    values = tf.boolean_mask(column.flat_values, kept)
    return tf.RaggedTensor.from_value_rowids(values, rows, nrows=column.nrows(), validate=False)
