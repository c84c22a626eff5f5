"""What tests need of a backend, in its own words: gradients and compilation. Nothing is imported until it is used."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

BACKEND = os.environ.get("KERAS_BACKEND", "tensorflow")
Function = Callable[[Any], Any]


def numpy_of(tensor: Any) -> np.ndarray:
    from keras import ops

    return np.array(ops.convert_to_numpy(tensor))


def value_and_gradient(function: Function, at: np.ndarray, jit: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """A scalar function and its gradient at float32 ``at``; compiled by XLA if ``jit``, where there is XLA."""
    value, gradient = _ON[BACKEND](function, at, jit)
    return numpy_of(value), numpy_of(gradient)


def _on_tensorflow(function: Function, at: np.ndarray, jit: bool) -> tuple[Any, Any]:
    import tensorflow as tf

    def step(x: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x)
        return value, tape.gradient(value, x)

    return (tf.function(step, jit_compile=True) if jit else step)(tf.constant(at))


def _on_jax(function: Function, at: np.ndarray, jit: bool) -> tuple[Any, Any]:
    import jax

    step = jax.value_and_grad(function)
    return (jax.jit(step) if jit else step)(jax.numpy.asarray(at))


def _on_torch(function: Function, at: np.ndarray, jit: bool) -> tuple[Any, Any]:
    from keras import ops

    x = ops.convert_to_tensor(at).detach().clone().requires_grad_(True)
    value = function(x)
    value.backward()
    return value.detach(), x.grad


_ON = {"tensorflow": _on_tensorflow, "jax": _on_jax, "torch": _on_torch}
