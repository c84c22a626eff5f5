from __future__ import annotations

import numpy as np
import pytest

from tests.train.backend import numpy_of, value_and_gradient
from tests.train.losses import reference

losses = pytest.importorskip("unify.losses", exc_type=ImportError)

every_loss = pytest.mark.parametrize("make", ["PartialBoxL1", "PartialBoxGIoU"])


def boxes(seed: int, shape: tuple[int, ...] = (2, 6)) -> np.ndarray:
    """float32 [*shape, 4]; xyxy with sides of at least 0.1."""
    random = np.random.default_rng(seed)
    low = random.random((*shape, 2))
    return np.concatenate([low, low + 0.1 + random.random((*shape, 2))], axis=-1).astype(np.float32)


def some_weights(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (random.random((2, 6)) * (random.random((2, 6)) < 0.5)).astype(np.float32)


def test_l1_worked_out_by_hand():
    true, pred = [[[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 1.0, 1.0]]], [[[1.0, 0.0, 2.0, 4.0], [9.0, 9.0, 9.0, 9.0]]]
    loss = losses.PartialBoxL1()
    assert numpy_of(loss(true, pred, [[2.0, 0.0]])) == 3.0  # |1| + |2|, weight 2 over weight 2
    assert numpy_of(loss(true, pred, [[0.5, 0.0]])) == 1.5  # the sum of weights counts at least 1


def test_giou_worked_out_by_hand():
    # inner 1, union 7, hull 9: 1 - 1/7 + 2/9
    loss = losses.box_giou([0.0, 0.0, 2.0, 2.0], [1.0, 1.0, 3.0, 3.0])
    np.testing.assert_allclose(numpy_of(loss), 1 - 1 / 7 + 2 / 9, rtol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_giou_equals_the_float64_reference(seed: int):
    true, pred, weights = boxes(seed), boxes(seed + 10), some_weights(seed)
    expected = (reference.giou(true, pred) * weights).sum() / max(weights.sum(), 1)
    np.testing.assert_allclose(numpy_of(losses.PartialBoxGIoU()(true, pred, weights)), expected, rtol=1e-5)


def test_giou_does_not_ask_which_axis_comes_first():
    true, pred, swapped = boxes(3), boxes(4), [1, 0, 3, 2]
    xyxy, yxyx = losses.box_giou(true, pred), losses.box_giou(true[..., swapped], pred[..., swapped])
    np.testing.assert_allclose(numpy_of(xyxy), numpy_of(yxyx), rtol=1e-6)


@pytest.mark.parametrize("box", [[0, 0, 0, 0], [1, 1, 1, 1], [2, 2, 1, 1], [5, 5, 5, 9]], ids=str)
def test_empty_boxes_have_finite_gradients(box: list[float]):
    for true in ([0.0, 0.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]):
        value, gradient = value_and_gradient(lambda x, true=true: losses.box_giou(true, x), np.array(box, np.float32))
        assert np.isfinite(value) and 0 <= value <= 2
        assert np.isfinite(gradient).all()


@every_loss
def test_negatives_may_hold_anything_and_get_no_gradient(make: str):
    true, pred, weights = boxes(5), boxes(6), some_weights(7)
    expected = numpy_of(getattr(losses, make)()(true, pred, weights))
    true[weights == 0], pred[weights == 0] = np.nan, np.inf
    value, gradient = value_and_gradient(lambda x: getattr(losses, make)()(true, x, weights), pred)
    assert value == expected
    assert (gradient[weights == 0] == 0).all() and np.isfinite(gradient).all()


@pytest.mark.parametrize("jit", [False, True], ids=["eager", "jit"])
@every_loss
def test_no_positive_gives_zero_not_nan(make: str, jit: bool):
    true, nothing = boxes(8), np.zeros((2, 6), np.float32)
    value, gradient = value_and_gradient(lambda x: getattr(losses, make)()(true, x, nothing), boxes(9), jit)
    assert value == 0 and (gradient == 0).all()


@every_loss
def test_boxes_need_their_weights(make: str):
    with pytest.raises(ValueError, match="which cells are positives is not said"):
        getattr(losses, make)()(boxes(1), boxes(2))
