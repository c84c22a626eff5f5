"""Cars, trucks and buses as solids: profile, windows, lamps, wheels.

Every maker returns a `Solid` around its own middle, heading along +z, drawn from ``rng`` alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unify.demo.geometry import Colour, Glow, blend, ellipse, toned
from unify.demo.solid import Decal, Face, Solid, extruded

CAR_COLOURS: tuple[Colour, ...] = (
    (236, 238, 240), (196, 200, 206), (128, 134, 142), (52, 56, 64), (178, 38, 42), (40, 86, 158), (28, 54, 100),
    (36, 104, 84), (214, 198, 160), (222, 120, 44), (240, 194, 54), (116, 44, 66), (98, 158, 196), (150, 172, 110),
)  # fmt: skip
TRUCK_COLOURS: tuple[Colour, ...] = (
    (238, 238, 236), (44, 92, 160), (190, 48, 44), (240, 186, 60), (52, 120, 88), (90, 98, 110), (232, 128, 50),
)  # fmt: skip
BUS_COLOURS: tuple[Colour, ...] = (
    (196, 44, 46), (244, 196, 64), (44, 110, 172), (54, 140, 108), (240, 240, 238), (226, 118, 46), (110, 74, 140),
)  # fmt: skip

_GLASS: Colour = (58, 74, 92)
_LIT_GLASS: Colour = (250, 224, 160)
_TYRE: Colour = (30, 31, 34)
_HUB: Colour = (150, 154, 160)
_UNDERNEATH: Colour = (22, 23, 26)
_PLATE: Colour = (236, 234, 222)
_HEADLAMP: Colour = (255, 250, 226)
_TAIL_LAMP: Colour = (214, 32, 34)
_AMBER: Colour = (255, 168, 52)
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


@dataclass(frozen=True)
class _CarShape:
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
    _CarShape(4.6, 1.84, 1.0, 0.75, 1.48, 1.5, 2.75, 3.5, 0.82),  # saloon
    _CarShape(4.0, 1.78, 1.0, 0.0, 1.52, 0.45, 2.3, 3.05, 0.84),  # hatchback
    _CarShape(4.6, 1.94, 1.14, 0.0, 1.78, 0.3, 2.8, 3.45, 1.02),  # sport utility
    _CarShape(4.7, 1.86, 1.02, 0.0, 1.54, 0.4, 2.95, 3.65, 0.84),  # estate
)


def car(rng: np.random.Generator, dark: bool) -> Vehicle:
    """One of four body shapes in any colour; ``dark`` switches its lamps on."""
    shape = _SHAPES[rng.choice(len(_SHAPES), p=[0.3, 0.28, 0.27, 0.15])]
    paint = CAR_COLOURS[rng.integers(len(CAR_COLOURS))]
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
    solid = Solid(faces, _tyres(half * 0.97, (0.85 - tail, shape.length - 0.85 - tail), 0.33, tail))
    for x in (-half * 0.74, half * 0.74):
        solid.glows.append((Glow(np.array([x, 0.68, tail]), 0.75, _HEADLAMP, 0.7), _AHEAD))
        tail_glow = 0.75 if braking else 0.45
        solid.glows.append((Glow(np.array([x, 0.8, -tail]), 0.7, (255, 44, 36), tail_glow, by_day=False), _BEHIND))
    return Vehicle(solid, shape.length, shape.width)


def _car_ends(faces: list[Face], shape: _CarShape, dark: bool, braking: bool) -> None:
    bumper, back, rear_glass, windscreen, front, chin = faces[0], faces[1], faces[3], faces[5], faces[7], faces[8]
    tail_colour = (255, 58, 46) if braking or dark else _TAIL_LAMP
    for u1, u2 in ((0.03, 0.2), (0.8, 0.97)):
        back.add(u1, u2, 0.45, 0.9, tail_colour, shines=dark or braking)
        front.add(u1 + 0.01, u2 - 0.01, 0.3, 0.85, _HEADLAMP if dark else (224, 230, 232), shines=dark)
    back.add(0.37, 0.63, 0.08, 0.42, _PLATE)
    bumper.add(0.06, 0.94, 0.0, 0.3, (44, 46, 50))
    front.add(0.3, 0.7, 0.25, 0.75, (40, 42, 46))
    front.add(0.38, 0.62, 0.78, 0.98, _PLATE)
    chin.add(0.12, 0.88, 0.1, 0.6, (44, 46, 50))
    rear_glass.add(0.06, 0.94, 0.1, 0.92, _GLASS)
    rear_glass.add(0.12, 0.4, 0.55, 0.86, blend(_GLASS, (255, 255, 255), 0.22))
    # Seen from ahead the first edge of a front face is its upper one.
    windscreen.add(0.05, 0.95, 0.08, 0.96, _GLASS)
    windscreen.add(0.55, 0.88, 0.16, 0.42, blend(_GLASS, (255, 255, 255), 0.22))


def _car_side(face: Face, sign: int, shape: _CarShape, tail: float) -> None:
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
        face.decals.append(Decal(np.array(corners), _GLASS))
    seam = toned(face.colour, 0.8)
    face.decals.append(_upright(sign * half * 0.98, pillar - 0.03 - tail, pillar + 0.03 - tail, 0.36, sill, seam))
    face.decals.append(_upright(sign * half * 0.98, 0.1 - tail, shape.length - 0.1 - tail, 0.28, 0.38, (46, 48, 52)))
    for z in (0.85, shape.length - 0.85):
        face.decals += _wheel(sign * half * 0.985, z - tail, 0.33)


def truck(rng: np.random.Generator, dark: bool) -> Vehicle:
    """A cab with a cargo box (or a tipper's open tray) behind it."""
    paint = TRUCK_COLOURS[rng.integers(len(TRUCK_COLOURS))]
    load = TRUCK_COLOURS[rng.integers(len(TRUCK_COLOURS))] if rng.random() < 0.5 else (232, 234, 234)
    length, half = float(rng.uniform(6.6, 8.6)), 1.22
    tail, cab = length / 2, 1.9
    height = float(rng.uniform(2.9, 3.5))
    tipper = bool(rng.random() < 0.25)
    if tipper:
        height, load = 2.3, toned(load, 0.85)
    solid = Solid(under=_tyres(half * 0.96, (1.2 - tail, 2.2 - tail, length - 1.1 - tail), 0.5, tail))
    solid.faces += _cargo(load, height, half, -tail, tail - cab - 0.25, tipper, dark)
    solid.faces += _cab(paint, half * 0.95, tail - cab, tail, min(2.75, height), dark)
    frame = (52, 54, 58)
    solid.faces += extruded(
        [
            (0.1 - tail, 0.5, half * 0.8),
            (0.1 - tail, 1.0, half * 0.8),
            (tail - 1.0, 1.0, half * 0.8),
            (tail - 1.0, 0.5, half * 0.8),
        ],
        [frame] * 3,
        frame,
    )
    for x in (-half * 0.8, half * 0.8):
        solid.glows.append((Glow(np.array([x, 0.85, tail]), 0.85, _HEADLAMP, 0.7), _AHEAD))
        solid.glows.append((Glow(np.array([x, 0.8, -tail]), 0.6, (255, 44, 36), 0.5), _BEHIND))
    return Vehicle(solid, length, 2 * half)


def _cargo(load: Colour, height: float, half: float, rear: float, front: float, tipper: bool, dark: bool) -> list[Face]:
    floor = 0.95
    profile = [(rear, floor, half), (rear, height, half), (front, height, half), (front, floor, half)]
    top = (96, 82, 66) if tipper else toned(load, 1.03)
    faces = extruded(profile, [toned(load, 0.95), top, load], load)
    back, left, right = faces[0], faces[3], faces[4]
    seam = toned(load, 0.62)
    back.add(0.0, 1.0, 0.0, 0.05, seam)
    if tipper:
        for u in (0.2, 0.5, 0.8):
            back.add(u - 0.025, u + 0.025, 0.05, 1.0, seam)
    else:
        back.add(0.49, 0.51, 0.04, 0.96, seam)
        for u in (0.36, 0.62):
            back.add(u, u + 0.02, 0.06, 0.94, toned(load, 0.72))
        back.add(0.0, 1.0, 0.95, 1.0, seam)
    stripe = blend(load, (40, 70, 120), 0.75)
    for side, sign in ((left, -1), (right, 1)):
        x = sign * half
        side.decals.append(_upright(x, rear, front, floor, floor + 0.12, seam))
        if not tipper:
            low, high = floor + (height - floor) * 0.4, floor + (height - floor) * 0.62
            side.decals.append(_upright(x, rear + 0.6, front - 0.6, low, high, stripe))
        for z in (rear + 1.2, rear + 2.2):
            side.decals += _wheel(x, z, 0.5)
    bar = extruded(
        [(rear - 0.02, 0.55, half), (rear - 0.02, 0.8, half), (rear + 0.1, 0.8, half)], [(60, 62, 66)] * 2, (60, 62, 66)
    )
    for u1, u2 in ((0.02, 0.18), (0.82, 0.98)):
        bar[0].add(u1, u2, 0.15, 0.9, (255, 58, 46) if dark else _TAIL_LAMP, shines=dark)
    bar[0].add(0.4, 0.6, 0.1, 0.95, _PLATE)
    return [*faces, *bar]


def _cab(paint: Colour, half: float, rear: float, front: float, height: float, dark: bool) -> list[Face]:
    profile = [
        (rear, 0.5, half), (rear, height, half), (front - 0.3, height, half * 0.96), (front - 0.02, 1.45, half),
        (front, 0.45, half),
    ]  # fmt: skip
    faces = extruded(profile, [toned(paint, 0.8), paint, paint, paint], paint)
    screen, nose = faces[2], faces[3]
    screen.add(0.06, 0.94, 0.12, 0.94, _GLASS)
    screen.add(0.55, 0.88, 0.2, 0.5, blend(_GLASS, (255, 255, 255), 0.2))
    nose.add(0.2, 0.8, 0.12, 0.62, (44, 46, 50))
    nose.add(0.0, 1.0, 0.82, 1.0, (60, 62, 66))
    for u1, u2 in ((0.03, 0.19), (0.81, 0.97)):
        nose.add(u1, u2, 0.58, 0.8, _HEADLAMP if dark else (224, 230, 232), shines=dark)
    for side, sign in ((faces[4], -1), (faces[5], 1)):
        x = sign * half
        side.decals.append(_upright(x, rear + 0.55, front - 0.3, 1.5, height - 0.3, _GLASS))
        side.decals.append(_upright(x, rear + 0.5, rear + 0.54, 0.6, height - 0.2, toned(paint, 0.7)))
        side.decals += _wheel(x * 1.02, front - 1.1, 0.5)
    return faces


def bus(rng: np.random.Generator, dark: bool) -> Vehicle:
    """A city bus: windows all round, a lit destination board, doors on the right."""
    paint = BUS_COLOURS[rng.integers(len(BUS_COLOURS))]
    band = (242, 242, 238) if rng.random() < 0.5 else toned(paint, 0.72)
    length, half, height = float(rng.uniform(9.5, 11.5)), 1.26, 3.05
    tail = length / 2
    glass = _LIT_GLASS if dark else _GLASS
    profile = [
        (-tail, 0.34, half), (-tail, height - 0.12, half), (-tail + 0.15, height, half * 0.95),
        (tail - 0.15, height, half * 0.95), (tail, height - 0.12, half), (tail + 0.04, 0.32, half),
    ]  # fmt: skip
    faces = extruded(profile, [paint, paint, toned(paint, 1.06), paint, paint], paint)
    _bus_back(faces[0], band, glass, dark)
    _bus_front(faces[4], glass, dark)
    for side, sign in ((faces[5], -1), (faces[6], 1)):
        _bus_side(side, sign * half, tail, height, band, glass, dark)
    solid = Solid(faces, _tyres(half * 0.96, (2.4 - tail, length - 2.4 - tail), 0.48, tail))
    for x in (-half * 0.8, half * 0.8):
        solid.glows.append((Glow(np.array([x, 0.75, tail]), 0.85, _HEADLAMP, 0.7), _AHEAD))
        solid.glows.append((Glow(np.array([x, 0.95, -tail]), 0.6, (255, 44, 36), 0.5), _BEHIND))
    return Vehicle(solid, length, 2 * half)


def _bus_back(back: Face, band: Colour, glass: Colour, dark: bool) -> None:
    back.add(0.0, 1.0, 0.0, 0.09, (52, 54, 58))
    back.add(0.0, 1.0, 0.4, 0.47, band)
    back.add(0.1, 0.9, 0.54, 0.86, glass, shines=dark)
    back.add(0.3, 0.7, 0.16, 0.36, toned(back.colour, 0.66))
    for v in (0.2, 0.25, 0.3):
        back.add(0.33, 0.67, v, v + 0.02, (40, 42, 46))
    for u1, u2 in ((0.03, 0.13), (0.87, 0.97)):
        back.add(u1, u2, 0.12, 0.26, (255, 58, 46) if dark else _TAIL_LAMP, shines=dark)
        back.add(u1, u2, 0.27, 0.33, _AMBER)
    back.add(0.4, 0.6, 0.1, 0.15, _PLATE)
    back.add(0.36, 0.64, 0.88, 0.96, (34, 34, 36))
    back.add(0.4, 0.6, 0.9, 0.945, _AMBER, shines=True)


def _bus_front(front: Face, glass: Colour, dark: bool) -> None:
    front.add(0.05, 0.95, 0.02, 0.13, (30, 31, 34))
    front.add(0.16, 0.84, 0.04, 0.11, _AMBER, shines=True)
    front.add(0.05, 0.95, 0.15, 0.55, blend(glass, _GLASS, 0.5), shines=False)
    front.add(0.49, 0.51, 0.15, 0.55, (44, 46, 50))
    front.add(0.55, 0.86, 0.2, 0.32, blend(_GLASS, (255, 255, 255), 0.25))
    front.add(0.0, 1.0, 0.9, 1.0, (52, 54, 58))
    for u1, u2 in ((0.04, 0.18), (0.82, 0.96)):
        front.add(u1, u2, 0.74, 0.85, _HEADLAMP if dark else (224, 230, 232), shines=dark)
    front.add(0.4, 0.6, 0.79, 0.87, _PLATE)


def _bus_side(side: Face, x: float, tail: float, height: float, band: Colour, glass: Colour, dark: bool) -> None:
    side.decals.append(_upright(x, -tail, tail, 1.1, 1.28, band))
    side.decals.append(_upright(x, -tail, tail, 0.34, 0.5, toned(side.colour, 0.6)))
    panes = 6
    step = (2 * tail - 0.7) / panes
    for k in range(panes):
        start = -tail + 0.4 + k * step
        side.decals.append(_upright(x, start, start + step - 0.14, 1.5, height - 0.45, glass, shines=dark))
    if x > 0:
        for z in (tail - 1.3, 0.2):
            side.decals.append(_upright(x, z, z + 1.0, 0.45, height - 0.45, (50, 60, 72)))
            side.decals.append(_upright(x, z + 0.47, z + 0.53, 0.45, height - 0.45, side.colour))
    for z in (2.4 - tail, tail - 2.4):
        side.decals += _wheel(x, z, 0.48)


def _upright(x: float, z1: float, z2: float, y1: float, y2: float, colour: Colour, *, shines: bool = False) -> Decal:
    """A rectangle in a side face."""
    return Decal(np.array([(x, y1, z1), (x, y1, z2), (x, y2, z2), (x, y2, z1)]), colour, shines)


def _wheel(x: float, z: float, radius: float) -> list[Decal]:
    """Wheel arch, tyre and hub on a side face."""
    parts = ((1.14, toned(_UNDERNEATH, 1.2), 0.04), (1.0, _TYRE, 0.0), (0.55, _HUB, 0.0), (0.2, (70, 72, 78), 0.0))
    decals = []
    for share, colour, lift in parts:
        outline = ellipse(z, radius + lift, radius * share, corners=16)
        corners = np.stack([np.full(16, x), np.maximum(outline[:, 1], 0.0), outline[:, 0]], axis=1)
        decals.append(Decal(corners, colour))
    return decals


def _tyres(half: float, axles: tuple[float, ...], radius: float, tail: float) -> list[Decal]:
    """What is seen under the body from either end: the dark underneath and the tyres standing on the road."""
    z_ends = (0.3 - tail, tail - 0.3)
    decals = [
        Decal(
            np.array([(-half * 0.9, 0.16, z), (half * 0.9, 0.16, z), (half * 0.9, 0.6, z), (-half * 0.9, 0.6, z)]),
            _UNDERNEATH,
        )
        for z in z_ends
    ]
    for axle in sorted(axles, key=abs):
        for x1, x2 in ((-half, -half + 0.24), (half - 0.24, half)):
            corners = [(x1, 0, axle), (x2, 0, axle), (x2, radius, axle), (x1, radius, axle)]
            decals.append(Decal(np.array(corners), _TYRE))
    return decals
