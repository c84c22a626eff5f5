"""Augmentation in ``tf.data``, a batch at a time: mirror, zoom and move, brightness and contrast."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from unify.train.detector.checks import check_padded

if TYPE_CHECKING:
    import tensorflow as tf

Batch = dict[str, "tf.Tensor"]

_GRAY = 114.0  # where a zoomed-out picture leaves nothing to see
_SEEN = 0.25  # of a box's area; of one that is cut further nobody can say what it is, so nothing is taught there


def augment(
    dataset: tf.data.Dataset,
    *,
    seed: int,
    flip: bool = True,
    scale: float = 1.25,
    shift: float = 0.1,
    color: float = 0.2,
) -> tf.data.Dataset:
    """Batches of `unify.load` (padded, with a static ``image_hw``), each picture changed at random; boxes follow.

    Args:
        dataset: batches.
        seed: makes the changes repeatable, unless ``tf.random.set_seed`` differs; they differ from pass to pass.
        flip: mirror half of the pictures left to right.
        scale: zoom in or out by up to this factor, 1 or more.
        shift: move by up to this fraction of height and width.
        color: change contrast by up to this fraction, and brightness by up to half of it.

    Raises:
        ValueError: the boxes are not padded; names their shape.
    """
    import tensorflow as tf

    check_padded("unify.detector.augment", dataset.element_spec["boxes"])
    seeds = tf.data.Dataset.random(seed, rerandomize_each_iteration=True).batch(2)

    def change(batch: Batch, numbers: tf.Tensor) -> Batch:
        draw = _drawer(batch["image"].shape[0] or tf.shape(batch["image"])[0], numbers)
        batch = _zoom(batch, draw, flip, scale, shift)
        return batch | {"image": _recolor(batch["image"], draw, color)}

    plain = tf.autograph.experimental.do_not_convert(change)  # nothing needs AutoGraph, and looking takes a second
    return tf.data.Dataset.zip(dataset, seeds).map(plain, num_parallel_calls=tf.data.AUTOTUNE)


def _drawer(count: tf.Tensor, seed: tf.Tensor) -> Callable[[float, float], tf.Tensor]:
    """A function that draws ``count`` uniform numbers, others at each call."""
    import tensorflow as tf

    calls = iter(range(1 << 16))
    return lambda low, high: tf.random.stateless_uniform([count], seed + next(calls), low, high)


def _zoom(batch: Batch, draw: Callable[[float, float], tf.Tensor], flip: bool, scale: float, shift: float) -> Batch:
    import tensorflow as tf

    size = scale ** draw(-1.0, 1.0)
    middle = tf.stack([0.5 + draw(-shift, shift), 0.5 + draw(-shift, shift)], axis=-1)
    mirrored = draw(0.0, 1.0) < (0.5 if flip else 0.0)
    half = tf.stack([size / 2, tf.where(mirrored, -size / 2, size / 2)], axis=-1)
    window = tf.concat([middle - half, middle + half], axis=-1)  # a window turned inside out mirrors the picture
    image = tf.image.crop_and_resize(
        tf.cast(batch["image"], tf.float32),
        _between_pixel_centres(window, batch["image"].shape[1:3]),
        tf.range(tf.shape(window)[0]),
        batch["image"].shape[1:3],
        extrapolation_value=_GRAY,
    )
    return batch | {"image": image} | _moved(batch, window)


def _between_pixel_centres(window: tf.Tensor, image_hw: tf.TensorShape) -> tf.Tensor:
    """A window from edge to edge as `tf.image.crop_and_resize` wants it: from first to last pixel's centre."""
    import tensorflow as tf

    size = tf.constant([*image_hw, *image_hw], tf.float32)
    half = (window[:, 2:] - window[:, :2]) / 2  # of the distance of two pixels of the result, in pixels of the source
    return (window * size + tf.concat([half, -half], axis=-1) - 0.5) / (size - 1)


def _moved(batch: Batch, window: tf.Tensor) -> Batch:
    """Boxes in the window's frame; what is cut too far is ignored, what is gone is padding."""
    import tensorflow as tf

    start, extent = window[:, None, :2], (window[:, 2:] - window[:, :2])[:, None]
    corners = [(corner - start) / extent for corner in (batch["boxes"][..., :2], batch["boxes"][..., 2:])]
    low, high = tf.minimum(*corners), tf.maximum(*corners)
    boxes = tf.clip_by_value(tf.concat([low, high], axis=-1), 0.0, 1.0)
    seen = tf.math.divide_no_nan(_area(boxes), tf.reduce_prod(high - low, axis=-1))
    gone, cut = seen <= 0.0, seen < _SEEN  # NaN is neither, and goes on to the loss
    return {
        "boxes": boxes,
        "classes": tf.where(gone, 0, batch["classes"]),
        "weights": tf.where(cut, 0.0, batch["weights"]),
        "box_weights": tf.where(cut, 0.0, batch["box_weights"]),
    }


def _area(boxes: tf.Tensor) -> tf.Tensor:
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def _recolor(image: tf.Tensor, draw: Callable[[float, float], tf.Tensor], color: float) -> tf.Tensor:
    import tensorflow as tf

    contrast, brightness = 1.0 + draw(-color, color), 255.0 * draw(-color, color) / 2
    mean = tf.reduce_mean(image, axis=(1, 2, 3))
    moved = (image - mean[:, None, None, None]) * contrast[:, None, None, None]
    return tf.clip_by_value(moved + (mean + brightness)[:, None, None, None], 0.0, 255.0)
