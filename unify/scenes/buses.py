"""City buses."""

from __future__ import annotations

import numpy as np

from unify.scenes.geometry import Colour, blend, toned
from unify.scenes.solid import Face, Solid, extruded
from unify.scenes.vehicle_parts import (
    AMBER,
    GLASS,
    HEADLAMP,
    LIT_GLASS,
    PLATE,
    TAIL_LAMP,
    Vehicle,
    end_lamps,
    tyres,
    upright,
    wheel,
)

_COLOURS: tuple[Colour, ...] = (
    (196, 44, 46), (244, 196, 64), (44, 110, 172), (54, 140, 108), (240, 240, 238), (226, 118, 46), (110, 74, 140),
)  # fmt: skip


def bus(rng: np.random.Generator, dark: bool) -> Vehicle:
    """A city bus: windows all round, a lit destination board, doors on the right."""
    paint = _COLOURS[rng.integers(len(_COLOURS))]
    band = (242, 242, 238) if rng.random() < 0.5 else toned(paint, 0.72)
    length, half, height = float(rng.uniform(9.5, 11.5)), 1.26, 3.05
    tail = length / 2
    glass = LIT_GLASS if dark else GLASS
    profile = [
        (-tail, 0.34, half), (-tail, height - 0.12, half), (-tail + 0.15, height, half * 0.95),
        (tail - 0.15, height, half * 0.95), (tail, height - 0.12, half), (tail + 0.04, 0.32, half),
    ]  # fmt: skip
    faces = extruded(profile, [paint, paint, toned(paint, 1.06), paint, paint], paint)
    _bus_back(faces[0], band, glass, dark)
    _bus_front(faces[4], glass, dark)
    for side, sign in ((faces[5], -1), (faces[6], 1)):
        _bus_side(side, sign * half, tail, height, band, glass, dark)
    solid = Solid(faces, tyres(half * 0.96, (2.4 - tail, length - 2.4 - tail), 0.48, tail))
    solid.glows += end_lamps(half * 0.8, tail, 0.75, 0.95, 0.85, 0.5)
    return Vehicle(solid, length, 2 * half)


def _bus_back(back: Face, band: Colour, glass: Colour, dark: bool) -> None:
    back.add(0.0, 1.0, 0.0, 0.09, (52, 54, 58))
    back.add(0.0, 1.0, 0.4, 0.47, band)
    back.add(0.1, 0.9, 0.54, 0.86, glass, shines=dark)
    back.add(0.3, 0.7, 0.16, 0.36, toned(back.colour, 0.66))
    for v in (0.2, 0.25, 0.3):
        back.add(0.33, 0.67, v, v + 0.02, (40, 42, 46))
    for u1, u2 in ((0.03, 0.13), (0.87, 0.97)):
        back.add(u1, u2, 0.12, 0.26, (255, 58, 46) if dark else TAIL_LAMP, shines=dark)
        back.add(u1, u2, 0.27, 0.33, AMBER)
    back.add(0.4, 0.6, 0.1, 0.15, PLATE)
    back.add(0.36, 0.64, 0.88, 0.96, (34, 34, 36))
    back.add(0.4, 0.6, 0.9, 0.945, AMBER, shines=True)


def _bus_front(front: Face, glass: Colour, dark: bool) -> None:
    front.add(0.05, 0.95, 0.02, 0.13, (30, 31, 34))
    front.add(0.16, 0.84, 0.04, 0.11, AMBER, shines=True)
    front.add(0.05, 0.95, 0.15, 0.55, blend(glass, GLASS, 0.5), shines=False)
    front.add(0.49, 0.51, 0.15, 0.55, (44, 46, 50))
    front.add(0.55, 0.86, 0.2, 0.32, blend(GLASS, (255, 255, 255), 0.25))
    front.add(0.0, 1.0, 0.9, 1.0, (52, 54, 58))
    for u1, u2 in ((0.04, 0.18), (0.82, 0.96)):
        front.add(u1, u2, 0.74, 0.85, HEADLAMP if dark else (224, 230, 232), shines=dark)
    front.add(0.4, 0.6, 0.79, 0.87, PLATE)


def _bus_side(side: Face, x: float, tail: float, height: float, band: Colour, glass: Colour, dark: bool) -> None:
    side.decals.append(upright(x, -tail, tail, 1.1, 1.28, band))
    side.decals.append(upright(x, -tail, tail, 0.34, 0.5, toned(side.colour, 0.6)))
    panes = 6
    step = (2 * tail - 0.7) / panes
    for k in range(panes):
        start = -tail + 0.4 + k * step
        side.decals.append(upright(x, start, start + step - 0.14, 1.5, height - 0.45, glass, shines=dark))
    if x > 0:
        for z in (tail - 1.3, 0.2):
            side.decals.append(upright(x, z, z + 1.0, 0.45, height - 0.45, (50, 60, 72)))
            side.decals.append(upright(x, z + 0.47, z + 0.53, 0.45, height - 0.45, side.colour))
    for z in (2.4 - tail, tail - 2.4):
        side.decals += wheel(x, z, 0.48)
