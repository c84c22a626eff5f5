"""The network: a small convolutional pyramid that ends in one map, stride 4, of class logits and boxes.

    picture ─ stem /4 ─ level /4 ─ level /8 ─ level /16
                           │+          │+         │
    heads /4 ──────────────┴─── up ────┴─── up ───┘

Of `keras.ops` and stock Keras layers, but for the normalization, for which `of_stock_layers` puts the stock one.
"""

from __future__ import annotations

import math

import keras
from keras import layers, ops

from unify.train.detector.normalization import FusedBatchNormalization
from unify.train.losses.shapes import Tensor

STRIDE = 4
LARGEST_STRIDE = 16

_PRIOR = 0.05  # probability a fresh network gives every class in every cell: no flood of false alarms at the start


def build_layers(num_classes: int, image_hw: tuple[int, int], width: int) -> tuple[Tensor, dict[str, Tensor]]:
    """Symbolic input and outputs.

    Args:
        num_classes: class columns C.
        image_hw: height and width of the input, pixels, multiples of `LARGEST_STRIDE`.
        width: channels of the finest features.

    Returns:
        Input `image` float32 or uint8 [B, H, W, 3], 0 to 255, RGB; outputs `heatmap` float32 [B, H/4, W/4, C], logits,
        and `boxes` float32 [B, H/4, W/4, 4], ymin, xmin, ymax, xmax as fractions of the picture.
    """
    image = layers.Input((*image_hw, 3), name="image")
    x = layers.Rescaling(1 / 127.5, offset=-1.0, name="scale")(image)
    x = _conv(x, width // 2, 3, "stem1", strides=2)
    x = _conv(x, width, 3, "stem2", strides=2)
    levels = [_residual(x, width, "level4")]
    for stride in (8, LARGEST_STRIDE):
        channels = width * (16 + stride) // 16  # 1.5 and 2 times: the finest features matter most for small objects
        x = _conv(levels[-1], channels, 3, f"down{stride}", strides=2)
        levels.append(_residual(x, channels, f"level{stride}"))
    x = levels.pop()
    while levels:
        level = levels.pop()
        name = f"up{image_hw[0] // level.shape[1]}"
        x = _conv(x, level.shape[-1], 1, name)
        x = layers.UpSampling2D(2, interpolation="bilinear", name=f"{name}_enlarge")(x)
        x = _conv(layers.Add(name=f"{name}_add")([x, level]), level.shape[-1], 3, f"{name}_mix")
    return image, {"heatmap": _class_head(x, num_classes, width), "boxes": _box_head(x, width)}


def _conv(x: Tensor, channels: int, size: int, name: str, strides: int = 1) -> Tensor:
    x = layers.Conv2D(channels, size, strides, padding="same", use_bias=False, name=name)(x)
    # The default momentum of 0.99 needs more steps than a short training has.
    x = FusedBatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def _residual(x: Tensor, channels: int, name: str) -> Tensor:
    return layers.Add(name=name)([x, _conv(_conv(x, channels, 3, f"{name}a"), channels, 3, f"{name}b")])


def _class_head(x: Tensor, num_classes: int, width: int) -> Tensor:
    bias = keras.initializers.Constant(math.log(_PRIOR / (1 - _PRIOR)))
    x = _conv(x, width, 3, "class_head")
    return layers.Conv2D(num_classes, 1, bias_initializer=bias, dtype="float32", name="heatmap")(x)


def _box_head(x: Tensor, width: int) -> Tensor:
    """Distances from the cell's centre to the four edges, ``softplus(x)`` cells, made corners.

    Not e^x: there, one step of the optimiser multiplies a distance, a side can shrink to nothing, and with it goes the
    gradient that would bring it back. White blood cells, large and rare, were lost so in some runs.
    """
    x = _conv(x, width, 3, "box_head")
    x = layers.Conv2D(4, 1, dtype="float32", name="distances")(x)
    height, wide = x.shape[1:3]
    cells = ops.softplus(x)
    y = ops.reshape((ops.arange(height, dtype="float32") + 0.5) / height, (1, height, 1, 1))
    x = ops.reshape((ops.arange(wide, dtype="float32") + 0.5) / wide, (1, 1, wide, 1))
    up, left, down, right = ops.split(cells, 4, axis=-1)  # the gradient of four slices would be four whole maps
    # Not `y - …`: an array of JAX takes no symbolic tensor on its right.
    edges = [-up / height + y, -left / wide + x, down / height + y, right / wide + x]
    return layers.Concatenate(dtype="float32", name="boxes")(edges)
