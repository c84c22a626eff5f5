"""Driving scenes: street pictures drawn by program, with seven classes of objects."""

from __future__ import annotations

from dataclasses import dataclass

from unify.scenarios.drawing import Drawn
from unify.scenes.scene import draw_scene

_SCENES_PER_SEED = 2_000_000  # more than any scenario numbers its pictures by


@dataclass(frozen=True)
class ScenePainter:
    """Draws scenes; who is hardly seen has no box (`unify.scenes.scene.LEAST_VISIBILITY` and ``SMALLEST_PX``).

    Attributes:
        image_hw: height and width of the pictures, pixels.
        seed: makes other pictures, >= 0; with 0 a picture's number is its scene's seed.
    """

    image_hw: tuple[int, int]
    seed: int = 0
    suffix = ".jpg"

    def __call__(self, number: int) -> Drawn:
        scene = draw_scene(self.seed * _SCENES_PER_SEED + number, self.image_hw)
        return Drawn(scene.picture, scene.boxes_xyxy, scene.class_names)
