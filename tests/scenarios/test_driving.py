"""Scenes as a scenario's pictures; what a scene is has tests of its own."""

from __future__ import annotations

import numpy as np

from unify.scenarios.drawing import FIRST_TEST_PICTURE, FIRST_VALIDATION_PICTURE
from unify.scenarios.driving import ScenePainter
from unify.scenes.scene import draw_scene

IMAGE_HW = (96, 160)


def test_a_picture_is_the_scene_of_its_number_with_all_its_boxes():
    drawn, scene = ScenePainter(IMAGE_HW)(4), draw_scene(4, IMAGE_HW)
    assert np.array_equal(drawn.pixels, scene.picture)
    assert np.array_equal(drawn.boxes_xyxy, scene.boxes_xyxy) and drawn.class_names == scene.class_names


def test_another_seed_draws_other_pictures():
    assert not np.array_equal(ScenePainter(IMAGE_HW, 1)(4).pixels, ScenePainter(IMAGE_HW)(4).pixels)


def shows(name: str, painter: ScenePainter, numbers: range) -> list[bool]:
    return [name in painter(number).class_names for number in numbers]


def test_most_training_pictures_with_what_is_rare_are_drawn_anew_and_no_others():
    usual, rare = ScenePainter(IMAGE_HW), ScenePainter(IMAGE_HW, rare={"cone": 0.2})
    before, after = (shows("cone", painter, range(60)) for painter in (usual, rare))
    assert 0 < sum(after) < sum(before) / 2
    for number in (number for number, cone in enumerate(before) if not cone):
        assert np.array_equal(rare(number).pixels, usual(number).pixels)


def test_a_picture_stays_where_all_that_is_rare_on_it_is_kept():
    tiny, all_kept = (ScenePainter(IMAGE_HW, rare=dict.fromkeys(["car", "cone"], share)) for share in (1e-9, 1.0))
    usual = ScenePainter(IMAGE_HW)
    with_both = next(n for n in range(60) if {"car", "cone"} <= set(usual(n).class_names))
    assert np.array_equal(all_kept(with_both).pixels, usual(with_both).pixels)
    assert not {"car", "cone"} & set(tiny(with_both).class_names)


def test_what_is_rare_is_on_as_many_test_pictures_as_ever():
    for number in (FIRST_VALIDATION_PICTURE, FIRST_TEST_PICTURE):
        rare, usual = ScenePainter(IMAGE_HW, rare={"car": 1e-9})(number), ScenePainter(IMAGE_HW)(number)
        assert "car" in rare.class_names and np.array_equal(rare.pixels, usual.pixels)
