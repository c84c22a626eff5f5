"""Who hides whom, on sprites small enough to count."""

from __future__ import annotations

import numpy as np
from PIL import Image

from unify.scenes.geometry import Glow, box
from unify.scenes.layers import Sprite, paint, rasterize, what_is_seen

CANVAS = (20, 20)
RED = (200, 0, 0)


def square(class_name: str, distance: float, x1: int, y1: int, x2: int, y2: int, glows=()) -> Sprite:
    """A sprite that covers columns x1..x2 and rows y1..y2, both included."""
    return rasterize(class_name, distance, [(box(x1, y1, x2, y2), RED)], CANVAS, glows)


def seen(*sprites: Sprite, least: float = 0.0, smallest: float = 0.0):
    return what_is_seen(sprites, CANVAS, least, smallest)


def test_an_object_alone_is_seen_whole():
    (one,), owner = seen(square("car", 5, 2, 3, 9, 6))

    assert one.visibility == 1
    assert one.box_xyxy.tolist() == [2, 3, 10, 7]
    assert (owner == 1).sum() == 8 * 4


def test_a_nearer_object_takes_its_part_of_a_farther_one():
    near, far = seen(square("car", 20, 0, 0, 9, 9), square("bus", 10, 5, 0, 14, 9))[0]

    assert (near.sprite.class_name, near.visibility) == ("bus", 1)
    assert (far.sprite.class_name, far.visibility) == ("car", 0.5)
    assert far.box_xyxy.tolist() == [0, 0, 5, 10]


def test_scenery_hides_objects_and_owns_no_pixel():
    kept, owner = seen(square("", 5, 0, 0, 4, 9), square("car", 10, 0, 0, 9, 9))

    assert kept[1].visibility == 0.5
    assert (owner[:10, :5] == 0).all() and (owner[:10, 5:10] == 1).all()


def test_what_lies_outside_the_picture_counts_as_hidden():
    (one,), _ = seen(square("car", 5, -5, 0, 4, 9))

    assert one.visibility == 0.5
    assert one.box_xyxy.tolist() == [0, 0, 5, 10]


def test_an_object_left_out_hides_nothing():
    """The middle one is hidden too much to stay, so the last is seen although the middle one stood before it."""
    kept, _ = seen(
        square("car", 5, 0, 0, 9, 9), square("bus", 6, 0, 0, 11, 9), square("truck", 7, 10, 0, 11, 9), least=0.5
    )

    assert [one.sprite.class_name for one in kept] == ["car", "truck"]
    assert kept[1].visibility == 1


def test_an_object_too_small_or_too_thin_is_left_out_and_scenery_stays():
    kept, _ = seen(
        square("car", 1, 0, 0, 4, 4), square("cone", 2, 10, 0, 11, 9), square("", 3, 15, 15, 16, 16), smallest=6
    )

    assert [one.sprite.class_name for one in kept] == [""]


def test_a_lamp_behind_something_does_not_glow():
    glow = Glow(np.array([4.0, 4.0]), 3, RED, 1.0)
    open_lamp, hidden = square("car", 5, 0, 0, 9, 9, [glow]), square("bus", 9, 0, 0, 19, 9, [glow])
    kept, _ = seen(open_lamp, hidden)

    assert [len(one.lit()) for one in kept] == [1, 0]


def test_what_is_painted_is_what_the_silhouettes_say():
    """Slanting edges that cross the picture's edges, in all four corners: the painted pixels are the owned ones."""
    sprites = [
        rasterize("car", k, [(np.array([(x, y), (x + 9.7, y + 2.2), (x + 3.9, y + 11.4)]), RED)], CANVAS)
        for k, (x, y) in enumerate([(-4.6, -5.3), (13.2, -3.8), (-3.1, 12.9), (12.4, 14.7)])
    ]
    kept, owner = seen(*sprites)
    canvas = Image.new("RGB", CANVAS)
    paint(canvas, kept)

    np.testing.assert_array_equal(np.asarray(canvas)[..., 0] > 0, owner > 0)
    assert len(kept) == 4
