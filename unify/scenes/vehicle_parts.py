"""What cars, trucks and buses have in common: colours of glass and lamps, wheels, and the vehicle as a value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unify.scenes.geometry import Colour, Glow, ellipse, toned
from unify.scenes.solid import Decal, Solid

GLASS: Colour = (58, 74, 92)
LIT_GLASS: Colour = (250, 224, 160)
TYRE: Colour = (30, 31, 34)
HUB: Colour = (150, 154, 160)
UNDERNEATH: Colour = (22, 23, 26)
PLATE: Colour = (236, 234, 222)
HEADLAMP: Colour = (255, 250, 226)
TAIL_LAMP: Colour = (214, 32, 34)
AMBER: Colour = (255, 168, 52)
_BEHIND, _AHEAD = np.array([0.0, 0.0, -1.0]), np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Vehicle:
    """A solid and the ground it covers.

    Attributes:
        solid: around the vehicle's middle.
        length, width: metres.
    """

    solid: Solid
    length: float
    width: float


def upright(x: float, z1: float, z2: float, y1: float, y2: float, colour: Colour, *, shines: bool = False) -> Decal:
    """A rectangle in a side face."""
    return Decal(np.array([(x, y1, z1), (x, y1, z2), (x, y2, z2), (x, y2, z1)]), colour, shines)


def wheel(x: float, z: float, radius: float) -> list[Decal]:
    """Wheel arch, tyre and hub on a side face."""
    parts = ((1.14, toned(UNDERNEATH, 1.2), 0.04), (1.0, TYRE, 0.0), (0.55, HUB, 0.0), (0.2, (70, 72, 78), 0.0))
    decals = []
    for share, colour, lift in parts:
        outline = ellipse(z, radius + lift, radius * share, corners=16)
        corners = np.stack([np.full(16, x), np.maximum(outline[:, 1], 0.0), outline[:, 0]], axis=1)
        decals.append(Decal(corners, colour))
    return decals


def tyres(half: float, axles: tuple[float, ...], radius: float, tail: float) -> list[Decal]:
    """What is seen under the body from either end: the dark underneath and the tyres standing on the road."""
    z_ends = (0.3 - tail, tail - 0.3)
    decals = [
        Decal(
            np.array([(-half * 0.9, 0.16, z), (half * 0.9, 0.16, z), (half * 0.9, 0.6, z), (-half * 0.9, 0.6, z)]),
            UNDERNEATH,
        )
        for z in z_ends
    ]
    for axle in sorted(axles, key=abs):
        for x1, x2 in ((-half, -half + 0.24), (half - 0.24, half)):
            corners = [(x1, 0, axle), (x2, 0, axle), (x2, radius, axle), (x1, radius, axle)]
            decals.append(Decal(np.array(corners), TYRE))
    return decals


def end_lamps(
    half: float, tail: float, front_y: float, rear_y: float, radius: float, rear_strength: float
) -> list[tuple[Glow, np.ndarray]]:
    """The glow of two headlamps and two tail lamps, ``half`` metres off the middle."""
    glows = []
    for x in (-half, half):
        glows.append((Glow(np.array([x, front_y, tail]), radius, HEADLAMP, 0.7), _AHEAD))
        glows.append((Glow(np.array([x, rear_y, -tail]), 0.65, (255, 44, 36), rear_strength), _BEHIND))
    return glows
