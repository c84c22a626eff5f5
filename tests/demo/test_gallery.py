"""The panel shows what is known; unknown looks unlike absent."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageChops

from unify.demo.gallery import contact_sheet, draw_example

PICTURE = np.full((180, 480, 3), 90, dtype=np.uint8)
NO_BOXES = np.zeros((0, 4))
CAR = np.array([[40, 60, 140, 120]])
STATES = {"car": "labeled", "pedestrian": "unknown"}


def panel(image: Image.Image) -> Image.Image:
    return image.crop((PICTURE.shape[1], 0, image.width, image.height))


def pictured(image: Image.Image) -> np.ndarray:
    return np.asarray(image)[: PICTURE.shape[0], : PICTURE.shape[1]]


def differ(a: Image.Image, b: Image.Image) -> bool:
    return ImageChops.difference(a, b).getbbox() is not None


def test_every_state_has_a_panel_of_its_own():
    images = [
        panel(draw_example(PICTURE, NO_BOXES, [], {"car": state})) for state in ("labeled", "incomplete", "unknown")
    ]

    assert differ(images[0], images[1]) and differ(images[1], images[2]) and differ(images[0], images[2])


def test_absent_is_green_and_unknown_is_grey():
    def most_colourful(state: str) -> int:
        pixels = np.asarray(panel(draw_example(PICTURE, NO_BOXES, [], {"car": state}))).astype(int)
        return int((pixels.max(axis=2) - pixels.min(axis=2)).max())

    assert most_colourful("labeled") > 100
    assert most_colourful("unknown") < 30


def test_the_panel_counts_boxes():
    one = draw_example(PICTURE, CAR, ["car"], STATES)
    two = draw_example(PICTURE, np.concatenate([CAR, CAR + 50]), ["car", "car"], STATES)

    assert differ(panel(one), panel(two))


def test_a_picture_without_boxes_is_shown_untouched():
    np.testing.assert_array_equal(pictured(draw_example(PICTURE, NO_BOXES, [], STATES)), PICTURE)


def test_a_box_is_outlined_in_its_place_only():
    changed = (pictured(draw_example(PICTURE, CAR, ["car"], STATES)) != PICTURE).any(axis=2)
    rows, columns = np.nonzero(changed)

    assert (columns.min(), columns.max(), rows.max()) == (39, 140, 120)
    assert not changed[65:115, 45:135].any(), "the inside of the box is left alone"
    assert not changed[:40].any(), "the tag stands right above the box"


def test_truth_nobody_looked_for_is_dotted_and_truth_somebody_boxed_is_not():
    plain = pictured(draw_example(PICTURE, CAR, ["car"], STATES))
    same = pictured(draw_example(PICTURE, CAR, ["car"], STATES, truth=(CAR, ["car"])))
    walker = np.array([[300, 40, 330, 120]])
    more = pictured(draw_example(PICTURE, CAR, ["car"], STATES, truth=(walker, ["pedestrian"])))

    np.testing.assert_array_equal(same, plain)
    rows, columns = np.nonzero((more != plain).any(axis=2))
    assert columns.min() >= 297 and columns.max() <= 334 and rows.max() <= 124


def test_truth_of_a_labeled_class_is_never_dotted():
    image = draw_example(PICTURE, NO_BOXES, [], STATES, truth=(CAR, ["car"]))

    np.testing.assert_array_equal(pictured(image), PICTURE)


def test_incomplete_classes_show_the_truth_that_has_no_box():
    states = {"car": "incomplete"}
    boxed = pictured(draw_example(PICTURE, CAR, ["car"], states, truth=(CAR, ["car"])))
    missed = pictured(draw_example(PICTURE, NO_BOXES, [], states, truth=(CAR, ["car"])))

    np.testing.assert_array_equal(boxed, pictured(draw_example(PICTURE, CAR, ["car"], states)))
    assert (missed != PICTURE).any()


@pytest.mark.parametrize("image_hw", [(40, 64), (128, 224), (360, 640)])
def test_small_pictures_are_enlarged_until_words_can_be_read(image_hw):
    image = draw_example(np.zeros((*image_hw, 3), dtype=np.uint8), NO_BOXES, [], STATES)

    assert image.width >= 480 + 250
    assert image.mode == "RGB"


def test_a_long_list_of_classes_makes_the_panel_longer():
    states = {f"class_{k}": "labeled" for k in range(20)}

    assert draw_example(PICTURE, NO_BOXES, [], states).height > 20 * 30


def test_a_contact_sheet_has_room_for_every_example():
    example = draw_example(PICTURE, CAR, ["car"], STATES)
    sheet = contact_sheet([example] * 3, columns=2)

    assert sheet.width > 2 * example.width and sheet.height > 2 * example.height
    margin = (sheet.height - 2 * example.height) // 3
    first = sheet.crop((margin, margin, margin + example.width, margin + example.height))
    assert not differ(first, example)
