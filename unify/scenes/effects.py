"""What the air and the lens add: glowing lamps, rain and snow, vignette and grain."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from unify.scenes.geometry import Camera, Glow
from unify.scenes.light import Light

_GRAIN_PLAY = 64  # pixels that the sheet of grain may shift


def paint_shadows(canvas: Image.Image, shadows: Sequence[np.ndarray], light: Light) -> None:
    """Darkens the ground under things, softly. Drawn at half size: the edge is blurred anyway."""
    if not shadows:
        return
    mask = Image.new("L", (canvas.width // 2, canvas.height // 2))
    draw = ImageDraw.Draw(mask)
    for shadow in shadows:
        draw.polygon((shadow / 2).ravel().tolist(), fill=int(255 * light.shadow))
    mask = mask.filter(ImageFilter.BoxBlur(canvas.height / 360)).resize(canvas.size, Image.Resampling.NEAREST)
    window = mask.getbbox()
    if window:
        canvas.paste(light.seen((18, 20, 30), 0), window, mask.crop(window))


def add_glows(pixels: np.ndarray, glows: Sequence[Glow], light: Light) -> None:
    """Screens each lamp's glow onto the picture, in place.

    Args:
        pixels: float32 [H, W, 3] in 0..255.
        glows: in the pixels of this picture.
        light: by day only lamps made to be seen by day glow, and weakly.
    """
    damp = {"night": 1.0, "dusk": 0.8}.get(light.time, 0.28)
    spread = 1.25 if light.weather in ("fog", "rain") else 1.0
    for glow in glows:
        if damp < 0.5 and not glow.by_day and light.weather == "clear":
            continue
        _screen(pixels, glow, max(2.0, glow.radius * spread), glow.strength * damp)


def _screen(pixels: np.ndarray, glow: Glow, radius: float, strength: float) -> None:
    height, width = pixels.shape[:2]
    left, right = max(0, int(glow.at[0] - radius)), min(width, int(glow.at[0] + radius) + 2)
    top, bottom = max(0, int(glow.at[1] - radius)), min(height, int(glow.at[1] + radius) + 2)
    if left >= right or top >= bottom:
        return
    columns = (np.arange(left, right, dtype=np.float32) + 0.5 - np.float32(glow.at[0])) / radius
    rows = (np.arange(top, bottom, dtype=np.float32) + 0.5 - np.float32(glow.at[1])) / radius
    share = np.maximum(0, 1 - (columns[None, :] ** 2 + rows[:, None] ** 2)) ** 3 * np.float32(strength)
    window = pixels[top:bottom, left:right]
    window += (255 - window) / 255 * np.array(glow.colour, dtype=np.float32) * share[..., None]


def add_weather(pixels: np.ndarray, light: Light, rng: np.random.Generator) -> None:
    """Rain streaks or snow flakes, in place; nothing in other weather."""
    if light.weather not in ("rain", "snow"):
        return
    height, width = pixels.shape[:2]
    mask = Image.new("L", (2 * width, 2 * height))
    draw = ImageDraw.Draw(mask)
    (_rain if light.weather == "rain" else _snow)(draw, 2 * width, 2 * height, rng)
    share = np.asarray(mask.reduce(2), dtype=np.float32)[..., None] / 255
    tint = np.float32(235 if light.weather == "snow" else 205) * (0.75 if light.time == "night" else 1.0)
    pixels += (tint - pixels) * share


def _rain(draw: ImageDraw.ImageDraw, width: int, height: int, rng: np.random.Generator) -> None:
    slant = float(rng.uniform(-0.25, 0.25))
    for x, y, near in rng.uniform(0, 1, (170, 3)):
        length = height * (0.02 + 0.06 * near)
        start = (x * width, y * height - length / 2)
        end = (start[0] + slant * length, start[1] + length)
        draw.line((*start, *end), fill=int(45 + 60 * near), width=1 + int(2 * near * height / 720))


def _snow(draw: ImageDraw.ImageDraw, width: int, height: int, rng: np.random.Generator) -> None:
    for x, y, near in rng.uniform(0, 1, (200, 3)):
        radius = height * (0.0012 + 0.0042 * near**3)
        draw.ellipse(
            (x * width - radius, y * height - radius, x * width + radius, y * height + radius),
            fill=int(110 + 120 * near),
        )


@lru_cache(maxsize=4)
def _vignette(height: int, width: int) -> np.ndarray:
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    return (1 - 0.16 * (0.5 * (x * x + y * y)) ** 1.5)[..., None]


@lru_cache(maxsize=4)
def _grain(height: int, width: int) -> np.ndarray:
    """One sheet of grain, larger than the picture: each scene lays it elsewhere, which is cheaper than new noise."""
    shape = (height + _GRAIN_PLAY, width + _GRAIN_PLAY, 1)
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def expose(pixels: np.ndarray, light: Light, rng: np.random.Generator) -> np.ndarray:
    """Vignette and sensor grain, more of it in the dark.

    Args:
        pixels: float32 [H, W, 3]; used up.

    Returns:
        uint8 [H, W, 3].
    """
    height, width = pixels.shape[:2]
    row, column = rng.integers(0, _GRAIN_PLAY, 2)
    grain = _grain(height, width)[row : row + height, column : column + width]
    pixels *= _vignette(height, width)
    pixels += grain * np.float32(3.6 if light.is_dark else 2.2)
    return np.clip(pixels, 0, 255, out=pixels).astype(np.uint8)


def headlight_pool(camera: Camera) -> list[Glow]:
    """Our own headlights on the road ahead at night, canvas pixels."""
    warm = (255, 240, 205)
    places = ((-1.1, 10.0), (1.1, 10.0), (0.0, 15.0))
    return [Glow(camera.project(np.array((x, 0.0, z))), camera.height * 0.26, warm, 0.13) for x, z in places]
