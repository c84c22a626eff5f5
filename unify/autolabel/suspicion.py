"""Boxes that keep to the letter of the contract and yet mean something else: fractions, other orders, other frames."""

from __future__ import annotations

import numpy as np

from unify.autolabel.contract import Breach

ENOUGH_BOXES = 4  # so many boxes that look wrong are no accident
ALL_BOXES = 64  # so many that look right, and nobody asks again

_FRACTION = 1.05  # boxes of fractions may reach a little over the edge
_OVER = 0.05  # of the picture's size: farther over its edge than honest boxes that nobody clipped
_FAR = 0.5  # no detector that means this picture reaches so far over its edge


def suspicion(boxes: np.ndarray, image_hw: np.ndarray) -> Breach | None:
    """What the boxes of an auto-labeler's first pictures look like, if not like pixels, left, top, right, bottom.

    Args:
        boxes: float32 [N, 4]; as answered, of several pictures.
        image_hw: int [N, 2]; each box's picture.
    """
    if not len(boxes):
        return None
    got = f"[{', '.join(f'{number:g}' for number in boxes[0].tolist())}] on {image_hw[0][1]} x {image_hw[0][0]} pixels"
    expected = "left, top, right, bottom in pixels of the picture"
    if boxes.any() and (np.abs(boxes) <= _FRACTION).all() and image_hw.min() > 8:
        return Breach("answered boxes that look like fractions", got=got, expected=expected, advice="fractions")
    empty = (boxes[:, 2] < boxes[:, 0]) | (boxes[:, 3] < boxes[:, 1])
    if 2 * empty.sum() > len(boxes):
        what = "answered boxes whose second corner lies before the first, as sizes do"
        return Breach(what, got=got, expected=expected, advice="sizes")
    reach, turned = _reach(boxes, image_hw), _reach(boxes[:, [1, 0, 3, 2]], image_hw)
    over = int((reach > _OVER).sum())
    if over >= max(ENOUGH_BOXES, len(boxes) / 4) and turned.max() < _OVER / 5:
        what = "answered boxes over the picture's edge, which fit where x and y change places"
        return Breach(what, got=got, expected=expected, advice="yxyx")
    if np.median(reach) > _FAR:
        what = "answered boxes far over the picture's edge"
        return Breach(what, got=got, expected=expected, advice="beyond")
    return None


def _reach(boxes: np.ndarray, image_hw: np.ndarray) -> np.ndarray:
    """float [N]; how far each box reaches over the edge of its picture, in parts of the picture's size."""
    width_height = np.concatenate([image_hw[:, ::-1], image_hw[:, ::-1]], axis=1)
    return (np.maximum(boxes - width_height, -boxes) / width_height).max(axis=1)
