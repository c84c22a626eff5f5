"""Houses and trees along the street. No object, so no truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from unify.scenes.geometry import Camera, Colour, blend, ellipse, toned
from unify.scenes.light import Light
from unify.scenes.road import Street
from unify.scenes.solid import Decal, Pose, Solid, extruded, flattened

_Quad = tuple[tuple[float, float, float], ...]

_WALLS: tuple[Colour, ...] = (
    (196, 170, 142), (170, 112, 90), (206, 198, 184), (146, 150, 158), (186, 150, 108), (158, 134, 122),
    (120, 130, 144), (216, 206, 176), (178, 186, 190),
)  # fmt: skip
_ROOFS: tuple[Colour, ...] = ((150, 76, 58), (96, 84, 82), (120, 92, 72), (78, 86, 98))
_LEAVES: tuple[Colour, ...] = ((70, 120, 62), (88, 136, 70), (58, 104, 70), (118, 142, 66), (178, 128, 58))
_BARK: Colour = (92, 70, 52)
_SNOW: Colour = (238, 242, 246)
_PANE: Colour = (84, 104, 124)
_LIT: tuple[Colour, ...] = ((255, 214, 130), (255, 232, 176), (250, 196, 110))


@dataclass(frozen=True)
class _Easel:
    """All that painting a house takes: where to, seen how, in what light, by which chance."""

    draw: ImageDraw.ImageDraw
    camera: Camera
    light: Light
    rng: np.random.Generator

    def pick(self, colours: tuple[Colour, ...]) -> Colour:
        return colours[self.rng.integers(len(colours))]


def paint_roadside(canvas: Image.Image, street: Street, camera: Camera, light: Light, rng: np.random.Generator) -> None:
    """Houses and trees along both sides, farthest first. They stand beyond the sidewalk and hide no object."""
    easel = _Easel(ImageDraw.Draw(canvas), camera, light, rng)
    for edge, sign in ((street.kerb_left, -1), (street.kerb_right, 1)):
        front = edge + sign * (street.sidewalk + 0.3)
        if street.setting == "city":
            _paint_block(easel, front, sign)
        else:
            _paint_gardens(easel, front, sign, street.setting)


def _paint_block(easel: _Easel, front: float, sign: int) -> None:
    """Town houses wall to wall, here and there a gap or two trees."""
    rng = easel.rng
    lots, z = [], float(rng.uniform(-2, 5))
    while z < 95:
        length = float(rng.uniform(9, 18))
        lots.append((z, length, float(rng.uniform(7, 19)), rng.random() < 0.16))
        z += length + float(rng.choice([0.0, 0.0, 4.0]))
    for z, length, height, is_park in reversed(lots):
        if is_park:
            for k in range(2):
                _paint_tree(easel, front + sign * 2.5, max(6.0, z + length * (0.7 - 0.4 * k)))
        elif z + length > 3.5:
            _paint_town_house(easel, front, sign, max(2.0, z), z + length, height)


def _paint_town_house(easel: _Easel, front: float, sign: int, z1: float, z2: float, height: float) -> None:
    """The wall along the street, the gable towards us, shop windows below, windows above."""
    light, distance = easel.light, (z1 + z2) / 2
    wall, shop = easel.pick(_WALLS), toned(easel.pick(_WALLS), 0.55)
    sunny = 1.0 if light.sun[0] * sign < 0 else 0.82
    parts = [
        (_cross_quad(front, front + sign * 9.0, z1, 0, height), light.seen(wall, z1, tone=0.74)),
        (_street_quad(front, z1, z2, 0, height), light.seen(wall, distance, tone=sunny)),
        (_street_quad(front, z1, z2, height - 0.5, height), light.seen(toned(wall, 0.8), distance)),
        (_street_quad(front, z1, z2, 0, 3.4), light.seen(shop, distance)),
        *_street_windows(easel, front, z1, z2, height),
        *(_gable_windows(easel, front, sign, z1, height) if z1 < 45 else ()),
    ]
    pixels = easel.camera.project(np.array([corners for corners, _ in parts])).reshape(len(parts), -1)
    for outline, (_, colour) in zip(pixels.tolist(), parts):
        easel.draw.polygon(outline, fill=colour)


def _street_windows(easel: _Easel, front: float, z1: float, z2: float, height: float) -> list[tuple[_Quad, Colour]]:
    bays = max(2, int((z2 - z1) / 2.6))
    step = (z2 - z1) / bays
    # Above the shops windows are drawn only where one could count them.
    floors = max(1, int((height - 4.2) / 3.0)) if z1 + z2 < 120 else 0
    windows = []
    for z in z1 + step * np.arange(bays):
        windows.append((_street_quad(front, z + 0.2, z + step - 0.2, 0.7, 2.7), _window(easel, z, 0.7)))
        for y in 4.3 + 3.0 * np.arange(floors):
            quad = _street_quad(front, z + step * 0.28, z + step * 0.72, y, y + 1.7)
            windows.append((quad, _window(easel, z, 0.45)))
    return windows


def _gable_windows(easel: _Easel, front: float, sign: int, z: float, height: float) -> list[tuple[_Quad, Colour]]:
    return [
        (_cross_quad(front + sign * x, front + sign * (x + 1.2), z, y, y + 1.6), _window(easel, z, 0.4))
        for y in 1.3 + 3.0 * np.arange(int((height - 1.5) / 3.0))
        for x in (2.2, 5.6)
    ]


def _street_quad(x: float, z1: float, z2: float, y1: float, y2: float) -> _Quad:
    """A rectangle in a wall along the street."""
    return (x, y1, z1), (x, y1, z2), (x, y2, z2), (x, y2, z1)


def _cross_quad(x1: float, x2: float, z: float, y1: float, y2: float) -> _Quad:
    """A rectangle in a wall across the street."""
    return (x1, y1, z), (x2, y1, z), (x2, y2, z), (x1, y2, z)


def _window(easel: _Easel, distance: float, lit_share: float) -> Colour:
    """Glass, or in the dark now and then a lit room."""
    if easel.light.is_dark and easel.rng.random() < lit_share:
        return easel.light.seen(toned(easel.pick(_LIT), 0.92), distance, shines=True)
    return easel.light.seen(_PANE, distance, tone=float(easel.rng.uniform(0.85, 1.15)))


def _paint_gardens(easel: _Easel, front: float, sign: int, setting: str) -> None:
    """Trees, and in a suburb cottages, at some distance from the sidewalk."""
    rng = easel.rng
    cottages = 0.33 if setting == "suburb" else 0.0
    for z in np.arange(72.0, 7.0, -5.5) + rng.uniform(-1.5, 1.5, 12):
        if rng.random() < cottages:
            _paint_cottage(easel, front + sign * float(rng.uniform(5, 8)), float(z), sign)
        elif rng.random() < 0.75:
            _paint_tree(easel, front + sign * float(rng.uniform(2.2, 9)), float(z))


def _paint_cottage(easel: _Easel, x: float, z: float, sign: int) -> None:
    light = easel.light
    wall, roof = toned(easel.pick(_WALLS), 1.08), easel.pick(_ROOFS)
    if light.weather == "snow":
        roof = blend(roof, _SNOW, 0.8)
    half, long, eaves = 3.2, 3.6, 2.9
    profile = [(-long, 0, half), (-long, eaves, half), (0, eaves + 2.4, half), (long, eaves, half), (long, 0, half)]
    faces = extruded(profile, [wall, roof, roof, wall], wall)
    glass = (_LIT[0], True) if light.is_dark else (_PANE, False)
    for u in (0.16, 0.62):
        faces[0].add(u, u + 0.22, 0.35, 0.78, glass[0], shines=glass[1])
    for face, side in ((faces[4], -1), (faces[5], 1)):
        for at in (-2.2, 1.0):
            face.decals.append(Decal(np.array(_street_quad(side * half, at, at + 1.3, 1.0, 2.3)), *glass))
    for points, colour in flattened(Solid(faces), Pose(x + sign * half, z), easel.camera, light):
        easel.draw.polygon(points.ravel().tolist(), fill=colour)


def _paint_tree(easel: _Easel, x: float, z: float) -> None:
    """A broadleaf or a fir; leaves lighter towards the sun."""
    rng, light = easel.rng, easel.light
    foot, scale = easel.camera.project(np.array((x, 0.0, z))), easel.camera.pixels_per_metre(z)
    leaf = _LEAVES[rng.choice(len(_LEAVES), p=[0.3, 0.26, 0.22, 0.12, 0.1])]
    if light.weather == "snow":
        leaf = blend(leaf, _SNOW, 0.45)
    height, width = float(rng.uniform(4.2, 7.5)), float(rng.uniform(1.3, 2.1))
    trunk = np.array([(-0.16, 0), (0.16, 0), (0.1, height * 0.6), (-0.1, height * 0.6)])
    crown = _fir(height, width) if rng.random() < 0.3 else _broadleaf(height, width, 0.3 if light.sun[0] > 0 else -0.3)
    for points, colour, tone in ((trunk, _BARK, 1.0), *((points, leaf, tone) for points, tone in crown)):
        outline = (points * (scale, -scale) + foot).ravel().tolist()
        easel.draw.polygon(outline, fill=light.seen(colour, z, tone=tone))


def _fir(height: float, width: float) -> list[tuple[np.ndarray, float]]:
    """Three tiers, the upper ones lighter: outlines in metres and their tones."""
    tiers = []
    for k, low in enumerate((0.14, 0.36, 0.58)):
        half = width * (1 - 0.24 * k)
        tier = np.array([(-half, height * low), (half, height * low), (0, height * (low + 0.42))])
        tiers.append((tier, 0.78 + 0.1 * k))
    return tiers


def _broadleaf(height: float, width: float, sunny: float) -> list[tuple[np.ndarray, float]]:
    """Round heaps of leaves, the ones on the sunny side lighter: outlines in metres and their tones."""
    heaps = ((0, 0.62, 1.0, 0.74), (-0.5, 0.7, 0.7, 0.84), (0.5, 0.68, 0.72, 0.84), (sunny, 0.82, 0.72, 1.0))
    return [
        (ellipse(dx * width, height * dy, width * size, width * size * 0.9), tone)
        for dx, dy, size, tone in (*heaps, (sunny * 1.5, 0.86, 0.4, 1.12))
    ]
