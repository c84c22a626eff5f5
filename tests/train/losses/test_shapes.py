from __future__ import annotations

import numpy as np
import pytest

losses = pytest.importorskip("unify.losses", exc_type=ImportError)

X = np.zeros((2, 5, 3), np.float32)


def text_of(call) -> str:
    with pytest.raises(ValueError) as error:
        call()
    return str(error.value)


def test_unequal_class_counts_message():
    assert text_of(lambda: losses.PartialBinaryCrossentropy(name="classes")(X[..., :2], X)) == (
        "classes: y_true has 2 classes, y_pred 3\n"
        "  got:      y_true [2, 5, 2], y_pred [2, 5, 3]\n"
        "  expected: one logit for every class column\n"
        "  fix:      give the head as many outputs as the dataset has class columns (its largest class id)"
    )


def test_unequal_class_counts_message_with_background():
    assert text_of(lambda: losses.PartialCategoricalCrossentropy(name="classes")(X, X)) == (
        "classes: y_true has 3 classes, y_pred 3\n"
        "  got:      y_true [2, 5, 3], y_pred [2, 5, 3]\n"
        "  expected: one background column before the class columns\n"
        "  fix:      give the head as many outputs as the dataset has class columns (its largest class id) plus one"
    )


def test_wrong_rank_message():
    assert text_of(lambda: losses.PartialHeatmapFocalCrossentropy(name="heat")(X[0], X)) == (
        "heat: y_true and y_pred need one rank, 2 or more\n"
        "  got:      y_true [5, 3], y_pred [2, 5, 3]\n"
        "  expected: [B, ..., C] for both"
    )


def test_unequal_cells_message():
    assert text_of(lambda: losses.PartialBinaryCrossentropy(name="classes")(X[:, :4], X)) == (
        "classes: y_true and y_pred differ in pictures or cells\n"
        "  got:      y_true [2, 4, 3], y_pred [2, 5, 3]\n"
        "  expected: equal axes but the last"
    )


def test_weights_per_picture_and_class_message():
    assert text_of(lambda: losses.PartialBinaryCrossentropy(name="classes")(X, X, np.ones((2, 3)))) == (
        "classes: the weights do not fit\n"
        "  got:      weights [2, 3] for elements [2, 5, 3]\n"
        "  expected: the leading axes of the elements, each of equal size or 1\n"
        "  fix:      a weight per picture and class goes in as [B, 1, C]"
    )


def test_boxes_message():
    assert text_of(lambda: losses.PartialBoxGIoU(name="boxes")(X, X, np.ones((2, 5)))) == (
        "boxes: y_true and y_pred are not boxes of equal shape\n"
        "  got:      y_true [2, 5, 3], y_pred [2, 5, 3]\n"
        "  expected: [B, ..., 4] for both"
    )


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"gamma": -1.0}, "gamma is out of range"),
        ({"gamma": float("nan")}, "gamma is out of range"),
        ({"alpha": 2.0}, "alpha is out of range"),
        ({"reduction": "sum_over_batch_size"}, "choose a normalizer instead"),
    ],
)
def test_wrong_options_are_refused_at_once(options: dict, text: str):
    with pytest.raises(ValueError, match=text):
        losses.PartialBinaryFocalCrossentropy(**options)


def test_options_are_checked_against_the_number_of_classes():
    weights = losses.PartialBinaryCrossentropy(class_weights=[1, 2])
    assert "2 class weights for 3 classes" in text_of(lambda: weights(X, X))
    groups = losses.PartialBinaryCrossentropy(exclusive=[(0, 3)])
    assert "columns [3] of 3" in text_of(lambda: groups(X, X))
