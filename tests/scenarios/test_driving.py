"""Scenes as a scenario's pictures; what a scene is has tests of its own."""

from __future__ import annotations

import numpy as np

from unify.scenarios.driving import ScenePainter
from unify.scenes.scene import draw_scene

IMAGE_HW = (96, 160)


def test_a_picture_is_the_scene_of_its_number_with_all_its_boxes():
    drawn, scene = ScenePainter(IMAGE_HW)(4), draw_scene(4, IMAGE_HW)
    assert np.array_equal(drawn.pixels, scene.picture)
    assert np.array_equal(drawn.boxes_xyxy, scene.boxes_xyxy) and drawn.class_names == scene.class_names


def test_another_seed_draws_other_pictures():
    assert not np.array_equal(ScenePainter(IMAGE_HW, 1)(4).pixels, ScenePainter(IMAGE_HW)(4).pixels)
