"""Scattered digits: boxes are tight, glyphs of test pictures are seen nowhere else."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from unify.errors import UnifyError
from unify.registry.trial_objects import DIGITS, Digits, digit_tasks
from unify.scenarios.digits import (
    INKED,
    MOST_SHARED,
    SIDE_PX,
    DigitPainter,
    Glyphs,
    digit_painter,
    inked_box,
    resize_ink,
)
from unify.scenarios.drawing import FIRST_TEST_PICTURE, FIRST_VALIDATION_PICTURE, Drawn


@pytest.fixture(scope="module")
def painter() -> DigitPainter:
    return digit_painter(Digits())


@pytest.fixture(scope="module")
def clean(painter: DigitPainter) -> list[Drawn]:
    return [replace(painter, noise=0.0)(number) for number in range(40)]


def test_tasks_share_the_classes_out_and_are_named_by_them():
    assert list(digit_tasks(1)) == ["zero_to_five"]
    assert digit_tasks(2) == {"zero_to_two": ("zero", "one", "two"), "three_to_five": ("three", "four", "five")}
    assert list(digit_tasks(3)) == ["zero_to_one", "two_to_three", "four_to_five"]
    assert digit_tasks(6) == {name: (name,) for name in DIGITS}


def test_seven_hundred_glyphs_are_for_training_and_the_others_are_none_of_them(painter: DigitPainter):
    training, others = ({glyph.tobytes() for glyph in part.ink} for part in (painter.training, painter.others))
    assert (len(training), len(others)) == (700, 383)
    assert not training & others


@pytest.mark.parametrize(
    ("number", "unused"),
    [(3, "others"), (FIRST_VALIDATION_PICTURE + 3, "others"), (FIRST_TEST_PICTURE + 3, "training")],
)
def test_only_test_pictures_show_other_glyphs_than_training_pictures(painter: DigitPainter, number: int, unused: str):
    blank = Glyphs(np.zeros((1, 8, 8), np.uint8), np.zeros(1, int))
    assert np.array_equal(replace(painter, **{unused: blank})(number).pixels, painter(number).pixels)


def test_a_glyphs_box_is_tight_around_its_ink(painter: DigitPainter):
    for glyph in painter.training.ink[:200]:
        ink = resize_ink(glyph, 16)
        x1, y1, x2, y2 = inked_box(ink)
        dark = ink >= INKED
        assert dark.sum() == dark[y1:y2, x1:x2].sum()
        assert all(edge.any() for edge in (dark[y1, x1:x2], dark[y2 - 1, x1:x2], dark[y1:y2, x1], dark[y1:y2, x2 - 1]))


def test_a_resized_glyph_keeps_its_full_ink_and_its_shape():
    glyph = np.zeros((8, 8), np.uint8)
    glyph[:, 2:4] = 16  # a vertical stroke, columns 4 to 7 at double size
    ink = resize_ink(glyph, 16)
    assert ink.shape == (16, 16) and ink.max() == 1 and inked_box(ink).tolist() == [3, 0, 9, 16]  # rims of 0.25


def test_every_inked_pixel_lies_in_a_box_and_every_box_ends_at_one(clean: list[Drawn]):
    faintest, darkest = INKED * 0.45 * 255, INKED * 0.9 * 255  # of an inked pixel, by contrast
    for pixels, boxes, _ in clean:
        inside = np.zeros(pixels.shape, bool)
        for x1, y1, x2, y2 in boxes.astype(int):
            inside[y1:y2, x1:x2] = True
            edges = (pixels[y1, x1:x2], pixels[y2 - 1, x1:x2], pixels[y1:y2, x1], pixels[y1:y2, x2 - 1])
            assert all(edge.max() >= np.floor(faintest) for edge in edges)
        assert pixels[~inside].max() <= np.ceil(darkest)


def test_two_to_five_digits_lie_inside_and_hardly_over_each_other(clean: list[Drawn]):
    counts = {len(names) for _, _, names in clean}
    assert counts == {2, 3, 4, 5}
    for _, boxes, names in clean:
        assert len(boxes) == len(names) and boxes.dtype == np.float32
        assert (boxes >= 0).all() and (boxes <= SIDE_PX).all()
        sizes = boxes[:, 2:] - boxes[:, :2]
        assert (sizes.max(axis=1) >= 11).all() and (sizes <= 19).all()
        for a, b in combinations(range(len(boxes)), 2):
            common = np.minimum(boxes[a, 2:], boxes[b, 2:]) - np.maximum(boxes[a, :2], boxes[b, :2])
            assert common.clip(0).prod() <= MOST_SHARED * sizes[[a, b]].prod(axis=1).min() + 1e-6


def test_all_classes_appear(painter: DigitPainter):
    assert {name for number in range(40) for name in painter(number).class_names} == set(DIGITS)


def test_noise_has_the_strength_that_was_asked_for_and_pixels_stay_in_range(painter: DigitPainter):
    pixels = painter(0).pixels
    assert pixels.shape == (SIDE_PX, SIDE_PX) and pixels.dtype == np.uint8
    # Half of the noise on a black ground is clipped; of the other half the median is 0.6745 standard deviations.
    rest = np.concatenate([_outside_boxes(painter(number)) for number in range(20)]) / 255
    assert np.median(rest[rest > 0]) == pytest.approx(0.6745 * 0.18, rel=0.1)


def _outside_boxes(drawn: Drawn) -> np.ndarray:
    outside = np.ones(drawn.pixels.shape, bool)
    for x1, y1, x2, y2 in drawn.boxes_xyxy.astype(int):
        outside[max(0, y1 - 3) : y2 + 3, max(0, x1 - 3) : x2 + 3] = False
    return drawn.pixels[outside]


def test_a_picture_depends_on_seed_and_number_alone(painter: DigitPainter):
    again = digit_painter(Digits())
    assert np.array_equal(painter(7).pixels, again(7).pixels)
    assert not np.array_equal(painter(7).pixels, painter(8).pixels)
    assert not np.array_equal(painter(7).pixels, digit_painter(Digits(seed=1))(7).pixels)


def test_without_scikit_learn_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(UnifyError) as error:
        digit_painter(Digits())
    assert str(error.value) == (
        "scenario digits: scikit-learn is not installed\n"
        "  got:      import of sklearn.datasets halted; None in sys.modules\n"
        "  fix:      pip install 'unify-detection[train]'"
    )
