"""Batches as `unify.load` gives them, made up by hand or by chance, on pictures of 8 x 12 cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

IMAGE_HW = (32, 48)
CELLS = (8, 12)
C = 3

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Box:
    """One box: class id and yxyx, pixels."""

    class_id: int
    yxyx: tuple[float, float, float, float]
    weight: float = 1.0
    box_weight: float = 1.0
    is_crowd: bool = False


def make_batch(*pictures: Sequence[Box], absence: Sequence[float] = (1.0,) * C, max_boxes: int | None = None) -> Arrays:
    """Gray pictures with these boxes, padded to ``max_boxes``, or to the most of a picture; it may be none."""
    count = max(map(len, pictures)) if max_boxes is None else max_boxes
    shape = (len(pictures), count)
    batch = {
        "image": np.full((len(pictures), *IMAGE_HW, 3), 114, np.uint8),
        "boxes": np.zeros((*shape, 4), np.float32),
        "classes": np.zeros(shape, np.int32),
        "weights": np.zeros(shape, np.float32),
        "box_weights": np.zeros(shape, np.float32),
        "is_crowd": np.zeros(shape, bool),
        "absence_weights": np.tile(np.float32(absence), (len(pictures), 1)),
    }
    for place in np.ndindex(shape):
        if place[1] < len(pictures[place[0]]):
            box = pictures[place[0]][place[1]]
            batch["boxes"][place] = np.float32(box.yxyx) / np.tile(np.float32(IMAGE_HW), 2)
            batch["classes"][place], batch["weights"][place] = box.class_id, box.weight
            batch["box_weights"][place], batch["is_crowd"][place] = box.box_weight, box.is_crowd
    return batch


def random_batch(seed: int, pictures: int = 4, boxes: int = 12) -> Arrays:
    """Pictures with up to ``boxes`` boxes: by hand, by machine, ignored, crowds; classes known, half known, unknown."""
    random = np.random.default_rng(seed)

    def any_box() -> Box:
        low, size = random.uniform(-4, IMAGE_HW), random.uniform(1, IMAGE_HW)
        yxyx = np.clip([*low, *(low + size)], 0.1, np.tile(IMAGE_HW, 2))
        weight, box_weight = random.choice([0, 1, random.random()]), random.choice([1, random.random()])
        return Box(int(random.integers(1, C + 1)), tuple(yxyx), weight, box_weight, bool(random.random() < 0.1))

    batch = make_batch(*([any_box() for _ in range(random.integers(boxes + 1))] for _ in range(pictures)))
    return batch | {"absence_weights": random.choice([0, 1, 0.6], (pictures, C)).astype(np.float32)}
