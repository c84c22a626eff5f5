"""A scene's truth is exact, and one seed always draws the same scene."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from unify.scenes.names import CLASS_NAMES
from unify.scenes.scene import LEAST_VISIBILITY, SMALLEST_PX, Scene, draw_scene

SMALL = (128, 224)
SEEDS = range(60)


@cache
def small_scene(seed: int) -> Scene:
    return draw_scene(seed, SMALL)


def test_one_seed_draws_the_same_bytes_twice():
    first, second = draw_scene(5, SMALL), draw_scene(5, SMALL)

    assert first.picture.tobytes() == second.picture.tobytes()
    assert first.boxes_xyxy.tobytes() == second.boxes_xyxy.tobytes()
    assert first.visibility.tobytes() == second.visibility.tobytes()
    assert first.class_names == second.class_names


def test_a_scene_does_not_depend_on_the_scenes_drawn_before():
    alone = draw_scene(8, SMALL).picture
    draw_scene(9, (96, 160))

    np.testing.assert_array_equal(draw_scene(8, SMALL).picture, alone)


def test_two_seeds_draw_two_scenes():
    assert small_scene(1).picture.tobytes() != small_scene(2).picture.tobytes()


@pytest.mark.parametrize("image_hw", [(360, 640), (192, 320), (128, 224), (97, 131)])
def test_a_scene_has_the_size_types_and_shapes_it_promises(image_hw):
    scene = draw_scene(3, image_hw)
    count = len(scene.class_names)

    assert scene.picture.shape == (*image_hw, 3) and scene.picture.dtype == np.uint8
    assert scene.boxes_xyxy.shape == (count, 4) and scene.boxes_xyxy.dtype == np.float32
    assert scene.visibility.shape == (count,) and scene.visibility.dtype == np.float32
    assert scene.owner.shape == (2 * image_hw[0], 2 * image_hw[1]) and scene.owner.dtype == np.uint8


def test_every_box_is_tight_around_what_is_seen_of_its_object():
    for seed in SEEDS:
        scene = small_scene(seed)
        for k, box in enumerate(scene.boxes_xyxy):
            rows, columns = np.nonzero(scene.owner == k + 1)
            tight = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) / 2
            np.testing.assert_array_equal(box, tight)


def test_the_owner_map_names_no_object_without_a_box():
    for seed in SEEDS:
        scene = small_scene(seed)

        assert set(np.unique(scene.owner)) - {0} == set(range(1, len(scene.class_names) + 1))


def test_boxes_lie_inside_the_picture_and_are_large_enough_to_see():
    for seed in SEEDS:
        boxes = small_scene(seed).boxes_xyxy
        short, long = np.sort(boxes[:, 2:] - boxes[:, :2], axis=1).T

        assert (boxes[:, :2] >= 0).all() and (boxes[:, 2:] <= (SMALL[1], SMALL[0])).all()
        assert (long >= SMALLEST_PX).all() and (2 * short >= SMALLEST_PX).all()


def test_visibility_is_a_share_and_never_below_the_least():
    shares = np.concatenate([small_scene(seed).visibility for seed in SEEDS])

    assert shares.min() >= LEAST_VISIBILITY and shares.max() == 1
    assert (shares < 0.9).any(), "no object hides another"


def test_scenes_hold_three_to_fifteen_objects():
    counts = [len(small_scene(seed).class_names) for seed in SEEDS]

    assert min(counts) >= 3 and max(counts) <= 15
    assert len(set(counts)) >= 8


def test_every_class_appears_and_is_missing_somewhere():
    for name in CLASS_NAMES:
        has = [name in small_scene(seed).class_names for seed in SEEDS]

        assert any(has) and not all(has), name


def test_cars_are_common_and_trucks_buses_and_cyclists_are_not():
    names = [name for seed in SEEDS for name in small_scene(seed).class_names]

    for rare in ("truck", "bus", "cyclist"):
        assert names.count("car") > 2 * names.count(rare) > 0
    assert names.count("pedestrian") > names.count("cyclist")


def test_boxes_scale_with_the_picture():
    """Double size: the same objects at double coordinates, to the two pixels that rasterizing may shift an edge."""
    small, large = draw_scene(11, (180, 320)), draw_scene(11, (360, 640))

    assert small.class_names == large.class_names
    assert np.median(np.abs(large.boxes_xyxy - 2 * small.boxes_xyxy)) <= 2


def test_objects_stand_out_from_the_ground():
    """In the mean an object's pixels differ from those around its box; a picture of nothing would not pass."""
    contrasts = []
    for seed in SEEDS:
        scene = small_scene(seed)
        grey = scene.picture.mean(axis=2)
        mine = scene.owner[::2, ::2]
        for k, box in enumerate(scene.boxes_xyxy.astype(int)):
            window = np.s_[box[1] : box[3] + 2, box[0] : box[2] + 2]
            inside, around = grey[window][mine[window] == k + 1], grey[window][mine[window] == 0]
            if inside.size and around.size:
                contrasts.append(abs(inside.mean() - around.mean()) + inside.std())

    assert np.median(contrasts) > 15
