"""Who hides whom: sprites, their silhouettes, and what of each is seen.

Sprites are painted at twice the size of the picture and never anti-aliased, so a silhouette is a plain set of pixels
and truth is exact; the picture becomes smooth when it is halved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from unify.scenes.geometry import Colour, Glow


@dataclass(frozen=True)
class Sprite:
    """One thing, in the pixels of the canvas; it may reach over the canvas' edges.

    Attributes:
        class_name: class of the object, or "" for scenery that hides others but is no object.
        distance: metres ahead; nearer sprites hide farther ones.
        outlines: polygons, first painted first, each flat x, y, x, y, ... of whole pixels and its colour.
        left, top: where on the canvas the silhouette begins, may be negative.
        silhouette: bool [h, w]; every pixel that the polygons cover.
        glows: lamps of this thing that shine towards the camera.
        shadow: polygon float [K, 2] on the ground, or None.
    """

    class_name: str
    distance: float
    outlines: tuple[tuple[list[int], Colour], ...]
    left: int
    top: int
    silhouette: np.ndarray
    glows: tuple[Glow, ...] = ()
    shadow: np.ndarray | None = None


@dataclass(frozen=True)
class Seen:
    """What is seen of a sprite.

    Attributes:
        sprite: the sprite.
        mask: bool like ``sprite.silhouette``; the part that is seen.
        box_xyxy: float64 [4]; tight around what is seen, canvas pixels.
        visibility: 0..1; seen share of the silhouette, also of what lies outside the canvas.
    """

    sprite: Sprite
    mask: np.ndarray
    box_xyxy: np.ndarray
    visibility: float

    def lit(self) -> list[Glow]:
        """The glows that nothing nearer hides: their middle is seen, or would be were the lamp a little larger."""
        height, width = self.mask.shape
        shining = []
        for glow in self.sprite.glows:
            column, row = int(glow.at[0]) - self.sprite.left, int(glow.at[1]) - self.sprite.top
            if self.mask[max(0, row - 2) : min(height, row + 3), max(0, column - 2) : min(width, column + 3)].any():
                shining.append(glow)
        return shining


def rasterize(
    class_name: str,
    distance: float,
    polygons: Sequence[tuple[np.ndarray, Colour]],
    canvas_hw: tuple[int, int],
    glows: Sequence[Glow] = (),
    shadow: np.ndarray | None = None,
) -> Sprite:
    """Polygons in canvas pixels as a sprite.

    Corners are cut to whole pixels here, once, so that silhouette and painting agree to the pixel. The silhouette may
    reach one canvas beyond each edge; farther parts are cut, which keeps a thing right before the lens from needing
    a silhouette of any size.
    """
    height, width = canvas_hw
    corners = np.floor(np.concatenate([outline for outline, _ in polygons])).astype(np.int64)
    left, top = np.maximum(corners.min(axis=0), (-width, -height)).tolist()
    right, bottom = np.minimum(corners.max(axis=0), (2 * width, 2 * height)).tolist()
    mask = Image.new("L", (max(0, right - left) + 1, max(0, bottom - top) + 1))
    draw = ImageDraw.Draw(mask)
    absolute, relative = corners.ravel().tolist(), (corners - (left, top)).ravel().tolist()
    outlines, start = [], 0
    for outline, colour in polygons:
        part = slice(start, start + outline.size)
        draw.polygon(relative[part], fill=255)
        outlines.append((absolute[part], colour))
        start = part.stop
    silhouette = np.asarray(mask) > 0
    return Sprite(class_name, distance, tuple(outlines), left, top, silhouette, tuple(glows), shadow)


def what_is_seen(
    sprites: Sequence[Sprite], canvas_hw: tuple[int, int], least: float, smallest: float
) -> tuple[list[Seen], np.ndarray]:
    """Decides from near to far what of each sprite is seen, and leaves out objects of which too little is.

    Leaving out a far object never changes what is seen of a nearer one, so one pass is exact.

    Args:
        sprites: in any order; equal distances keep their order, first in front.
        canvas_hw: size of the canvas.
        least: objects with a smaller visibility are left out; scenery stays.
        smallest: so are objects of which less is seen than a box this long and half as wide, canvas pixels.

    Returns:
        The sprites that stay, nearest first, and the owner of every pixel: uint8 [h, w], 1 + index of the object
        among the objects that stay in that order, 0 where no object is.
    """
    taken = np.zeros(canvas_hw, dtype=bool)
    owner = np.zeros(canvas_hw, dtype=np.uint8)
    kept: list[Seen] = []
    objects = 0
    for sprite in sorted(sprites, key=lambda sprite: sprite.distance):
        window, inner = _overlap(sprite, canvas_hw)
        silhouette = sprite.silhouette[inner]
        seen = silhouette & ~taken[window]
        visibility = float(np.count_nonzero(seen) / max(1, np.count_nonzero(sprite.silhouette)))
        box_xyxy = _tight_box(seen, window)
        short, long = sorted(box_xyxy[2:] - box_xyxy[:2])
        if sprite.class_name and (visibility < least or long < smallest or 2 * short < smallest):
            continue
        taken[window] |= silhouette
        if sprite.class_name:
            objects += 1
            owner[window][seen] = objects
        mask = np.zeros_like(sprite.silhouette)
        mask[inner] = seen
        kept.append(Seen(sprite, mask, box_xyxy, visibility))
    return kept, owner


def paint(canvas: Image.Image, seen: Sequence[Seen]) -> None:
    """Paints the sprites, farthest first."""
    draw = ImageDraw.Draw(canvas)
    for one in reversed(seen):
        for outline, colour in one.sprite.outlines:
            draw.polygon(outline, fill=colour)


def _overlap(sprite: Sprite, canvas_hw: tuple[int, int]) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """The part of the canvas that the sprite lies on, and the part of the sprite that lies on the canvas."""
    window, inner = [], []
    for start, length, limit in zip((sprite.top, sprite.left), sprite.silhouette.shape, canvas_hw):
        low, high = min(max(start, 0), limit), max(min(start + length, limit), 0)
        high = max(low, high)
        window.append(slice(low, high))
        inner.append(slice(low - start, high - start))
    return (window[0], window[1]), (inner[0], inner[1])


def _tight_box(seen: np.ndarray, window: tuple[slice, slice]) -> np.ndarray:
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        return np.zeros(4)
    y, x = window[0].start, window[1].start
    return np.array([x + columns[0], y + rows[0], x + columns[-1] + 1, y + rows[-1] + 1], dtype=np.float64)
