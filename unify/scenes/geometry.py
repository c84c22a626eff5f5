"""The camera, and the few shapes everything is made of.

Space is in metres: x to the right of the camera, y up from the ground, z ahead. Shapes are closed polygons; a drawing
is a list of `Patch`, first painted first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Camera:
    """A pinhole camera looking along a road that may bend a little.

    Attributes:
        width, height: size of the canvas in its own pixels.
        horizon: row of the horizon, pixels from the top.
        eye: height of the lens over the ground, metres.
        bend: sideways drift of the road, metres per metre ahead squared.
        focal: focal length, pixels.
    """

    width: int
    height: int
    horizon: float
    eye: float
    bend: float
    focal: float

    def project(self, points: np.ndarray | Sequence) -> np.ndarray:
        """Pixels (column, row), float64 [..., 2], of points float [..., 3] with z > 0."""
        points = np.asarray(points, dtype=np.float64)
        z = np.maximum(points[..., 2], 0.5)
        pixels = np.empty((*points.shape[:-1], 2))
        pixels[..., 0] = self.width / 2 + self.focal * (points[..., 0] / z + self.bend * z)
        pixels[..., 1] = self.horizon + self.focal * (self.eye - points[..., 1]) / z
        return pixels

    def pixels_per_metre(self, z: float) -> float:
        return self.focal / z


@dataclass(frozen=True)
class Patch:
    """One polygon of one colour.

    Attributes:
        points: float [K, 2]; in the frame the drawing is made in.
        colour: as in daylight, close by.
        shines: the colour is light of its own, which night does not dim.
    """

    points: np.ndarray
    colour: Colour
    shines: bool = False


@dataclass(frozen=True)
class Glow:
    """A soft light around a lamp.

    Attributes:
        at: float [2]; in the frame the drawing is made in.
        radius: in units of that frame.
        colour: of the light.
        strength: 0..1.
        by_day: glows in daylight too.
    """

    at: np.ndarray
    radius: float
    colour: Colour
    strength: float
    by_day: bool = False


@dataclass(frozen=True)
class Drawing:
    """An upright flat figure: metres, x to the right of its foot, y up from the ground."""

    patches: tuple[Patch, ...]
    glows: tuple[Glow, ...] = ()


def polygon(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, dtype=np.float64)


def box(x1: float, y1: float, x2: float, y2: float) -> np.ndarray:
    return polygon((x1, y1), (x2, y1), (x2, y2), (x1, y2))


@cache
def _unit_circle(corners: int) -> np.ndarray:
    angle = np.arange(corners) * (2 * np.pi / corners)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


@cache
def _half_circle() -> np.ndarray:
    """The half of the unit circle that lies behind someone heading along x; float [6, 2]."""
    angle = np.linspace(np.pi / 2, 3 * np.pi / 2, 6)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def ellipse(x: float, y: float, radius_x: float, radius_y: float | None = None, corners: int = 18) -> np.ndarray:
    """Polygon float [corners, 2] around (x, y); a circle where ``radius_y`` is left out."""
    return _unit_circle(corners) * (radius_x, radius_x if radius_y is None else radius_y) + (x, y)


def rounded_box(x1: float, y1: float, x2: float, y2: float, radius: float) -> np.ndarray:
    """A box with four quarter circles of ``radius`` for corners; float [16, 2]."""
    radius = min(radius, (x2 - x1) / 2, (y2 - y1) / 2)
    angle = np.linspace(0, np.pi / 2, 4)
    centres = (
        (x2 - radius, y2 - radius),
        (x1 + radius, y2 - radius),
        (x1 + radius, y1 + radius),
        (x2 - radius, y1 + radius),
    )
    arcs = [
        np.stack([x + radius * np.cos(angle + k * np.pi / 2), y + radius * np.sin(angle + k * np.pi / 2)], axis=1)
        for k, (x, y) in enumerate(centres)
    ]
    return np.concatenate(arcs)


def limb(start: Sequence[float], end: Sequence[float], width: float, end_width: float | None = None) -> np.ndarray:
    """A tapering stroke with round ends, float [12, 2]."""
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length = math.hypot(along_x, along_y) or 1.0
    cos, sin = along_x / length, along_y / length
    cap = _half_circle() @ np.array([(cos, sin), (-sin, cos)])
    return np.concatenate([cap * (width / 2) + start, cap * (-(width if end_width is None else end_width) / 2) + end])


def mirrored(drawing: Drawing) -> Drawing:
    """The figure facing the other way."""
    flip = np.array([-1.0, 1.0])
    return Drawing(
        tuple(Patch(patch.points * flip, patch.colour, patch.shines) for patch in drawing.patches),
        tuple(Glow(glow.at * flip, glow.radius, glow.colour, glow.strength, glow.by_day) for glow in drawing.glows),
    )


def blend(a: Iterable[float], b: Iterable[float], share: float) -> Colour:
    """``share`` 0 gives ``a``, 1 gives ``b``."""
    return tuple(round(p + (q - p) * share) for p, q in zip(a, b))  # type: ignore[return-value]


def toned(colour: Iterable[float], factor: float) -> Colour:
    """Darker below 1, lighter above; clipped to 0..255."""
    return tuple(min(255, max(0, round(channel * factor))) for channel in colour)  # type: ignore[return-value]
