from __future__ import annotations

import numpy as np
import pytest

from tests.train.backend import numpy_of

losses = pytest.importorskip("unify.losses", exc_type=ImportError)


def test_the_table_line_by_line():
    # classes: hand-labeled, machine-filled with trust 0.25, unknown
    targets = np.array([[[1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0]]], np.float32)
    absence = np.array([[1.0, 0.25, 0.0]], np.float32)
    positive = np.array([[[1.0], [0.7], [0.0], [1.0], [0.0]]], np.float32)
    ignored = np.zeros((1, 5, 3), bool)
    ignored[0, 4, :2] = True
    weights = losses.classification_weights(targets, absence, positive, ignored)
    expected = [
        [1, 0.25, 0],  # hand box of class 0
        [1, 0.7, 0],  # machine box of class 1
        [1, 0.25, 0],  # background
        [1, 0.25, 1],  # hand box of a class whose others may be missing
        [0, 0, 0],  # ignored for two classes, unknown for the third
    ]
    np.testing.assert_allclose(numpy_of(weights), [expected], rtol=1e-6)


def test_exclusive_classes_are_negative_where_another_is_certain():
    targets = np.array([[[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]], np.float32)
    ignored = np.zeros((1, 3, 4), bool)
    ignored[0, 0, 1] = True
    absence = np.zeros((1, 4), np.float32)
    sure = losses.classification_weights(targets, absence, 1.0, ignored, exclusive=[(0, 1, 2), (2, 3)])
    np.testing.assert_array_equal(numpy_of(sure), [[[1, 1, 1, 0], [1, 1, 1, 1], [0, 0, 0, 0]]])
    unsure = losses.classification_weights(targets, absence, 0.5, ignored, exclusive=[(0, 1, 2), (2, 3)])
    np.testing.assert_array_equal(numpy_of(unsure), [[[0.5, 0, 0, 0], [0, 0, 0.5, 0], [0, 0, 0, 0]]])


def test_heatmap_slopes_are_negatives():
    targets = np.array([[[[1.0]], [[0.8]], [[0.0]]]], np.float32)
    weights = losses.classification_weights(targets, np.array([[0.5]], np.float32), 0.9)
    np.testing.assert_allclose(numpy_of(weights).ravel(), [0.9, 0.5, 0.5], rtol=1e-6)


def test_weights_of_zero_and_targets_of_minus_one_say_the_same():
    targets = np.array([[[1, 0, 0], [0, 0, 0]]], np.float32)
    absence = np.array([[1.0, 1.0, 0.0]], np.float32)
    logits = np.random.default_rng(0).normal(size=(1, 2, 3)).astype(np.float32)
    loss = losses.PartialBinaryFocalCrossentropy()
    by_weight = loss(targets, logits, losses.classification_weights(targets, absence))
    by_mark = loss(np.where(absence[:, None] == 0, -1, targets), logits)
    assert numpy_of(by_weight) == numpy_of(by_mark)


@pytest.mark.parametrize("shape", [(2,), (2, 1), (2, 3), (2, 1, 4), (1, 3, 4)], ids=str)
def test_weights_broadcast_from_the_left(shape: tuple[int, ...]):
    random = np.random.default_rng(1)
    y_true = (random.random((2, 3, 4)) < 0.5).astype(np.float32)
    logits = random.normal(size=(2, 3, 4)).astype(np.float32)
    weights = random.random(shape).astype(np.float32)
    dense = np.broadcast_to(weights.reshape(shape + (1,) * (3 - len(shape))), y_true.shape)
    loss = losses.PartialBinaryCrossentropy()
    np.testing.assert_allclose(
        numpy_of(loss(y_true, logits, weights)), numpy_of(loss(y_true, logits, dense)), rtol=1e-6
    )
