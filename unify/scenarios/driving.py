"""Driving scenes: street pictures drawn by program, with seven classes of objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from unify.scenarios.drawing import FIRST_VALIDATION_PICTURE, Drawn
from unify.scenes.scene import Scene, draw_scene

_SCENES_PER_SEED = 2_000_000  # more than any scenario numbers its pictures by
_SEEDS_PER_TRY = 2**64  # more than any scenario numbers its scenes by


@dataclass(frozen=True)
class ScenePainter:
    """Draws scenes; who is hardly seen has no box (`unify.scenes.scene.LEAST_VISIBILITY` and ``SMALLEST_PX``).

    Attributes:
        image_hw: height and width of the pictures, pixels.
        seed: makes other pictures, >= 0; with 0 a picture's number is its scene's seed.
        rare: class -> share, over 0, of the training pictures with it that are kept; another scene is drawn in place
            of the rest. Other pictures stay as they are: of what is rare a score needs many.
    """

    image_hw: tuple[int, int]
    seed: int = 0
    rare: Mapping[str, float] = field(default_factory=dict)
    suffix = ".jpg"

    def __call__(self, number: int) -> Drawn:
        seed = self.seed * _SCENES_PER_SEED + number
        scene = draw_scene(seed, self.image_hw)
        if number < FIRST_VALIDATION_PICTURE:
            chance = np.random.default_rng(seed)
            while not self._keeps(scene, chance):
                seed += _SEEDS_PER_TRY
                scene = draw_scene(seed, self.image_hw)
        return Drawn(scene.picture, scene.boxes_xyxy, scene.class_names)

    def _keeps(self, scene: Scene, chance: np.random.Generator) -> bool:
        lucky = [name for name, share in self.rare.items() if chance.random() < share]
        return all(name in lucky for name in self.rare if name in scene.class_names)
