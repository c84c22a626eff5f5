"""Pictures of any size to a tensor of the model's shape, and the way back for boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from unify.autolabel.options import TensorOptions


FITTING = ("fit", "anchor", "padding", "antialias")  # the options that `fit_picture` takes notice of


@dataclass(frozen=True)
class Placement:
    """Where a picture lies in the model's input.

    Attributes:
        content_hw: height and width that the picture has there.
        offset_xy: its left top corner there.
        picture_hw: height and width of the picture itself.
        input_hw: height and width of the input.
    """

    content_hw: tuple[int, int]
    offset_xy: tuple[int, int]
    picture_hw: tuple[int, int]
    input_hw: tuple[int, int]

    def to_picture(self, boxes_xyxy: np.ndarray) -> np.ndarray:
        """Boxes in pixels of the input, float [N, 4], to pixels of the picture."""
        scale = np.array([self.picture_hw[1] / self.content_hw[1], self.picture_hw[0] / self.content_hw[0]] * 2)
        return (boxes_xyxy - np.array(self.offset_xy * 2)) * scale

    def to_input(self, boxes_xyxy: np.ndarray) -> np.ndarray:
        """Boxes in pixels of the picture, float [N, 4], to pixels of the input."""
        scale = np.array([self.content_hw[1] / self.picture_hw[1], self.content_hw[0] / self.picture_hw[0]] * 2)
        return boxes_xyxy * scale + np.array(self.offset_xy * 2)


def place(picture_hw: tuple[int, int], input_hw: tuple[int, int], fit: str, anchor: str) -> Placement:
    """Where a picture comes to lie.

    Args:
        picture_hw: height and width of the picture.
        input_hw: height and width of the input.
        fit: ``stretch``, or ``letterbox`` in the picture's aspect ratio, to the nearest pixel.
        anchor: ``top_left`` or ``center``, of a letterboxed picture.
    """
    if fit == "stretch":
        return Placement(input_hw, (0, 0), picture_hw, input_hw)
    scale = min(input_hw[0] / picture_hw[0], input_hw[1] / picture_hw[1])
    height, width = (max(1, min(round(size * scale), most)) for size, most in zip(picture_hw, input_hw))
    offset = ((input_hw[1] - width) // 2, (input_hw[0] - height) // 2) if anchor == "center" else (0, 0)
    return Placement((height, width), offset, picture_hw, input_hw)


class FittedPicture(NamedTuple):
    """A picture of the input's size.

    Attributes:
        pixels: uint8 [H, W, 3]; RGB.
        placement: where the picture lies in it.
    """

    pixels: np.ndarray
    placement: Placement


def fit_picture(picture: np.ndarray, input_hw: tuple[int, int], options: TensorOptions) -> FittedPicture:
    """A picture, uint8 [H, W, 3], in the size that the model wants."""
    placement = place(picture.shape[:2], input_hw, options.fit, options.anchor)
    content = resize(picture, placement.content_hw, options.antialias)
    if placement.content_hw == input_hw:
        return FittedPicture(content, placement)
    pixels = np.full((*input_hw, 3), options.padding, np.uint8)
    (height, width), (left, top) = placement.content_hw, placement.offset_xy
    pixels[top : top + height, left : left + width] = content
    return FittedPicture(pixels, placement)


def make_batch(pictures: Sequence[np.ndarray], rows: int, dtype: np.dtype, options: TensorOptions) -> np.ndarray:
    """A batch of a fixed shape: another shape would be compiled anew, or refused.

    Args:
        pictures: 1 to ``rows`` arrays uint8 [H, W, 3], RGB, of one size.
        rows: pictures in a batch; the last ones are blank where there are fewer.
        dtype: of the batch.

    Returns:
        ``dtype`` [rows, H, W, 3] or [rows, 3, H, W].
    """
    batch = np.full((rows, *pictures[0].shape), options.padding, np.uint8)
    np.stack(pictures, out=batch[: len(pictures)])
    if options.channel_order == "bgr":
        batch = batch[..., ::-1]
    if options.layout == "NCHW":
        batch = batch.transpose(0, 3, 1, 2)
    # In the layout first: to turn bytes about costs a quarter of what it costs to turn floats about.
    return normalise(np.ascontiguousarray(batch), options).astype(dtype, copy=False)


def normalise(batch: np.ndarray, options: TensorOptions) -> np.ndarray:
    """``(pixels / divide_by - mean) / std``, float32; the pixels themselves where that changes nothing.

    Args:
        batch: uint8 [rows, H, W, 3] or [rows, 3, H, W], as the options say.
        options: the numbers.
    """
    if not changes_values(options):
        return batch
    std, mean = np.array(options.std), np.array(options.mean)
    lines = batch.reshape(*batch.shape[:2], -1)  # rows, or planes of a colour: short loops take three times as long
    values = np.multiply(lines, _along_lines(1 / (options.divide_by * std), batch.shape, options), dtype=np.float32)
    if any(options.mean):
        values -= _along_lines(mean / std, batch.shape, options)
    return values.reshape(batch.shape)


def _along_lines(of_colour: np.ndarray, shape: tuple[int, ...], options: TensorOptions) -> np.ndarray:
    """float32; what belongs to each number of a plane [3, H * W], or of a row [W * 3]."""
    values = of_colour.astype(np.float32)
    return values[:, np.newaxis] if options.layout == "NCHW" else np.tile(values, shape[2])


def changes_values(options: TensorOptions) -> bool:
    """Whether the model gets anything but whole numbers of 0 to 255."""
    return options.divide_by != 1 or any(options.mean) or any(std != 1 for std in options.std)


def resize(picture: np.ndarray, image_hw: tuple[int, int], antialias: bool) -> np.ndarray:
    """Bilinear, uint8 [H, W, 3].

    Args:
        picture: uint8 [h, w, 3].
        image_hw: H and W.
        antialias: as Pillow and `unify.load` do: a smaller picture averages over all pixels; else over the four around
            each point, as OpenCV does.
    """
    from PIL import Image

    if picture.shape[:2] == tuple(image_hw):
        return picture
    image, size = Image.fromarray(picture), (image_hw[1], image_hw[0])
    if antialias:
        return np.asarray(image.resize(size, Image.Resampling.BILINEAR))
    whole = (0, 0, image.width, image.height)
    return np.asarray(image.transform(size, Image.Transform.EXTENT, whole, Image.Resampling.BILINEAR))
