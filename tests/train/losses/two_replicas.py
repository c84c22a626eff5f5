"""Trains on two replicas and on one, in a process of its own: TensorFlow splits its CPU only before first use.

Prints a JSON object: loss and weights of either, and of the moving average.
"""

from __future__ import annotations

import json
import sys

import keras
import numpy as np
import tensorflow as tf

import unify.losses
from tests.train.losses.batches import C

BATCH, CELLS = 4, 3


def batch() -> tuple[np.ndarray, np.ndarray]:
    """All positives are in the first half: the first replica sees 9, the second none."""
    random = np.random.default_rng(0)
    y_true = np.zeros((BATCH, CELLS, C), np.float32)
    y_true[:2, :, :2], y_true[0, :, 1], y_true[:, 0, 3:] = 1, 0, -1
    return random.normal(size=(BATCH, CELLS, 4)).astype(np.float32), y_true


def train(strategy: tf.distribute.Strategy, normalizer: str) -> dict:
    x, y = batch()
    with strategy.scope():
        inputs = keras.Input((CELLS, 4))
        outputs = keras.layers.Dense(C, kernel_initializer=keras.initializers.Ones())(inputs)
        model = keras.Model(inputs, outputs)
        loss = unify.losses.PartialBinaryFocalCrossentropy(normalizer=normalizer)
        model.compile(keras.optimizers.SGD(0.5), loss)
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(BATCH)
    history = model.fit(data, epochs=2, verbose=0)
    result = {"loss": history.history["loss"], "kernel": model.get_weights()[0].tolist()}
    if normalizer == "positives_ema":
        result["state"] = loss.get_config()["normalizer"]["config"]["state"]
    return result


def main() -> None:
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    two, one = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]), tf.distribute.get_strategy()
    names = ["positives", "positives_ema", "labeled", "proportion"]
    results = {name: {"two": train(two, name), "one": train(one, name)} for name in names}
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
