"""Solids with flat faces: how a vehicle or a house becomes polygons on the canvas."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from unify.scenes.geometry import Camera, Colour, Glow
from unify.scenes.light import Light


@dataclass(frozen=True)
class Decal:
    """Something flat on a face: a window, a lamp.

    Attributes:
        corners: float [K, 3]; on the face, metres.
        colour: as in daylight.
        shines: its colour is light of its own.
    """

    corners: np.ndarray
    colour: Colour
    shines: bool = False


@dataclass
class Face:
    """A flat face, with what is stuck on it.

    Attributes:
        corners: float [K, 3], K >= 3; counterclockwise as seen from outside, metres.
        colour: as in daylight.
        decals: painted right after the face, in order.
    """

    corners: np.ndarray
    colour: Colour
    decals: list[Decal] = field(default_factory=list)

    def inset(self, u1: float, u2: float, v1: float, v2: float) -> np.ndarray:
        """Corners float [4, 3] of a part of a four-cornered face; u along its first edge, v along its second, 0..1."""
        places = ((u1, v1), (u2, v1), (u2, v2), (u1, v2))
        shares = [((1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v) for u, v in places]
        return np.array(shares) @ self.corners

    def add(self, u1: float, u2: float, v1: float, v2: float, colour: Colour, *, shines: bool = False) -> None:
        self.decals.append(Decal(self.inset(u1, u2, v1, v2), colour, shines))


@dataclass
class Solid:
    """Faces in a frame of its own: x right, y up, z ahead, standing on y = 0 and turning around the origin.

    Attributes:
        faces: in any order; hidden ones are found by their winding, near ones by their distance.
        under: painted before all others whichever way they look: tyres, the dark underneath.
        glows: lamps, ``at`` float [3], radius in metres, and the direction they shine in, float [3].
    """

    faces: list[Face] = field(default_factory=list)
    under: list[Decal] = field(default_factory=list)
    glows: list[tuple[Glow, np.ndarray]] = field(default_factory=list)


@dataclass(frozen=True)
class Pose:
    """Where a solid stands: its origin on the ground, and its heading, radians from straight ahead to the right."""

    x: float
    z: float
    heading: float = 0.0

    def place(self, points: np.ndarray) -> np.ndarray:
        """Solid's frame to space, float [..., 3]."""
        return self.turn(points) + (self.x, 0.0, self.z)

    def turn(self, vectors: np.ndarray) -> np.ndarray:
        cos, sin = np.cos(self.heading), np.sin(self.heading)
        return vectors @ np.array([(cos, 0.0, -sin), (0.0, 1.0, 0.0), (sin, 0.0, cos)])


def extruded(profile: Sequence[tuple[float, float, float]], colours: Sequence[Colour], side: Colour) -> list[Face]:
    """A body as wide as its profile says, along the z axis.

    Args:
        profile: (z, y, half width) from the rear's lower edge over the top to the front's lower edge.
        colours: of the faces between neighbouring points of the profile.
        side: colour of the two sides.

    Returns:
        The faces along the profile in order, then the left and the right side.
    """
    points = np.array(profile, dtype=np.float64)
    left = np.stack([-points[:, 2], points[:, 1], points[:, 0]], axis=1)
    right = left * (-1, 1, 1)
    faces = [Face(np.array([left[k], right[k], right[k + 1], left[k + 1]]), colours[k]) for k in range(len(points) - 1)]
    return [*faces, Face(left, side), Face(right[::-1], side)]


def flattened(solid: Solid, pose: Pose, camera: Camera, light: Light) -> list[tuple[np.ndarray, Colour]]:
    """Polygons in canvas pixels, farthest first, coloured for the light and the distance."""
    # One projection for all corners: a call for each face costs more than everything else here together.
    parts: list[Face | Decal] = [*solid.under, *(part for face in solid.faces for part in (face, *face.decals))]
    placed = pose.place(np.concatenate([part.corners for part in parts]))
    projected = camera.project(placed)
    groups: list[tuple[float, list[tuple[np.ndarray, Colour]]]] = [(np.inf, [])]
    visible, end = True, 0
    for part in parts:
        start, end = end, end + len(part.corners)
        corners, pixels = placed[start:end], projected[start:end]
        if isinstance(part, Face):
            visible = _area(pixels) < 0
            middle = corners.sum(axis=0) / len(corners)
            distance = math.hypot(middle[0], middle[1] - camera.eye, middle[2])
            if visible:
                groups.append((distance, [(pixels, light.seen(part.colour, distance, tone=_tone(corners, light)))]))
        elif visible:
            groups[-1][1].append((pixels, light.seen(part.colour, float(corners[0, 2]), shines=part.shines)))
    return [polygon for _, group in sorted(groups, key=lambda item: -item[0]) for polygon in group]


def lamps(solid: Solid, pose: Pose, camera: Camera) -> list[Glow]:
    """The glows that shine towards the camera, in canvas pixels."""
    shining = []
    for glow, direction in solid.glows:
        at = pose.place(glow.at)
        facing = float(pose.turn(direction) @ ((0, camera.eye, 0) - at)) / float(np.linalg.norm(at))
        if facing > 0.3:
            radius = glow.radius * camera.pixels_per_metre(at[2])
            shining.append(Glow(camera.project(at), radius, glow.colour, glow.strength * facing, glow.by_day))
    return shining


def _area(pixels: np.ndarray) -> float:
    """Twice the signed area; negative where the corners run counterclockwise on the screen."""
    x, y = pixels[:, 0], pixels[:, 1]
    return float(x[:-1] @ y[1:] - y[:-1] @ x[1:] + x[-1] * y[0] - y[-1] * x[0])


def _tone(corners: np.ndarray, light: Light) -> float:
    """Flat shading: 0.72 in the shade up to 1.08 towards the light."""
    ax, ay, az = (corners[1] - corners[0]).tolist()
    bx, by, bz = (corners[2] - corners[1]).tolist()
    x, y, z = az * by - ay * bz, ax * bz - az * bx, ay * bx - ax * by
    towards = x * light.sun[0] + y * light.sun[1] + z * light.sun[2]
    return 0.72 + 0.36 * max(0.0, towards / (math.hypot(x, y, z) or 1.0))
