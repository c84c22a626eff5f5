"""Partial focal loss against the stock Keras focal loss: one compiled step, loss and gradient by the logits.

    python -m tests.benchmarks.bench_loss                                    # TensorFlow, CPU
    python -m tests.benchmarks.bench_loss --backend jax --shape 16 20000 80

The step has no network in it, which would only dilute the ratio. The stock loss sees the same targets, fully labeled.
Steps of both alternate; the best of each is compared, in time of the wall and, on the CPU, of the process, which other
work on the machine disturbs less. The bar is 1.05.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np

BAR = 1.05
Step = Callable[[], Any]


def main() -> None:
    options = parse_options()
    os.environ["KERAS_BACKEND"] = options.backend
    import keras

    import unify.losses

    logits, full, partial = make_batch(*options.shape)
    stock = keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, from_logits=True)
    ours = unify.losses.PartialBinaryFocalCrossentropy(normalizer=options.normalizer)
    compiled = COMPILED[options.backend]
    steps = {
        "stock": compiled(stock, full, logits, options.jit),
        "partial": compiled(ours, partial, logits, options.jit),
    }
    report(measure(steps, options.rounds), options)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", choices=sorted(COMPILED), default="tensorflow")
    parser.add_argument("--shape", type=int, nargs=3, default=[4, 12276, 80], metavar=("B", "A", "C"))
    parser.add_argument("--normalizer", default="positives")
    parser.add_argument("--jit", action="store_true", help="XLA on TensorFlow, torch.compile on PyTorch; JAX always")
    parser.add_argument("--rounds", type=int, default=15)
    return parser.parse_args()


def make_batch(pictures: int, cells: int, classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits as of a head at its prior, 1 positive in 2,000; 6 in 10 classes labeled a picture."""
    random = np.random.default_rng(0)
    shape = (pictures, cells, classes)
    logits = random.normal(loc=-4, size=shape).astype(np.float32)
    full = (random.random(shape, dtype=np.float32) < 0.0005).astype(np.float32)
    labeled = random.random((pictures, 1, classes)) < 0.6
    return logits, full, np.where(labeled, full, np.float32(-1))


def tensorflow_step(loss: Any, targets: np.ndarray, logits: np.ndarray, jit: bool) -> Step:
    import tensorflow as tf

    y_true, y_pred = tf.constant(targets), tf.constant(logits)

    @tf.function(jit_compile=jit)
    def step(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            tape.watch(y_pred)
            value = loss(y_true, y_pred)
        return value, tape.gradient(value, y_pred)

    return lambda: float(step(y_true, y_pred)[0])


def jax_step(loss: Any, targets: np.ndarray, logits: np.ndarray, jit: bool) -> Step:
    import jax

    y_true, y_pred = jax.device_put(targets), jax.device_put(logits)
    step = jax.jit(jax.value_and_grad(lambda y_pred, y_true: loss(y_true, y_pred)))
    return lambda: jax.block_until_ready(step(y_pred, y_true))


def torch_step(loss: Any, targets: np.ndarray, logits: np.ndarray, jit: bool) -> Step:
    import torch
    from keras import ops

    y_true, y_pred = ops.convert_to_tensor(targets), ops.convert_to_tensor(logits).requires_grad_(True)

    def step() -> float:
        y_pred.grad = None
        value = function(y_true, y_pred)
        value.backward()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        return float(value.detach())

    function = torch.compile(loss) if jit else loss
    return step


COMPILED = {"tensorflow": tensorflow_step, "jax": jax_step, "torch": torch_step}


def measure(steps: dict[str, Step], rounds: int) -> dict[str, tuple[float, float]]:
    """Best seconds a step, by the wall and of the process."""
    for step in steps.values():
        step()
        step()
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            wall, process = time.perf_counter(), time.process_time()
            step()
            seconds[name].append((time.perf_counter() - wall, time.process_time() - process))
    return {name: (min(w for w, _ in each), min(p for _, p in each)) for name, each in seconds.items()}


def report(best: dict[str, tuple[float, float]], options: argparse.Namespace) -> None:
    print(f"{options.backend}, jit {options.jit}, {options.shape}, {options.normalizer}, best of {options.rounds}")
    for name, (wall, process) in best.items():
        print(f"  {name:8} {wall * 1e3:8.1f} ms wall {process * 1e3:8.1f} ms process")
    ratios = [ours / stock for ours, stock in zip(best["partial"], best["stock"])]
    print(f"  ratio    {ratios[0]:8.2f}         {ratios[1]:8.2f}             bar {BAR}")


if __name__ == "__main__":
    main()
