"""From boxes to what every cell should say, and how much it counts.

A cell is positive for a class where the centre of a box lies in it; around it the target falls off as a Gaussian that
is stretched like the box, so that near misses are punished less. Boxes are regressed from the cells around the centre
(Liu et al. 2020, TTFNet), every box with the same total weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from keras import ops

from unify.train.detector.checks import check_columns, check_padded
from unify.train.detector.network import STRIDE
from unify.train.losses.shapes import Tensor
from unify.train.losses.weights import classification_weights

_PER_BOX = ("classes", "weights", "box_weights", "is_crowd")
_WHERE = "unify.detector.assign_targets"
_SPREAD = 0.09  # standard deviations of the Gaussian, of the box's sides: 0.54 / 6 in TTFNet
_NARROWEST = 0.4  # the same, cells: a small box still marks its neighbours as near misses
_REGRESSED = 0.1  # cells where the Gaussian is higher than this learn the box


def assign_targets(
    batch: Mapping[str, Tensor], num_classes: int, exclusive: Sequence[Sequence[int]] = ()
) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor]]:
    """What ``fit`` takes, of a batch that `unify.load` gives with ``batch_size``, ``image_hw`` and ``max_boxes``.

    Written in `keras.ops`: on the TensorFlow backend it maps a ``tf.data.Dataset``.

    Args:
        batch: the keys `image`, `boxes`, `classes`, `weights`, `box_weights`, `is_crowd`, `absence_weights`.
        num_classes: class columns C.
        exclusive: groups of class columns that one object cannot both be.

    Returns:
        Pictures [B, H, W, 3]; targets `heatmap` float32 [B, H/4, W/4, C] and `boxes` float32 [B, H/4, W/4, 4] yxyx
        fractions; weights of the same keys, [B, H/4, W/4, C] and [B, H/4, W/4]. A NaN in a box makes the box weights
        of its picture NaN, and so the loss.

    Raises:
        ValueError: the boxes are not padded, or the batch has other class columns; names the shapes.
    """
    check_padded(_WHERE, batch["boxes"])
    check_columns(_WHERE, batch["absence_weights"], num_classes)
    height, width = (side // STRIDE for side in batch["image"].shape[1:3])
    batch = _smallest_first(batch)
    boxes, real = batch["boxes"], batch["classes"] > 0
    region = ops.logical_and(real, ops.logical_or(batch["is_crowd"], ops.equal(batch["weights"], 0.0)))
    taught = ops.cast(ops.logical_and(real, ops.logical_not(region)), "float32")
    gaussians = _gaussians(boxes, height, width)
    bumps = gaussians * taught[:, :, None, None]
    columns = ops.maximum(batch["classes"] - 1, 0)
    heatmap = _highest_per_class(bumps, columns, num_classes)
    peaks = ops.where(ops.equal(bumps, 1.0), batch["weights"][:, :, None, None], 0.0)
    # A region may be so small that no cell's centre lies in it; it still covers the cell of its own centre.
    inside = ops.maximum(_inside(boxes, height, width), ops.cast(ops.equal(gaussians, 1.0), "float32"))
    inside = inside * ops.cast(region, "float32")[:, :, None, None]
    weights = classification_weights(
        heatmap,
        batch["absence_weights"],
        _highest_per_class(peaks, columns, num_classes),
        ignored=_highest_per_class(inside, columns, num_classes) > 0.0,
        exclusive=exclusive,
    )
    box_targets, box_weights = _regression(boxes, batch["box_weights"], bumps)
    targets = {"heatmap": heatmap, "boxes": box_targets}
    return batch["image"], targets, {"heatmap": weights, "boxes": box_weights}


def _smallest_first(batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The batch with its boxes by area: where two have one centre, the smaller one is seen."""
    boxes = batch["boxes"]
    order = ops.argsort((boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1]), axis=-1)
    columns = {key: ops.take_along_axis(batch[key], order, axis=1) for key in _PER_BOX}
    return {**batch, **columns, "boxes": ops.take_along_axis(boxes, order[..., None], axis=1)}


def _gaussians(boxes: Tensor, height: int, width: int) -> Tensor:
    """float32 [B, N, height, width]; exactly 1 in the cell that holds the centre."""
    rows = _bell(boxes[..., 0], boxes[..., 2], height)
    columns = _bell(boxes[..., 1], boxes[..., 3], width)
    return rows[:, :, :, None] * columns[:, :, None, :]


def _bell(low: Tensor, high: Tensor, cells: int) -> Tensor:
    """float32 [B, N, cells]; from edges as fractions."""
    centre = ops.clip(ops.floor((low + high) / 2 * cells), 0, cells - 1)
    sigma = ops.maximum((high - low) * cells * _SPREAD, _NARROWEST)
    offset = ops.arange(cells, dtype="float32") - centre[..., None]
    return ops.exp(-0.5 * ops.square(offset / sigma[..., None]))


def _inside(boxes: Tensor, height: int, width: int) -> Tensor:
    """float32 [B, N, height, width]; 1 where a cell's centre lies in the box."""
    y = (ops.arange(height, dtype="float32") + 0.5) / height
    x = (ops.arange(width, dtype="float32") + 0.5) / width
    rows = ops.logical_and(y >= boxes[..., 0:1], y <= boxes[..., 2:3])
    columns = ops.logical_and(x >= boxes[..., 1:2], x <= boxes[..., 3:4])
    return ops.cast(ops.logical_and(rows[:, :, :, None], columns[:, :, None, :]), "float32")


def _highest_per_class(maps: Tensor, columns: Tensor, num_classes: int) -> Tensor:
    """float32 [B, height, width, C], the highest of each class's maps [B, N, height, width], 0 where it has none."""
    batch, boxes, height, width = ops.shape(maps)
    segments = ops.arange(batch, dtype="int32")[:, None] * num_classes + ops.cast(columns, "int32")
    rows = ops.reshape(maps, (batch * boxes, height * width))
    highest = ops.segment_max(rows, ops.reshape(segments, (-1,)), batch * num_classes)
    highest = ops.reshape(ops.maximum(highest, 0.0), (batch, num_classes, height, width))
    return ops.transpose(highest, (0, 2, 3, 1))


def _regression(boxes: Tensor, box_weights: Tensor, bumps: Tensor) -> tuple[Tensor, Tensor]:
    """Of each cell the box whose Gaussian is highest there, and its weight: the box's, shared among its cells.

    A box of weight 0 leaves its cells to others.
    """
    unwanted = ops.logical_or(bumps <= _REGRESSED, ops.equal(box_weights, 0.0)[:, :, None, None])
    owned = ops.where(unwanted, 0.0, bumps)  # NaN stays: what is lost here would be taught as absent
    share = owned / ops.maximum(ops.sum(owned, axis=(2, 3), keepdims=True), 1.0)
    most = ops.max(owned, axis=1, keepdims=True, initial=0.0)  # of no box at all there would be no maximum
    highest = ops.cast(ops.logical_and(owned > 0.0, owned >= most), "float32")
    owner = highest * ops.cast(ops.cumsum(highest, axis=1) <= 1.0, "float32")  # of equal ones the first
    weights = ops.sum(owner * share * box_weights[:, :, None, None], axis=1)
    return ops.einsum("bnhw,bnk->bhwk", owner, boxes), weights
