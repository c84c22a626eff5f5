"""Trucks: a cab with a cargo box or a tipper's open tray."""

from __future__ import annotations

import numpy as np

from unify.scenes.geometry import Colour, blend, toned
from unify.scenes.solid import Face, Solid, extruded
from unify.scenes.vehicle_parts import GLASS, HEADLAMP, PLATE, TAIL_LAMP, Vehicle, end_lamps, tyres, upright, wheel

_COLOURS: tuple[Colour, ...] = (
    (238, 238, 236), (44, 92, 160), (190, 48, 44), (240, 186, 60), (52, 120, 88), (90, 98, 110), (232, 128, 50),
)  # fmt: skip


def truck(rng: np.random.Generator, dark: bool) -> Vehicle:
    """A cab with a cargo box (or a tipper's open tray) behind it."""
    paint = _COLOURS[rng.integers(len(_COLOURS))]
    load = _COLOURS[rng.integers(len(_COLOURS))] if rng.random() < 0.5 else (232, 234, 234)
    length, half = float(rng.uniform(6.6, 8.6)), 1.22
    tail, cab = length / 2, 1.9
    height = float(rng.uniform(2.9, 3.5))
    tipper = bool(rng.random() < 0.25)
    if tipper:
        height, load = 2.3, toned(load, 0.85)
    solid = Solid(under=tyres(half * 0.96, (1.2 - tail, 2.2 - tail, length - 1.1 - tail), 0.5, tail))
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
    solid.glows += end_lamps(half * 0.8, tail, 0.85, 0.8, 0.85, 0.5)
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
        side.decals.append(upright(x, rear, front, floor, floor + 0.12, seam))
        if not tipper:
            low, high = floor + (height - floor) * 0.4, floor + (height - floor) * 0.62
            side.decals.append(upright(x, rear + 0.6, front - 0.6, low, high, stripe))
        for z in (rear + 1.2, rear + 2.2):
            side.decals += wheel(x, z, 0.5)
    bar = extruded(
        [(rear - 0.02, 0.55, half), (rear - 0.02, 0.8, half), (rear + 0.1, 0.8, half)], [(60, 62, 66)] * 2, (60, 62, 66)
    )
    for u1, u2 in ((0.02, 0.18), (0.82, 0.98)):
        bar[0].add(u1, u2, 0.15, 0.9, (255, 58, 46) if dark else TAIL_LAMP, shines=dark)
    bar[0].add(0.4, 0.6, 0.1, 0.95, PLATE)
    return [*faces, *bar]


def _cab(paint: Colour, half: float, rear: float, front: float, height: float, dark: bool) -> list[Face]:
    profile = [
        (rear, 0.5, half), (rear, height, half), (front - 0.3, height, half * 0.96), (front - 0.02, 1.45, half),
        (front, 0.45, half),
    ]  # fmt: skip
    faces = extruded(profile, [toned(paint, 0.8), paint, paint, paint], paint)
    screen, nose = faces[2], faces[3]
    screen.add(0.06, 0.94, 0.12, 0.94, GLASS)
    screen.add(0.55, 0.88, 0.2, 0.5, blend(GLASS, (255, 255, 255), 0.2))
    nose.add(0.2, 0.8, 0.12, 0.62, (44, 46, 50))
    nose.add(0.0, 1.0, 0.82, 1.0, (60, 62, 66))
    for u1, u2 in ((0.03, 0.19), (0.81, 0.97)):
        nose.add(u1, u2, 0.58, 0.8, HEADLAMP if dark else (224, 230, 232), shines=dark)
    for side, sign in ((faces[4], -1), (faces[5], 1)):
        x = sign * half
        side.decals.append(upright(x, rear + 0.55, front - 0.3, 1.5, height - 0.3, GLASS))
        side.decals.append(upright(x, rear + 0.5, rear + 0.54, 0.6, height - 0.2, toned(paint, 0.7)))
        side.decals += wheel(x * 1.02, front - 1.1, 0.5)
    return faces
