from __future__ import annotations

import numpy as np
import pytest

from tests.train.backend import numpy_of, value_and_gradient
from tests.train.losses import reference
from tests.train.losses.batches import A, B, C, random_batch

keras = pytest.importorskip("keras", reason="needs the [train] extra", exc_type=ImportError)
losses = pytest.importorskip("unify.losses", exc_type=ImportError)

both_jit = pytest.mark.parametrize("jit", [False, True], ids=["eager", "jit"])


def cells(seed: int, labeled: float = 0.6) -> tuple[np.ndarray, np.ndarray]:
    """Targets [B, A, C] with at most one 1 a cell, on a labeled class, and logits [B, A, 1 + C]."""
    random = np.random.default_rng(seed)
    y_true = random_batch(seed, labeled=labeled).y_true
    first = np.cumsum(y_true == 1, axis=-1) == 1
    y_true[(y_true == 1) & ~first] = 0
    return y_true, random.normal(scale=3, size=(B, A, 1 + C)).astype(np.float32)


def test_a_cell_worked_out_by_hand():
    # p = 1/3 each for background, a known and an unknown class
    loss, logits = losses.PartialCategoricalCrossentropy(), [[[0.0, 0.0, 0.0]]]
    np.testing.assert_allclose(numpy_of(loss([[[1, -1]]], logits)), np.log(3), rtol=1e-6)
    np.testing.assert_allclose(numpy_of(loss([[[0, -1]]], logits)), np.log(3 / 2), rtol=1e-6)
    np.testing.assert_allclose(numpy_of(loss([[[0, 0]]], logits)), np.log(3), rtol=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_it_equals_the_float64_reference(seed: int):
    y_true, logits = cells(seed)
    value = numpy_of(losses.PartialCategoricalCrossentropy()(y_true, logits))
    expected = reference.marginal(y_true, logits).sum() / max((y_true == 1).sum(), 1)
    np.testing.assert_allclose(value, expected, rtol=1e-5)


def test_moving_probability_among_what_is_possible_changes_nothing():
    y_true = np.array([[[0, -1, -1, 0]]], np.float32)  # possible: background and the classes in columns 1 and 2
    one = np.log(np.array([[[0.1, 0.2, 0.3, 0.2, 0.2]]], np.float32))
    other = np.log(np.array([[[0.4, 0.2, 0.1, 0.1, 0.2]]], np.float32))
    loss = losses.PartialCategoricalCrossentropy()
    np.testing.assert_allclose(numpy_of(loss(y_true, one)), -np.log(0.6), rtol=1e-6)
    np.testing.assert_allclose(numpy_of(loss(y_true, other)), -np.log(0.6), rtol=1e-6)


def test_at_a_matched_cell_every_other_class_is_pushed_down_even_if_unknown():
    _, gradient = value_and_gradient(
        lambda x: losses.PartialCategoricalCrossentropy()([[[1, -1, -1]]], x), np.zeros((1, 1, 4), np.float32)
    )
    np.testing.assert_allclose(gradient, [[[0.25, -0.75, 0.25, 0.25]]], rtol=1e-6)


def test_an_unknown_class_equals_its_probability_given_to_background():
    y_true, logits = cells(5, labeled=1.0)
    y_true[y_true[..., 3] == 1] = 0
    background = (y_true == 0).all(-1)
    y_true[..., 3] = -1
    folded = np.delete(logits, 4, axis=-1)
    folded[..., 0] = np.logaddexp(logits[..., 0], logits[..., 4])
    pure = losses.partial_categorical_crossentropy
    masked, deleted = pure(y_true, logits), pure(np.delete(y_true, 3, axis=-1), folded)
    np.testing.assert_allclose(numpy_of(masked), numpy_of(deleted), rtol=1e-5, atol=1e-6)
    assert background.any() and not background.all()


def test_fully_labeled_equals_the_stock_loss():
    y_true, logits = cells(6, labeled=1.0)
    one_hot = np.concatenate([1 - y_true.max(-1, keepdims=True), y_true], axis=-1)
    ours = losses.PartialCategoricalCrossentropy(normalizer="labeled")
    stock = keras.losses.CategoricalCrossentropy(from_logits=True)
    value, gradient = value_and_gradient(lambda x: ours(y_true, x), logits)
    stock_value, stock_gradient = value_and_gradient(lambda x: stock(one_hot, x), logits)
    np.testing.assert_allclose(value, stock_value, rtol=5e-7)
    np.testing.assert_allclose(gradient, stock_gradient, rtol=1e-5, atol=1e-8)


@both_jit
@pytest.mark.parametrize("normalizer", ["positives", "labeled", "proportion"])
def test_nothing_labeled_gives_zero_not_nan(normalizer: str, jit: bool):
    y_true, logits = cells(7)
    loss = losses.PartialCategoricalCrossentropy(normalizer=normalizer)
    value, gradient = value_and_gradient(lambda x: loss(np.full_like(y_true, -1), x), logits, jit)
    assert value == 0 and (gradient == 0).all()


def test_no_positive_still_teaches_background():
    y_true, logits = cells(8)
    value, gradient = value_and_gradient(
        lambda x: losses.PartialCategoricalCrossentropy()(np.zeros_like(y_true), x), logits
    )
    assert np.isfinite(value) and (gradient[..., 0] < 0).all() and (gradient[..., 1:] > 0).all()


@both_jit
def test_extreme_logits_stay_finite_and_right(jit: bool):
    logits = np.array([[[1e4, -1e4, 0], [-1e4, 1e4, 1e4], [-1e4, 0, 1e4]]], np.float32)
    y_true = np.array([[[1, 0], [1, 0], [0, -1]]], np.float32)
    loss = losses.PartialCategoricalCrossentropy()
    value, gradient = value_and_gradient(lambda x: loss(y_true, x), logits, jit)
    np.testing.assert_allclose(value, (2e4 + np.log(2) + 0) / 2, rtol=1e-6)
    np.testing.assert_allclose(gradient, [[[0.5, -0.5, 0], [0, -0.25, 0.25], [0, 0, 0]]], rtol=1e-6, atol=1e-30)


def test_an_ignored_cell_may_hold_anything():
    y_true, logits = cells(9)
    weights = np.ones((B, A), np.float32)
    weights[0, 0] = 0
    loss = losses.PartialCategoricalCrossentropy()
    expected = numpy_of(loss(y_true, logits, weights))
    y_true[0, 0], logits[0, 0] = np.nan, np.nan
    value, gradient = value_and_gradient(lambda x: loss(y_true, x, weights), logits)
    assert value == expected
    assert np.isfinite(gradient).all() and (gradient[0, 0] == 0).all()


def test_a_nan_target_is_seen():
    y_true, logits = cells(10)
    y_true[0, 0, 0] = np.nan
    assert np.isnan(numpy_of(losses.PartialCategoricalCrossentropy(normalizer="labeled")(y_true, logits)))


def test_cells_count_by_their_weight():
    y_true, logits = cells(11)
    weights = np.random.default_rng(11).random((B, A)).astype(np.float32)
    expected = (reference.marginal(y_true, logits) * weights).sum() / max(weights[(y_true == 1).any(-1)].sum(), 1)
    loss = losses.PartialCategoricalCrossentropy()
    np.testing.assert_allclose(numpy_of(loss(y_true, logits, weights)), expected, rtol=1e-5)
