"""The sky, and far houses or hills in front of it."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from unify.scenes.geometry import Camera, Colour, blend, ellipse
from unify.scenes.light import Light
from unify.scenes.road import Street

_CLOUDS: dict[str, Colour] = {
    "day": (255, 255, 255), "overcast": (226, 230, 234), "dusk": (255, 190, 160), "night": (44, 50, 76),
}  # fmt: skip
_LIT_WINDOW: Colour = (255, 214, 130)


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


def _paint_skyline(
    draw: ImageDraw.ImageDraw, camera: Camera, light: Light, rng: np.random.Generator, distance: float, tall: float
) -> None:
    colour = light.seen((96, 106, 124), distance * (1.0 if light.weather == "clear" else 0.5))
    lit = light.seen(_LIT_WINDOW, distance, shines=True)
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


def _paint_hills(
    draw: ImageDraw.ImageDraw, camera: Camera, light: Light, rng: np.random.Generator, distance: float, tall: float
) -> None:
    green = (222, 230, 236) if light.weather == "snow" else (92, 128, 96)
    colour = light.seen(green, distance * (1.0 if light.weather == "clear" else 0.4))
    x = np.linspace(0, camera.width, 48)
    phase, waves = rng.uniform(0, 2 * np.pi, 3), np.array([1.3, 2.9, 7.0]) / camera.width * 2 * np.pi
    heap = sum(a * np.sin(w * x + p) for a, w, p in zip((0.5, 0.3, 0.06), waves, phase))
    y = camera.horizon - camera.height * 0.055 * tall * (1.1 + heap)
    outline = np.concatenate([np.stack([x, y], axis=1), [(camera.width, camera.horizon + 2), (0, camera.horizon + 2)]])
    draw.polygon(outline.ravel().tolist(), fill=colour)
