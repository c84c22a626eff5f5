"""Scattered digits: real handwriting on noisy canvases, small enough to train a detector on in seconds.

The protocol is that of scattered-digit generators: glyphs of scikit-learn's ``load_digits`` (UCI, 8 x 8 pixels, ink 0
to 16), classes 0 to 5. 700 of the 1083 glyphs are for training and validation pictures, the others are seen on test
pictures only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image

from unify.errors import Problem, UnifyError
from unify.registry.trial_objects import DIGITS, Digits
from unify.scenarios.drawing import FIRST_TEST_PICTURE, Drawn

SIDE_PX = 48
INKED = 0.25  # of full ink: a box is tight around what is darker; fainter rims drown in the noise
MOST_SHARED = 0.1  # of the smaller of two boxes may lie under the other

_TRAINING_GLYPHS = 700
_FULL_INK = 16
_FEWEST, _MOST = 2, 5  # glyphs on a picture
_SMALLEST_PX, _LARGEST_PX = 13, 19  # side of a glyph's grid, of which ink fills the height and most of the width
_CONTRAST = (0.45, 0.9)
_TRIES = 30  # to find room for a glyph before a picture is begun anew
_PICTURE_STREAM, _GLYPH_STREAM = 1, 2  # of random numbers


class Glyphs(NamedTuple):
    """G handwritten digits.

    Attributes:
        ink: uint8 [G, 8, 8]; 0 to 16.
        classes: int [G]; indices into `DIGITS`.
    """

    ink: np.ndarray
    classes: np.ndarray


def digit_painter(settings: Digits) -> DigitPainter:
    """What draws the pictures of some settings.

    Raises:
        UnifyError: scikit-learn is not installed.
    """
    training, others = split_glyphs(_load_glyphs(), settings.seed)
    return DigitPainter(training, others, settings.noise, settings.seed)


def _load_glyphs() -> Glyphs:
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError as error:
        fix = "pip install 'unify-detection[train]'"
        raise UnifyError(Problem("scenario digits", "scikit-learn is not installed", str(error), fix=fix)) from error
    digits = load_digits()
    wanted = digits.target < len(DIGITS)
    return Glyphs(digits.images[wanted].astype(np.uint8), digits.target[wanted])


def split_glyphs(glyphs: Glyphs, seed: int) -> tuple[Glyphs, Glyphs]:
    """Glyphs for training and validation pictures, and all the others for test pictures."""
    order = np.random.default_rng([seed, _GLYPH_STREAM]).permutation(len(glyphs.ink))
    parts = order[:_TRAINING_GLYPHS], order[_TRAINING_GLYPHS:]
    first, second = (Glyphs(glyphs.ink[part], glyphs.classes[part]) for part in parts)
    return first, second


@dataclass(frozen=True)
class DigitPainter:
    """Draws two to five digits on a dark canvas; test pictures are those from number `FIRST_TEST_PICTURE` on.

    Attributes:
        training: glyphs of training and validation pictures.
        others: glyphs of test pictures.
        noise: standard deviation of the Gaussian noise, of 1; pixels are clipped to 0..1 after it is added.
        seed: makes other pictures, >= 0.
    """

    training: Glyphs
    others: Glyphs
    noise: float
    seed: int
    suffix = ".png"

    def __call__(self, number: int) -> Drawn:
        rng = np.random.default_rng([self.seed, _PICTURE_STREAM, number])
        glyphs = self.others if number >= FIRST_TEST_PICTURE else self.training
        canvas, boxes, classes = _scatter(glyphs, rng)
        noisy = np.clip(canvas + rng.normal(0, self.noise, canvas.shape), 0, 1)
        pixels = np.round(noisy * 255).astype(np.uint8)
        return Drawn(pixels, np.array(boxes, np.float32), tuple(DIGITS[each] for each in classes))


def _scatter(glyphs: Glyphs, rng: np.random.Generator) -> tuple[np.ndarray, list[np.ndarray], list[int]]:
    """Canvas float [SIDE_PX, SIDE_PX] in 0..1, boxes xyxy, classes; begun anew until every glyph has room."""
    while True:
        canvas, boxes, classes = np.zeros((SIDE_PX, SIDE_PX)), [], []
        for which in rng.integers(len(glyphs.ink), size=rng.integers(_FEWEST, _MOST + 1)):
            ink = resize_ink(glyphs.ink[which], int(rng.integers(_SMALLEST_PX, _LARGEST_PX + 1)))
            place = _find_room(ink, boxes, rng)
            if place is None:
                break
            left, top = place
            under = canvas[top : top + len(ink), left : left + len(ink)]
            np.maximum(under, ink * rng.uniform(*_CONTRAST), out=under)
            boxes.append(inked_box(ink) + (left, top, left, top))
            classes.append(int(glyphs.classes[which]))
        else:
            return canvas, boxes, classes


def resize_ink(glyph: np.ndarray, size: int) -> np.ndarray:
    """A glyph of uint8 [8, 8] as float32 [size, size] in 0..1, bilinear."""
    picture = Image.fromarray((glyph / _FULL_INK).astype(np.float32))
    return np.asarray(picture.resize((size, size), Image.Resampling.BILINEAR))


def inked_box(ink: np.ndarray) -> np.ndarray:
    """int [4]; xyxy tight around all pixels of at least `INKED`."""
    rows, columns = np.nonzero(ink >= INKED)
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])


def _find_room(ink: np.ndarray, boxes: list[np.ndarray], rng: np.random.Generator) -> tuple[int, int] | None:
    """Left and top of a place inside the picture that shares at most `MOST_SHARED` with any other's box."""
    box = inked_box(ink)
    for left, top in rng.integers(SIDE_PX - len(ink) + 1, size=(_TRIES, 2)).tolist():
        if all(_share(box + (left, top, left, top), other) <= MOST_SHARED for other in boxes):
            return left, top
    return None


def _share(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection of two boxes over the smaller one's area."""
    common = np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0).prod()
    return common / min((a[2:] - a[:2]).prod(), (b[2:] - b[:2]).prod())
