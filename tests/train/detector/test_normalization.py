"""The fused kernel is Keras's batch normalization, in training and outside of it."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np
import pytest

from unify.train.detector.normalization import FusedBatchNormalization, of_stock_layers

tf = pytest.importorskip("tensorflow")


def both() -> Iterator[keras.Model]:
    """A small network with each of the two layers, of the same weights."""
    for normalization in (FusedBatchNormalization, keras.layers.BatchNormalization):
        keras.utils.set_random_seed(0)
        network = keras.Sequential(
            [keras.Input((8, 6, 3)), keras.layers.Conv2D(5, 3), normalization(momentum=0.75, name="norm")]
        )
        norm = network.get_layer("norm")
        norm.gamma.assign([0.5, 1.0, 2.0, -1.0, 3.0])
        norm.beta.assign([1.0, 0.0, -2.0, 3.0, 0.5])
        yield network


def pictures(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(3.0, 2.0, (4, 8, 6, 3)).astype("float32")


def step(network: keras.Model, batch: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    with tf.GradientTape() as tape:
        outputs = network(batch, training=True)
        value = tf.reduce_sum(tf.sin(outputs))
    return outputs.numpy(), [each.numpy() for each in tape.gradient(value, network.trainable_variables)]


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_outputs_gradients_and_moving_averages_are_those_of_keras(compiled: bool):
    fused, stock = both()
    run = tf.function(lambda network, batch: network(batch, training=True)) if compiled else None
    for seed in range(3):
        (ours, our_gradients), (theirs, their_gradients) = (step(each, pictures(seed)) for each in (fused, stock))
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)
        for one, other in zip(our_gradients, their_gradients, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-3)
        if run:
            np.testing.assert_allclose(run(fused, pictures(seed)), run(stock, pictures(seed)), rtol=1e-4, atol=1e-5)
    for one, other in zip(fused.get_weights(), stock.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_outside_of_training_it_is_keras_own_to_the_bit():
    fused, stock = both()
    step(fused, pictures(0))
    stock.set_weights(fused.get_weights())
    np.testing.assert_array_equal(fused(pictures(1)), stock(pictures(1)))


def test_a_frozen_layer_neither_learns_nor_looks_at_the_batch():
    fused, stock = both()
    for each in (fused, stock):
        each.get_layer("norm").trainable = False
    np.testing.assert_array_equal(fused(pictures(0), training=True), stock(pictures(0), training=True))
    np.testing.assert_array_equal(fused.get_layer("norm").moving_mean, np.zeros(5))


def test_without_scale_and_centre_it_is_keras_own():
    for options in ({"scale": False}, {"center": False}):
        layer, stock = (each(**options) for each in (FusedBatchNormalization, keras.layers.BatchNormalization))
        np.testing.assert_array_equal(layer(pictures(0), training=True), stock(pictures(0), training=True))


def test_in_mixed_precision_it_is_keras_own():
    layer, stock = (each(dtype="mixed_bfloat16") for each in (FusedBatchNormalization, keras.layers.BatchNormalization))
    np.testing.assert_array_equal(layer(pictures(0), training=True), stock(pictures(0), training=True))


def test_a_copy_of_stock_layers_has_the_weights_of_its_moment():
    fused, _ = both()
    copy = of_stock_layers(fused)
    assert type(copy.get_layer("norm")) is keras.layers.BatchNormalization
    assert copy.get_layer("norm").momentum == 0.75
    before = copy(pictures(0)).numpy()
    np.testing.assert_array_equal(before, fused(pictures(0)))
    step(fused, pictures(0))
    np.testing.assert_array_equal(copy(pictures(0)), before)
    assert not np.allclose(fused(pictures(0)), before)
