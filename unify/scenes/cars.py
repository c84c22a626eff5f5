"""Cars: saloon, hatchback, sport utility, estate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unify.scenes.geometry import Colour, blend, toned
from unify.scenes.solid import Decal, Face, Solid, extruded
from unify.scenes.vehicle_parts import GLASS, HEADLAMP, PLATE, TAIL_LAMP, Vehicle, end_lamps, tyres, upright, wheel

_COLOURS: tuple[Colour, ...] = (
    (236, 238, 240), (196, 200, 206), (128, 134, 142), (52, 56, 64), (178, 38, 42), (40, 86, 158), (28, 54, 100),
    (36, 104, 84), (214, 198, 160), (222, 120, 44), (240, 194, 54), (116, 44, 66), (98, 158, 196), (150, 172, 110),
)  # fmt: skip


@dataclass(frozen=True)
class _Shape:
    """Side view of a car. Metres; lengths measured from the rear bumper.

    Attributes:
        length, width, belt: overall length and width, height of the window line.
        boot: length of the boot lid; 0 for a hatch.
        roof: height; ``roof_from``, ``roof_to``: where it begins and ends.
        screen: where the windscreen meets the bonnet.
        nose: height of the bonnet at the front.
    """

    length: float
    width: float
    belt: float
    boot: float
    roof: float
    roof_from: float
    roof_to: float
    screen: float
    nose: float


_SHAPES = (
    _Shape(4.6, 1.84, 1.0, 0.75, 1.48, 1.5, 2.75, 3.5, 0.82),  # saloon
    _Shape(4.0, 1.78, 1.0, 0.0, 1.52, 0.45, 2.3, 3.05, 0.84),  # hatchback
    _Shape(4.6, 1.94, 1.14, 0.0, 1.78, 0.3, 2.8, 3.45, 1.02),  # sport utility
    _Shape(4.7, 1.86, 1.02, 0.0, 1.54, 0.4, 2.95, 3.65, 0.84),  # estate
)


def car(rng: np.random.Generator, dark: bool) -> Vehicle:
    """One of four body shapes in any colour; ``dark`` switches its lamps on."""
    shape = _SHAPES[rng.choice(len(_SHAPES), p=[0.3, 0.28, 0.27, 0.15])]
    paint = _COLOURS[rng.integers(len(_COLOURS))]
    braking = bool(rng.random() < 0.3)
    half, tail = shape.width / 2, shape.length / 2
    shelf = (shape.boot, shape.belt, half * 0.95) if shape.boot else (0.06, shape.belt, half * 0.96)
    profile = [
        (0.04, 0.28, half * 0.94),
        (0.0, 0.62, half),
        (0.03, shape.belt - 0.04, half * 0.98),
        shelf,
        (shape.roof_from, shape.roof, half * 0.76),
        (shape.roof_to, shape.roof, half * 0.76),
        (shape.screen, shape.belt, half * 0.94),
        (shape.length - 0.12, shape.nose, half * 0.93),
        (shape.length, 0.6, half * 0.97),
        (shape.length - 0.05, 0.28, half * 0.9),
    ]
    bumper = toned(paint, 0.62)
    colours = [bumper, paint, toned(paint, 0.96), paint, toned(paint, 1.06), paint, paint, paint, bumper]
    faces = extruded([(z - tail, y, w) for z, y, w in profile], colours, paint)
    _car_ends(faces, shape, dark, braking)
    for side, sign in ((faces[9], -1), (faces[10], 1)):
        _car_side(side, sign, shape, tail)
    solid = Solid(faces, tyres(half * 0.97, (0.85 - tail, shape.length - 0.85 - tail), 0.33, tail))
    solid.glows += end_lamps(half * 0.74, tail, 0.68, 0.8, 0.75, 0.75 if braking else 0.45)
    return Vehicle(solid, shape.length, shape.width)


def _car_ends(faces: list[Face], shape: _Shape, dark: bool, braking: bool) -> None:
    bumper, back, rear_glass, windscreen, front, chin = faces[0], faces[1], faces[3], faces[5], faces[7], faces[8]
    tail_colour = (255, 58, 46) if braking or dark else TAIL_LAMP
    for u1, u2 in ((0.03, 0.2), (0.8, 0.97)):
        back.add(u1, u2, 0.45, 0.9, tail_colour, shines=dark or braking)
        front.add(u1 + 0.01, u2 - 0.01, 0.3, 0.85, HEADLAMP if dark else (224, 230, 232), shines=dark)
    back.add(0.37, 0.63, 0.08, 0.42, PLATE)
    bumper.add(0.06, 0.94, 0.0, 0.3, (44, 46, 50))
    front.add(0.3, 0.7, 0.25, 0.75, (40, 42, 46))
    front.add(0.38, 0.62, 0.78, 0.98, PLATE)
    chin.add(0.12, 0.88, 0.1, 0.6, (44, 46, 50))
    rear_glass.add(0.06, 0.94, 0.1, 0.92, GLASS)
    rear_glass.add(0.12, 0.4, 0.55, 0.86, blend(GLASS, (255, 255, 255), 0.22))
    # Seen from ahead the first edge of a front face is its upper one.
    windscreen.add(0.05, 0.95, 0.08, 0.96, GLASS)
    windscreen.add(0.55, 0.88, 0.16, 0.42, blend(GLASS, (255, 255, 255), 0.22))


def _car_side(face: Face, sign: int, shape: _Shape, tail: float) -> None:
    half, sill, top = shape.width / 2, shape.belt + 0.02, shape.roof - 0.06
    slope_back = shape.roof_from - (shape.boot or 0.06)
    slope_front = shape.screen - shape.roof_to
    pillar = (shape.roof_from + shape.roof_to) / 2
    rise = (top - sill) / (shape.roof - shape.belt)
    lower = ((shape.boot or 0.06) + 0.3, pillar - 0.05, pillar + 0.05, shape.screen - 0.22)
    upper = (lower[0] + slope_back * rise * 0.8, pillar - 0.05, pillar + 0.05, lower[3] - slope_front * rise * 0.9)
    for k in (0, 2):
        outline = [(lower[k], sill), (lower[k + 1], sill), (upper[k + 1], top), (upper[k], top)]
        corners = [
            (sign * half * (0.955 - 0.19 * (y - shape.belt) / (shape.roof - shape.belt)), y, z - tail)
            for z, y in outline
        ]
        face.decals.append(Decal(np.array(corners), GLASS))
    seam = toned(face.colour, 0.8)
    face.decals.append(upright(sign * half * 0.98, pillar - 0.03 - tail, pillar + 0.03 - tail, 0.36, sill, seam))
    face.decals.append(upright(sign * half * 0.98, 0.1 - tail, shape.length - 0.1 - tail, 0.28, 0.38, (46, 48, 52)))
    for z in (0.85, shape.length - 0.85):
        face.decals += wheel(sign * half * 0.985, z - tail, 0.33)
