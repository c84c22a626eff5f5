"""Pictures to pixels of the size that was asked for, and boxes that stay on their objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unify.records.reader_parse import row_of_values

if TYPE_CHECKING:
    import tensorflow as tf

PADDING = 114  # gray near the mean of photographs: what most letterboxing detectors were trained with


def decode_picture(encoded: tf.Tensor) -> tf.Tensor:
    """uint8 [H, W, 3] of JPEG or PNG bytes, string []; stored pixels, EXIF ignored, alpha dropped.

    The accurate transform makes a JPEG's pixels those that Pillow gives. The operation decodes PNG too.
    """
    import tensorflow as tf

    return tf.ensure_shape(tf.io.decode_jpeg(encoded, channels=3, dct_method="INTEGER_ACCURATE"), [None, None, 3])


def stretch_picture(picture: tf.Tensor, image_hw: tuple[int, int] | tf.Tensor) -> tf.Tensor:
    """uint8 [H, W, 3] of exactly ``image_hw`` (int32 [2] where a tensor); a box's fractions stay what they are."""
    import tensorflow as tf

    stored_hw, target_hw = tf.shape(picture)[:2], tf.convert_to_tensor(image_hw)

    def resized(antialias: bool) -> tf.Tensor:
        # Weights are positive and add up to one: nothing leaves 0..255.
        return tf.cast(tf.round(tf.image.resize(picture, target_hw, antialias=antialias)), tf.uint8)

    # Where nothing shrinks, antialiasing changes nothing and takes several times as long.
    shrinks = tf.reduce_any(target_hw < stored_hw)
    is_same = tf.reduce_all(target_hw == stored_hw)
    pixels = tf.case([(is_same, lambda: picture), (shrinks, lambda: resized(True))], default=lambda: resized(False))
    return pixels if tf.is_tensor(image_hw) else tf.ensure_shape(pixels, [*image_hw, 3])


def letterbox_picture(picture: tf.Tensor, image_hw: tuple[int, int]) -> tf.Tensor:
    """uint8 [H, W, 3] of ``image_hw``: the picture at the top left in its aspect ratio, `PADDING` around it."""
    import tensorflow as tf

    content_hw = letterbox_hw(tf.shape(picture)[:2], image_hw)
    content = stretch_picture(picture, content_hw)
    missing = tf.constant(image_hw, tf.int32) - content_hw
    padded = tf.pad(content, [[0, missing[0]], [0, missing[1]], [0, 0]], constant_values=PADDING)
    return tf.ensure_shape(padded, [*image_hw, 3])


def letterbox_hw(stored_hw: tf.Tensor, image_hw: tuple[int, int]) -> tf.Tensor:
    """int32 [..., 2]: the largest size of the same aspect ratio that fits into ``image_hw``, to the nearest pixel."""
    import tensorflow as tf

    stored, limit = tf.cast(stored_hw, tf.float64), tf.constant(image_hw, tf.float64)
    scale = tf.reduce_min(limit / stored, axis=-1, keepdims=True)
    return tf.cast(tf.clip_by_value(tf.round(stored * scale), 1.0, limit), tf.int32)


def letterbox_boxes(boxes: tf.RaggedTensor, content_hw: tf.Tensor, image_hw: tuple[int, int]) -> tf.RaggedTensor:
    """Fractions of the stored picture to fractions of the letterboxed one.

    Args:
        boxes: float32 [B, (N), 4] yxyx.
        content_hw: int32 [B, 2], see `letterbox_hw`.
        image_hw: size of the letterboxed picture.
    """
    import tensorflow as tf

    scale = tf.cast(content_hw / tf.constant(image_hw, tf.int32), tf.float32)
    return boxes.with_flat_values(boxes.flat_values * tf.tile(tf.gather(scale, row_of_values(boxes)), [1, 2]))
