"""From what every cell says to boxes: peaks of the heatmap, each with its cell's box, then non-maximum suppression."""

from __future__ import annotations

import numpy as np
from keras import ops

from unify.core.nms import suppress
from unify.train.losses.shapes import Tensor

MAX_DETECTIONS = 100
NMS_IOU = 0.6


def decode_peaks(heatmap: Tensor, boxes: Tensor, count: int = MAX_DETECTIONS) -> dict[str, Tensor]:
    """The highest peaks, a peak being a cell whose class is likelier than in the eight cells around it.

    Args:
        heatmap: [B, H, W, C]; logits.
        boxes: [B, H, W, 4]; yxyx fractions.
        count: how many at most.

    Returns:
        `boxes` float32 [B, K, 4] yxyx fractions, clipped to the picture; `scores` float32 [B, K], sigmoid,
        descending; `classes` int32 [B, K], class columns. Where there are fewer peaks, scores are 0.
    """
    height, width, classes = heatmap.shape[1:]
    highest = ops.max_pool(heatmap, 3, 1, padding="same")
    scores = ops.where(ops.equal(heatmap, highest), ops.sigmoid(heatmap), 0.0)
    scores, places = ops.top_k(
        ops.reshape(scores, (-1, height * width * classes)), min(count, height * width * classes)
    )
    cells = ops.reshape(boxes, (-1, height * width, 4))
    chosen = ops.take_along_axis(cells, (places // classes)[..., None], axis=1)
    return {"boxes": ops.clip(chosen, 0.0, 1.0), "scores": scores, "classes": places % classes}


def to_pixels(boxes: np.ndarray, image_hw: np.ndarray) -> np.ndarray:
    """float64 [K, 4] xyxy in pixels, from yxyx fractions of a picture of ``image_hw`` pixels."""
    height, width = (float(side) for side in image_hw)
    return np.asarray(boxes, np.float64)[:, [1, 0, 3, 2]] * (width, height, width, height)


def strongest(boxes_xyxy: np.ndarray, scores: np.ndarray, classes: np.ndarray, floor: float) -> np.ndarray:
    """Rows above the score floor that non-maximum suppression leaves, best first."""
    above = np.flatnonzero(scores >= floor)
    return above[suppress(boxes_xyxy[above], scores[above], classes[above], NMS_IOU)]
