"""One driving scene from one seed: the picture, and everything that is in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from unify.scenes import effects
from unify.scenes.geometry import Camera, Glow
from unify.scenes.layers import Seen, Sprite, paint, what_is_seen
from unify.scenes.light import Light, draw_light
from unify.scenes.road import Street, draw_street, paint_ground
from unify.scenes.roadside import paint_roadside
from unify.scenes.sky import paint_horizon, paint_sky
from unify.scenes.traffic import populate

LEAST_VISIBILITY = 0.3
SMALLEST_PX = 6.0  # longer side of a box; the shorter is at least half of it
FEWEST_OBJECTS, MOST_OBJECTS = 3, 15
_SUPERSAMPLING = 2  # layers.py draws without anti-aliasing


@dataclass(frozen=True)
class Scene:
    """A picture with full truth.

    Attributes:
        picture: uint8 [H, W, 3]; RGB.
        boxes_xyxy: float32 [N, 4]; pixels, tight around what is seen of each object, inside the picture.
        class_names: N names out of `names.CLASS_NAMES`.
        visibility: float32 [N]; share of the object's silhouette that is neither hidden nor outside the picture,
            in [LEAST_VISIBILITY, 1].
        owner: uint8 [2 H, 2 W]; for every quarter of a pixel 1 + index of the object seen there, 0 where there is none.
    """

    picture: np.ndarray
    boxes_xyxy: np.ndarray
    class_names: tuple[str, ...]
    visibility: np.ndarray
    owner: np.ndarray


def draw_scene(seed: int, image_hw: tuple[int, int] = (360, 640)) -> Scene:
    """Draws a scene; the same seed and size give the same bytes.

    Everything scales with the height and random numbers are drawn alike at every size, so one seed mostly shows the
    same street at all of them. Mostly: an object that is just large enough to count at one size may be left out at
    another, and a picture left with too few gets other traffic.

    Args:
        seed: any int >= 0.
        image_hw: height and width of the picture, pixels; from about 96 high an eye still tells the classes apart.

    Returns:
        The scene, with 3 to 15 objects, nearest first.
    """
    canvas_hw = (image_hw[0] * _SUPERSAMPLING, image_hw[1] * _SUPERSAMPLING)
    rng = np.random.default_rng([seed, 0])
    light, street = draw_light(rng), draw_street(rng)
    camera = _draw_camera(rng, canvas_hw)
    seen, owner = _draw_traffic(street, camera, light, rng)
    canvas = _painted(street, camera, light, seen, rng)
    picture = _developed(canvas, camera, light, seen, np.random.default_rng([seed, 1]))
    objects = [one for one in seen if one.sprite.class_name]
    return Scene(
        picture=picture,
        boxes_xyxy=np.array([one.box_xyxy for one in objects], dtype=np.float32).reshape(-1, 4) / _SUPERSAMPLING,
        class_names=tuple(one.sprite.class_name for one in objects),
        visibility=np.array([one.visibility for one in objects], dtype=np.float32),
        owner=owner,
    )


def _draw_camera(rng: np.random.Generator, canvas_hw: tuple[int, int]) -> Camera:
    height, width = canvas_hw
    return Camera(
        width=width,
        height=height,
        horizon=height * float(rng.uniform(0.4, 0.47)),
        eye=float(rng.uniform(1.7, 2.5)),
        bend=float(rng.normal(0, 0.0006)),
        focal=height * 1.4,
    )


def _draw_traffic(
    street: Street, camera: Camera, light: Light, rng: np.random.Generator
) -> tuple[list[Seen], np.ndarray]:
    """Traffic drawn anew until a fitting number of objects is seen; seldom more than twice."""
    while True:
        sprites: list[Sprite] = populate(street, camera, light, rng)
        seen, owner = what_is_seen(
            sprites, (camera.height, camera.width), LEAST_VISIBILITY, SMALLEST_PX * _SUPERSAMPLING
        )
        objects = sum(bool(one.sprite.class_name) for one in seen)
        if FEWEST_OBJECTS <= objects <= MOST_OBJECTS:
            return seen, owner


def _painted(street: Street, camera: Camera, light: Light, seen: list[Seen], rng: np.random.Generator) -> Image.Image:
    """Everything, from the sky to the nearest object, at twice the size of the picture."""
    canvas = Image.new("RGB", (camera.width, camera.height))
    paint_sky(canvas, camera, light, rng)
    paint_horizon(canvas, street, camera, light, rng)
    paint_ground(canvas, street, camera, light, rng)
    paint_roadside(canvas, street, camera, light, rng)
    effects.paint_shadows(canvas, [one.sprite.shadow for one in seen if one.sprite.shadow is not None], light)
    paint(canvas, seen)
    return canvas


def _developed(
    canvas: Image.Image, camera: Camera, light: Light, seen: list[Seen], rng: np.random.Generator
) -> np.ndarray:
    """The canvas halved, with glow, weather, vignette and grain; uint8 [H, W, 3]."""
    glows = [glow for one in seen for glow in one.lit()]
    if light.time == "night":
        glows += effects.headlight_pool(camera)
    halved = [Glow(g.at / _SUPERSAMPLING, g.radius / _SUPERSAMPLING, g.colour, g.strength, g.by_day) for g in glows]
    pixels = np.asarray(canvas.reduce(_SUPERSAMPLING)).astype(np.float32)
    effects.add_glows(pixels, halved, light)
    effects.add_weather(pixels, light, rng)
    return effects.expose(pixels, light, rng)
