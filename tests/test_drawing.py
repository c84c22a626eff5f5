from __future__ import annotations

import numpy as np
from PIL import Image

from unify.drawing import draw_boxes, enlarge

RED = (255, 0, 0)


def drawn(*boxes: tuple[int, int, int, int], tag: str = "car") -> np.ndarray:
    picture = Image.new("RGB", (640, 360))
    draw_boxes(picture, np.array(boxes, float), [tag] * len(boxes), [RED] * len(boxes))
    return np.asarray(picture)


def test_small_pictures_are_enlarged_by_a_whole_number():
    picture, factor = enlarge(np.zeros((50, 100, 3), np.uint8))
    assert (picture.size, factor) == ((500, 250), 5)
    assert enlarge(np.zeros((50, 480, 3), np.uint8))[1] == 1


def test_a_box_is_outlined_and_its_inside_left_alone():
    picture = drawn((100, 100, 200, 200))
    assert (picture[150, 99] == RED).all() and (picture[200, 150] == RED).all() and not picture[110:190, 110:190].any()


def test_the_tag_stands_above_its_box_and_within_the_picture():
    assert drawn((100, 100, 200, 200))[86:98, 101:110].any() and drawn((600, 0, 640, 40))[:60].any()


def test_a_tag_in_the_way_of_another_goes_elsewhere():
    alone, together = drawn((100, 100, 200, 200)), drawn((100, 100, 200, 200), (100, 100, 200, 200))
    assert (together != alone).any() and (together[86:98, 101:110] == alone[86:98, 101:110]).all()
