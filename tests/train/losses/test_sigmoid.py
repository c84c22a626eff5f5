from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.train.backend import numpy_of, value_and_gradient
from tests.train.losses import reference
from tests.train.losses.batches import random_batch

keras = pytest.importorskip("keras", reason="needs the [train] extra", exc_type=ImportError)
losses = pytest.importorskip("unify.losses", exc_type=ImportError)

GAMMAS = (0.0, 0.5, 1.0, 2.0)
NORMALIZERS = ("positives", "positives_ema", "labeled", "proportion")
LOSSES = {
    "binary": lambda **options: losses.PartialBinaryCrossentropy(**options),
    "focal": lambda **options: losses.PartialBinaryFocalCrossentropy(**options),
    "heatmap": lambda **options: losses.PartialHeatmapFocalCrossentropy(**options),
}
every_loss = pytest.mark.parametrize("make", LOSSES.values(), ids=LOSSES)
every_normalizer = pytest.mark.parametrize("normalizer", NORMALIZERS)
both_jit = pytest.mark.parametrize("jit", [False, True], ids=["eager", "jit"])


def test_a_batch_worked_out_by_hand():
    # one positive and one negative at p = 1/2, an unknown class: 2 log 2 over 1 positive
    loss = losses.PartialBinaryCrossentropy()
    np.testing.assert_allclose(numpy_of(loss([[[1, 0, -1]]], [[[0.0, 0.0, 9.0]]])), 2 * np.log(2), rtol=1e-6)
    # (1/2)^2 log 2, a quarter of it for the positive, three quarters for the negative
    focal = losses.PartialBinaryFocalCrossentropy(alpha=0.25, gamma=2.0)
    np.testing.assert_allclose(numpy_of(focal([[[1, 0, -1]]], [[[0.0, 0.0, 9.0]]])), np.log(2) / 4, rtol=1e-6)


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), gamma=st.sampled_from((*GAMMAS, 5.0)), scale=st.sampled_from((0.1, 3.0, 30.0)))
def test_focal_equals_the_float64_reference(seed: int, gamma: float, scale: float):
    batch = random_batch(seed, scale)
    loss = losses.PartialBinaryFocalCrossentropy(alpha=0.3, gamma=gamma)
    expected = reference.focal(batch.y_true, batch.logits, batch.weights, 0.3, gamma).sum()
    expected /= max((batch.weights * (batch.y_true == 1)).sum(), 1)
    np.testing.assert_allclose(numpy_of(loss(batch.y_true, batch.logits, batch.weights)), expected, rtol=1e-5)


@pytest.mark.parametrize("gamma", GAMMAS)
def test_focal_of_soft_targets_is_the_quality_focal_loss(gamma: float):
    logits = random_batch(16).logits
    soft = np.random.default_rng(16).random(logits.shape).astype(np.float32)
    pure = losses.partial_binary_focal_crossentropy
    value, gradient = value_and_gradient(lambda x: keras.ops.sum(pure(soft, x, None, gamma)), logits)
    at, above, below = (
        reference.quality_focal(soft, logits.astype(np.float64) + step, gamma) for step in (0, 1e-5, -1e-5)
    )
    np.testing.assert_allclose(value, at.sum(), rtol=1e-5)
    np.testing.assert_allclose(gradient, (above - below) / 2e-5, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_binary_equals_the_float64_reference(seed: int):
    batch = random_batch(seed)
    soft = np.where(batch.known, np.random.default_rng(seed).random(batch.y_true.shape), -1).astype(np.float32)
    loss = losses.PartialBinaryCrossentropy(normalizer="labeled")
    expected = reference.binary(soft, batch.logits, batch.weights).sum() / batch.weights.sum()
    np.testing.assert_allclose(numpy_of(loss(soft, batch.logits, batch.weights)), expected, rtol=1e-5)


@pytest.mark.parametrize("gamma", GAMMAS)
@pytest.mark.parametrize("seed", range(3))
def test_heatmap_equals_the_float64_reference(seed: int, gamma: float):
    batch, random = random_batch(seed), np.random.default_rng(seed)
    slope = np.where(batch.y_true == 0, random.random(batch.y_true.shape), batch.y_true).astype(np.float32)
    loss = losses.PartialHeatmapFocalCrossentropy(gamma=gamma, penalty=4.0)
    expected = reference.heatmap(slope, batch.logits, batch.weights, gamma, 4.0).sum()
    expected /= max((batch.weights * (slope == 1)).sum(), 1)
    np.testing.assert_allclose(numpy_of(loss(slope, batch.logits, batch.weights)), expected, rtol=1e-5)


@pytest.mark.parametrize("gamma", GAMMAS)
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_the_written_gradient_is_the_derivative(gamma: float, target: float):
    logits = np.array([-30, -5, -0.5, 0, 0.5, 5, 30], np.float32)
    targets = np.full_like(logits, target)
    pure = losses.partial_binary_focal_crossentropy
    _, gradient = value_and_gradient(lambda x: keras.ops.sum(pure(targets, x, 0.25, gamma)), logits)
    step = 1e-5
    above, below = (
        reference.focal(targets, logits.astype(np.float64) + side * step, 1.0, 0.25, gamma) for side in (1, -1)
    )
    np.testing.assert_allclose(gradient, (above - below) / (2 * step), rtol=1e-4, atol=2e-7)


@both_jit
@every_loss
def test_unknown_elements_get_exactly_no_gradient(make, jit: bool):
    batch = random_batch(1)
    _, gradient = value_and_gradient(lambda x: make()(batch.y_true, x), batch.logits, jit)
    assert (gradient[~batch.known] == 0).all()
    assert (gradient[batch.known] != 0).all()


@every_loss
def test_elements_of_weight_zero_get_exactly_no_gradient(make):
    batch = random_batch(2)
    _, gradient = value_and_gradient(lambda x: make()(np.abs(batch.y_true), x, batch.weights), batch.logits)
    assert ((gradient == 0) == (batch.weights == 0)).all()


@pytest.mark.parametrize("normalizer", ["positives", "labeled"])
@every_loss
def test_an_unknown_class_equals_that_class_deleted(make, normalizer: str):
    batch = random_batch(3, labeled=1.0)
    partly = batch.y_true.copy()
    partly[..., 2] = -1
    kept = [0, 1, 3, 4]
    masked = value_and_gradient(lambda x: make(normalizer=normalizer)(partly, x), batch.logits)
    deleted = value_and_gradient(
        lambda x: make(normalizer=normalizer)(batch.y_true[..., kept], x), batch.logits[..., kept]
    )
    np.testing.assert_allclose(masked[0], deleted[0], rtol=1e-6)
    np.testing.assert_allclose(masked[1][..., kept], deleted[1], rtol=1e-6)


@pytest.mark.parametrize("gamma", GAMMAS)
@pytest.mark.parametrize("alpha", [None, 0.25])
def test_fully_labeled_focal_equals_the_stock_loss(alpha: float | None, gamma: float):
    batch = random_batch(4, labeled=1.0)
    options = {"gamma": gamma, "from_logits": True}
    stock = keras.losses.BinaryFocalCrossentropy(apply_class_balancing=alpha is not None, alpha=alpha or 0, **options)
    ours = losses.PartialBinaryFocalCrossentropy(alpha=alpha, normalizer="labeled", **options)
    value, gradient = value_and_gradient(lambda x: ours(batch.y_true, x), batch.logits)
    stock_value, stock_gradient = value_and_gradient(lambda x: stock(batch.y_true, x), batch.logits)
    np.testing.assert_allclose(value, stock_value, rtol=5e-7)
    np.testing.assert_allclose(gradient, stock_gradient, rtol=2e-5, atol=1e-9)


def test_fully_labeled_binary_equals_the_stock_loss_for_soft_targets_too():
    batch = random_batch(5, labeled=1.0)
    soft = np.random.default_rng(5).random(batch.y_true.shape).astype(np.float32)
    ours, stock = losses.PartialBinaryCrossentropy(normalizer="labeled"), keras.losses.BinaryCrossentropy(True)
    value, gradient = value_and_gradient(lambda x: ours(soft, x), batch.logits)
    stock_value, stock_gradient = value_and_gradient(lambda x: stock(soft, x), batch.logits)
    np.testing.assert_allclose(value, stock_value, rtol=2e-7)
    np.testing.assert_allclose(gradient, stock_gradient, rtol=2e-6, atol=1e-9)


@both_jit
@every_loss
def test_nothing_labeled_gives_zero_not_nan(make, jit: bool):
    batch = random_batch(6)
    nothing = np.full_like(batch.y_true, -1)
    value, gradient = value_and_gradient(lambda x: make()(nothing, x), batch.logits, jit)
    assert value == 0 and (gradient == 0).all()


@every_normalizer
def test_nothing_labeled_gives_zero_by_every_normalizer(normalizer: str):
    batch = random_batch(6)
    loss, nothing = losses.PartialBinaryFocalCrossentropy(normalizer=normalizer), np.full_like(batch.y_true, -1)
    value, gradient = value_and_gradient(lambda x: loss(nothing, x), batch.logits)
    assert value == 0 and (gradient == 0).all()


@every_normalizer
def test_no_positive_still_teaches_background(normalizer: str):
    batch = random_batch(7)
    loss, absent = losses.PartialBinaryFocalCrossentropy(normalizer=normalizer), np.zeros_like(batch.y_true)
    value, gradient = value_and_gradient(lambda x: loss(absent, x), batch.logits)
    assert np.isfinite(value) and value > 0
    assert np.isfinite(gradient).all() and (gradient > 0).all()


@both_jit
@pytest.mark.parametrize("gamma", GAMMAS)
def test_extreme_logits_stay_finite_and_right(gamma: float, jit: bool):
    logits = np.array([[[1e4, -1e4, 1e4, -1e4, 100, -100, 0]]], np.float32)
    y_true = np.array([[[1, 1, 0, 0, 1, 0, -1]]], np.float32)
    loss = losses.PartialBinaryFocalCrossentropy(alpha=None, gamma=gamma)
    value, gradient = value_and_gradient(lambda x: loss(y_true, x), logits, jit)
    np.testing.assert_allclose(value, 2e4 / 3, rtol=1e-6)  # two wrong by 1e4, three positives
    np.testing.assert_allclose(gradient, [[[0, -1 / 3, 1 / 3, 0, 0, 0, 0]]], rtol=1e-6, atol=1e-30)


@every_loss
def test_what_is_predicted_for_the_unknown_may_be_anything(make):
    batch = random_batch(8)
    wild = np.where(batch.known, batch.logits, np.resize([np.nan, np.inf, -np.inf], batch.logits.shape))
    value, gradient = value_and_gradient(lambda x: make()(batch.y_true, x), wild.astype(np.float32))
    expected, expected_gradient = value_and_gradient(lambda x: make()(batch.y_true, x), batch.logits)
    assert value == expected
    np.testing.assert_array_equal(gradient, expected_gradient)


@every_loss
def test_a_nan_target_is_seen_unless_its_weight_is_zero(make):
    batch = random_batch(9, labeled=1.0)
    targets, weights = batch.y_true.copy(), np.ones_like(batch.weights)
    targets[0, 0, 0] = np.nan
    assert np.isnan(numpy_of(make()(targets, batch.logits, weights)))
    weights[0, 0, 0] = 0
    assert np.isfinite(numpy_of(make()(targets, batch.logits, weights)))


@every_loss
def test_probabilities_go_in_with_from_logits_false(make):
    batch = random_batch(10)
    probabilities = (1 / (1 + np.exp(-batch.logits.astype(np.float64)))).astype(np.float32)
    from_logits = numpy_of(make()(batch.y_true, batch.logits))
    np.testing.assert_allclose(numpy_of(make(from_logits=False)(batch.y_true, probabilities)), from_logits, rtol=1e-4)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@every_loss
def test_half_precision_logits_are_computed_in_float32(make, dtype: str):
    batch = random_batch(11)
    half = keras.ops.cast(batch.logits, dtype)
    value = make()(batch.y_true, half)
    assert keras.backend.standardize_dtype(value.dtype) == "float32"
    assert numpy_of(value) == numpy_of(make()(batch.y_true, numpy_of(keras.ops.cast(half, "float32"))))


@pytest.mark.parametrize("dtype", ["int8", "int32", "float64"])
def test_targets_may_be_of_any_type(dtype: str):
    batch = random_batch(12)
    loss = losses.PartialBinaryFocalCrossentropy()
    assert numpy_of(loss(batch.y_true.astype(dtype), batch.logits)) == numpy_of(loss(batch.y_true, batch.logits))


@every_loss
def test_class_weights_scale_classes_and_not_counts(make):
    batch = random_batch(13)
    weights = (1.0, 2.0, 0.5, 3.0, 0.0)
    _, plain = value_and_gradient(lambda x: make()(batch.y_true, x), batch.logits)
    _, balanced = value_and_gradient(lambda x: make(class_weights=weights)(batch.y_true, x), batch.logits)
    np.testing.assert_allclose(balanced, plain * np.array(weights, np.float32), rtol=1e-6)


@every_loss
def test_class_weights_held_by_a_variable_may_be_replaced(make):
    batch = random_batch(13)
    variable = keras.Variable(np.ones(5), trainable=False, dtype="float32")
    loss = make(class_weights=variable)
    for weights in ((1.0, 2.0, 0.5, 3.0, 0.0), (4.0, 0.25, 1.0, 1.0, 2.0)):
        variable.assign(weights)
        plain = make(class_weights=weights)
        assert loss.get_config()["class_weights"] == weights
        assert numpy_of(loss(batch.y_true, batch.logits)) == numpy_of(plain(batch.y_true, batch.logits))


def test_an_exclusive_class_is_negative_where_another_is_certain():
    loss = losses.PartialBinaryCrossentropy(exclusive=[(0, 1)])
    y_true = np.array([[[1, -1, -1], [0, -1, -1], [-1, 1, -1]]], np.float32)
    settled = np.array([[[1, 0, -1], [0, -1, -1], [0, 1, -1]]], np.float32)
    logits = random_batch(14).logits[:1, :3, :3]
    assert numpy_of(loss(y_true, logits)) == numpy_of(losses.PartialBinaryCrossentropy()(settled, logits))
    unsure = np.array([[[0.5, 1, 1]] * 3], np.float32)
    expected = np.array([[[1, -1, -1], [0, -1, -1], [0, 1, -1]]], np.float32)
    plain = losses.PartialBinaryCrossentropy()
    assert numpy_of(loss(y_true, logits, unsure)) == numpy_of(plain(expected, logits, unsure))


def test_heatmaps_may_have_two_axes_of_cells():
    batch = random_batch(15)
    loss = losses.PartialHeatmapFocalCrossentropy()
    flat = numpy_of(loss(batch.y_true, batch.logits))
    grid = numpy_of(loss(batch.y_true[:, None], batch.logits[:, None]))
    np.testing.assert_allclose(grid, flat, rtol=1e-6)
