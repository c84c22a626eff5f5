"""What stands still behind everything: sky, skyline, houses, trees. No object, so no truth."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from unify.demo.geometry import Camera, Colour, blend, ellipse, toned
from unify.demo.light import Light
from unify.demo.road import Street
from unify.demo.solid import Decal, Pose, Solid, extruded, flattened

_WALLS: tuple[Colour, ...] = (
    (196, 170, 142), (170, 112, 90), (206, 198, 184), (146, 150, 158), (186, 150, 108), (158, 134, 122),
    (120, 130, 144), (216, 206, 176), (178, 186, 190),
)  # fmt: skip
_ROOFS: tuple[Colour, ...] = ((150, 76, 58), (96, 84, 82), (120, 92, 72), (78, 86, 98))
_LEAVES: tuple[Colour, ...] = ((70, 120, 62), (88, 136, 70), (58, 104, 70), (118, 142, 66), (178, 128, 58))
_CLOUDS: dict[str, Colour] = {
    "day": (255, 255, 255), "overcast": (226, 230, 234), "dusk": (255, 190, 160), "night": (44, 50, 76),
}  # fmt: skip
_PANE: Colour = (84, 104, 124)
_LIT: tuple[Colour, ...] = ((255, 214, 130), (255, 232, 176), (250, 196, 110))


def paint_sky(canvas: Image.Image, camera: Camera, light: Light, rng: np.random.Generator) -> None:
    """Gradient, clouds, stars and moon or a low sun.

    Drawn at half size and enlarged: everything up there is soft or round, and it costs a quarter.
    """
    width, height = camera.width // 2, int(camera.horizon / 2) + 2
    share = (np.linspace(0, 1, height) ** 1.3)[:, None]
    column = (np.array(light.zenith) * (1 - share) + np.array(light.skyline) * share).astype(np.uint8)
    sky = Image.fromarray(np.repeat(column[:, None, :], width, axis=1))
    _paint_luminaries(sky, light, rng)
    if light.weather != "fog":
        _paint_clouds(sky, light, rng)
    canvas.paste(sky.resize((2 * width, 2 * height), Image.Resampling.NEAREST), (0, 0))


def _paint_luminaries(sky: Image.Image, light: Light, rng: np.random.Generator) -> None:
    draw = ImageDraw.Draw(sky)
    x, y = float(rng.uniform(0.1, 0.9)) * sky.width, float(rng.uniform(0.15, 0.5)) * sky.height
    size = sky.height * 0.08
    if light.time == "night" and light.weather == "clear":
        for _ in range(70):
            star = rng.uniform(0, 1, 3)
            shade = int(90 + 120 * star[2])
            draw.point((star[0] * sky.width, star[1] * sky.height * 0.9), fill=(shade, shade, shade + 20))
        draw.polygon(ellipse(x, y, size, corners=28).ravel().tolist(), fill=(232, 232, 214))
        hidden = sky.getpixel((2, int(y)))
        draw.polygon(ellipse(x + size * 0.5, y - size * 0.2, size * 0.85, corners=28).ravel().tolist(), fill=hidden)
    elif light.time == "dusk" and light.weather == "clear":
        y = sky.height * 0.86
        for factor, share in ((2.6, 0.25), (1.8, 0.4), (1.1, 1.0)):
            colour = blend(light.skyline, (255, 236, 190), share)
            draw.polygon(ellipse(x, y, size * factor, corners=28).ravel().tolist(), fill=colour)


def _paint_clouds(sky: Image.Image, light: Light, rng: np.random.Generator) -> None:
    """Soft heaps, drawn at half the sky's size: the blur hides it."""
    width, height = max(1, sky.width // 2), max(1, sky.height // 2)
    mask = Image.new("L", (width, height))
    draw = ImageDraw.Draw(mask)
    for _ in range(int(rng.integers(2, 7)) + (5 if light.time == "overcast" else 0)):
        x, y = float(rng.uniform(0, width)), float(rng.uniform(0.05, 0.7)) * height
        size = float(rng.uniform(0.07, 0.16)) * height
        opacity = int(rng.uniform(70, 190))
        for _ in range(6):
            dx, dy, part = rng.uniform(-1.8, 1.8), rng.uniform(-0.25, 0.2), rng.uniform(0.5, 1.0)
            heap = ellipse(x + dx * size, y + dy * size, size * part * 1.1, size * part * 0.42)
            draw.polygon(heap.ravel().tolist(), fill=opacity)
    mask = mask.filter(ImageFilter.BoxBlur(max(0.8, height / 40))).resize(sky.size, Image.Resampling.BILINEAR)
    tint = _CLOUDS[light.time]
    sky.paste(tint, (0, 0, *sky.size), mask)


def paint_horizon(canvas: Image.Image, street: Street, camera: Camera, light: Light, rng: np.random.Generator) -> None:
    """Far houses or hills, two layers, the farther one paler."""
    draw = ImageDraw.Draw(canvas)
    for distance, tall in ((260.0, 1.0), (150.0, 0.62)):
        if street.setting == "city":
            _paint_skyline(draw, camera, light, rng, distance, tall)
        else:
            _paint_hills(draw, camera, light, rng, distance, tall)


def _paint_skyline(draw, camera: Camera, light: Light, rng: np.random.Generator, distance: float, tall: float) -> None:
    colour = light.seen((96, 106, 124), distance * (1.0 if light.weather == "clear" else 0.5))
    lit = light.seen(_LIT[0], distance, shines=True)
    x, unit = 0.0, camera.height / 100
    while x < camera.width:
        width, height = float(rng.uniform(3, 9)) * unit, float(rng.uniform(3, 17)) * unit * tall
        top = camera.horizon - height
        draw.rectangle((x, top, x + width, camera.horizon + 2), fill=colour)
        if rng.random() < 0.2:
            draw.line((x + width / 2, top, x + width / 2, top - 3 * unit), fill=colour, width=2)
        if light.is_dark:
            for wx, wy in rng.uniform(0, 1, (5, 2)):
                left, up = x + wx * (width - unit), top + wy * (height - unit)
                draw.rectangle((left, up, left + 0.35 * unit, up + 0.45 * unit), fill=lit)
        x += width * float(rng.uniform(0.75, 1.15))


def _paint_hills(draw, camera: Camera, light: Light, rng: np.random.Generator, distance: float, tall: float) -> None:
    green = (222, 230, 236) if light.weather == "snow" else (92, 128, 96)
    colour = light.seen(green, distance * (1.0 if light.weather == "clear" else 0.4))
    x = np.linspace(0, camera.width, 48)
    phase, waves = rng.uniform(0, 2 * np.pi, 3), np.array([1.3, 2.9, 7.0]) / camera.width * 2 * np.pi
    heap = sum(a * np.sin(w * x + p) for a, w, p in zip((0.5, 0.3, 0.06), waves, phase))
    y = camera.horizon - camera.height * 0.055 * tall * (1.1 + heap)
    outline = np.concatenate([np.stack([x, y], axis=1), [(camera.width, camera.horizon + 2), (0, camera.horizon + 2)]])
    draw.polygon(outline.ravel().tolist(), fill=colour)


def paint_roadside(canvas: Image.Image, street: Street, camera: Camera, light: Light, rng: np.random.Generator) -> None:
    """Houses and trees along both sides, farthest first. They stand beyond the sidewalk and hide no object."""
    draw = ImageDraw.Draw(canvas)
    for edge, sign in ((street.kerb_left, -1), (street.kerb_right, 1)):
        front = edge + sign * (street.sidewalk + 0.3)
        if street.setting == "city":
            _paint_block(draw, front, sign, camera, light, rng)
        else:
            _paint_gardens(draw, front, sign, street.setting, camera, light, rng)


def _paint_block(draw, front: float, sign: int, camera: Camera, light: Light, rng: np.random.Generator) -> None:
    lots, z = [], float(rng.uniform(-2, 5))
    while z < 95:
        length = float(rng.uniform(9, 18))
        lots.append((z, length, float(rng.uniform(7, 19)), rng.random() < 0.16))
        z += length + float(rng.choice([0.0, 0.0, 4.0]))
    for z, length, height, is_park in reversed(lots):
        if is_park:
            for k in range(2):
                _paint_tree(draw, front + sign * 2.5, max(6.0, z + length * (0.7 - 0.4 * k)), camera, light, rng)
        else:
            _paint_house_front(draw, front, sign, max(2.0, z), z + length, height, camera, light, rng)


def _paint_house_front(draw, front: float, sign: int, z1: float, z2: float, height: float, camera, light, rng) -> None:
    """A town house: the wall along the street, the gable towards us, shop windows below, windows above."""
    if z2 - z1 < 1.5:
        return
    wall = _WALLS[rng.integers(len(_WALLS))]
    distance, sunny = (z1 + z2) / 2, 1.0 if light.sun[0] * sign < 0 else 0.82
    shop = toned(_WALLS[rng.integers(len(_WALLS))], 0.55)
    parts = [
        (_cross_quad(front, front + sign * 9.0, z1, 0, height), light.seen(wall, z1, tone=0.74)),
        (_street_quad(front, z1, z2, 0, height), light.seen(wall, distance, tone=sunny)),
        (_street_quad(front, z1, z2, height - 0.5, height), light.seen(toned(wall, 0.8), distance)),
        (_street_quad(front, z1, z2, 0, 3.4), light.seen(shop, distance)),
    ]
    bays = max(2, int((z2 - z1) / 2.6))
    step = (z2 - z1) / bays
    # Above the shops windows are drawn only where one could count them.
    floors = max(1, int((height - 4.2) / 3.0)) if distance < 60 else 0
    for z in z1 + step * np.arange(bays):
        parts.append((_street_quad(front, z + 0.2, z + step - 0.2, 0.7, 2.7), _window(z, 0.7, light, rng)))
        for y in 4.3 + 3.0 * np.arange(floors):
            quad = _street_quad(front, z + step * 0.28, z + step * 0.72, y, y + 1.7)
            parts.append((quad, _window(z, 0.45, light, rng)))
    if z1 < 45:
        for y in 1.3 + 3.0 * np.arange(int((height - 1.5) / 3.0)):
            for x in (2.2, 5.6):
                quad = _cross_quad(front + sign * x, front + sign * (x + 1.2), z1, y, y + 1.6)
                parts.append((quad, _window(z1, 0.4, light, rng)))
    pixels = camera.project(np.array([corners for corners, _ in parts])).reshape(len(parts), -1)
    for outline, (_, colour) in zip(pixels.tolist(), parts):
        draw.polygon(outline, fill=colour)


def _street_quad(x: float, z1: float, z2: float, y1: float, y2: float) -> tuple[tuple[float, float, float], ...]:
    """A rectangle in a wall along the street."""
    return (x, y1, z1), (x, y1, z2), (x, y2, z2), (x, y2, z1)


def _cross_quad(x1: float, x2: float, z: float, y1: float, y2: float) -> tuple[tuple[float, float, float], ...]:
    """A rectangle in a wall across the street."""
    return (x1, y1, z), (x2, y1, z), (x2, y2, z), (x1, y2, z)


def _window(distance: float, lit_share: float, light: Light, rng: np.random.Generator) -> Colour:
    """Glass, or in the dark now and then a lit room."""
    if light.is_dark and rng.random() < lit_share:
        return light.seen(toned(_LIT[rng.integers(len(_LIT))], 0.92), distance, shines=True)
    return light.seen(_PANE, distance, tone=float(rng.uniform(0.85, 1.15)))


def _paint_gardens(draw, front: float, sign: int, setting: str, camera: Camera, light: Light, rng) -> None:
    density = {"suburb": 0.55, "country": 0.12}[setting]
    places = np.arange(72.0, 7.0, -5.5) + rng.uniform(-1.5, 1.5, 12)
    for z in places:
        if rng.random() < density and setting == "suburb" and rng.random() < 0.6:
            _paint_cottage(draw, front + sign * float(rng.uniform(5, 8)), float(z), sign, camera, light, rng)
        elif rng.random() < 0.75:
            _paint_tree(draw, front + sign * float(rng.uniform(2.2, 9)), float(z), camera, light, rng)


def _paint_cottage(draw, x: float, z: float, sign: int, camera: Camera, light: Light, rng: np.random.Generator) -> None:
    wall, roof = toned(_WALLS[rng.integers(len(_WALLS))], 1.08), _ROOFS[rng.integers(len(_ROOFS))]
    if light.weather == "snow":
        roof = blend(roof, (240, 244, 248), 0.8)
    half, long, eaves = 3.2, 3.6, 2.9
    profile = [(-long, 0, half), (-long, eaves, half), (0, eaves + 2.4, half), (long, eaves, half), (long, 0, half)]
    faces = extruded(profile, [wall, roof, roof, wall], wall)
    glass = (_LIT[0], True) if light.is_dark else (_PANE, False)
    for u in (0.16, 0.62):
        faces[0].add(u, u + 0.22, 0.35, 0.78, glass[0], shines=glass[1])
    for face, side in ((faces[4], -1), (faces[5], 1)):
        for at in (-2.2, 1.0):
            corners = [
                (side * half, 1.0, at),
                (side * half, 1.0, at + 1.3),
                (side * half, 2.3, at + 1.3),
                (side * half, 2.3, at),
            ]
            face.decals.append(Decal(np.array(corners), *glass))
    for points, colour in flattened(Solid(faces), Pose(x + sign * half, z), camera, light):
        draw.polygon(points.ravel().tolist(), fill=colour)


def _paint_tree(draw, x: float, z: float, camera: Camera, light: Light, rng: np.random.Generator) -> None:
    """A broadleaf or a fir; leaves lighter towards the sun."""
    foot = camera.project(np.array((x, 0.0, z)))
    scale = camera.pixels_per_metre(z)
    leaf = _LEAVES[rng.choice(len(_LEAVES), p=[0.3, 0.26, 0.22, 0.12, 0.1])]
    if light.weather == "snow":
        leaf = blend(leaf, (236, 240, 244), 0.45)
    height, width = float(rng.uniform(4.2, 7.5)), float(rng.uniform(1.3, 2.1))

    def put(points: np.ndarray, colour: Colour, tone: float) -> None:
        draw.polygon((points * (scale, -scale) + foot).ravel().tolist(), fill=light.seen(colour, z, tone=tone))

    trunk = np.array([(-0.16, 0), (0.16, 0), (0.1, height * 0.6), (-0.1, height * 0.6)])
    put(trunk, (92, 70, 52), 1.0)
    if rng.random() < 0.3:
        for k, low in enumerate((0.14, 0.36, 0.58)):
            half = width * (1 - 0.24 * k)
            put(
                np.array([(-half, height * low), (half, height * low), (0, height * (low + 0.42))]),
                leaf,
                0.78 + 0.1 * k,
            )
        return
    side = 0.3 if light.sun[0] > 0 else -0.3
    for dx, dy, size, tone in (
        (0, 0.62, 1.0, 0.74),
        (-0.5, 0.7, 0.7, 0.84),
        (0.5, 0.68, 0.72, 0.84),
        (side, 0.82, 0.72, 1.0),
        (side * 1.5, 0.86, 0.4, 1.12),
    ):
        put(ellipse(dx * width, height * dy, width * size, width * size * 0.9), leaf, tone)
