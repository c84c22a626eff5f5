"""Partial focal loss against the stock Keras focal loss: one compiled step, loss and gradient by the logits.

    python -m tests.benchmarks.bench_loss                                    # TensorFlow, CPU
    python -m tests.benchmarks.bench_loss --backend jax --shape 16 20000 80

The step has no network in it, which would only dilute the ratio. The stock loss sees the same targets, fully labeled.
Steps of both alternate; the best of each is compared, in time of the wall and, on the CPU, of the process, which other
work on the machine disturbs less. The bar is 1.05. Memory is that of one step at its peak, beyond its inputs, each loss
in a process of its own (`loss_memory.py`); the partial loss may need one float32 mask [B, A, C] more.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks.measure import cost_of, this_module

TIME_BAR, MEMORY_BAR = 1.05, 1.0
Step = Callable[[], Any]


def main() -> None:
    options = make_parser().parse_args()
    masks = {name: masks_of(name) for name in LOSSES}  # first, while this process is small
    os.environ["KERAS_BACKEND"] = options.backend
    logits, targets = make_batch(options.shape)
    compiled = COMPILED[options.backend]
    steps = {name: compiled(make(options), targets[name], logits, options.jit) for name, make in LOSSES.items()}
    report(measure(steps, options.rounds), masks, options)


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", choices=sorted(COMPILED), default="tensorflow")
    parser.add_argument("--shape", type=int, nargs=3, default=[4, 12276, 80], metavar=("B", "A", "C"))
    parser.add_argument("--normalizer", default="positives")
    parser.add_argument("--jit", action="store_true", help="XLA on TensorFlow, torch.compile on PyTorch; JAX always")
    parser.add_argument("--rounds", type=int, default=15)
    return parser


def masks_of(loss: str) -> float:
    """What a step takes at its peak, in masks, with the options of this command."""
    return float(cost_of(this_module("loss_memory", loss, *sys.argv[1:])).output.split()[-1])


def make_batch(shape: list[int]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Logits as of a head at its prior, and targets of each loss; 1 positive in 2,000, 6 in 10 classes labeled."""
    pictures, cells, classes = shape
    random = np.random.default_rng(0)
    logits = random.normal(loc=-4, size=shape).astype(np.float32)
    full = (random.random(shape, dtype=np.float32) < 0.0005).astype(np.float32)
    labeled = random.random((pictures, 1, classes)) < 0.6
    return logits, {"stock": full, "partial": np.where(labeled, full, np.float32(-1))}


def make_stock(options: argparse.Namespace) -> Any:
    import keras

    return keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, from_logits=True)


def make_partial(options: argparse.Namespace) -> Any:
    import unify.losses

    return unify.losses.PartialBinaryFocalCrossentropy(normalizer=options.normalizer)


LOSSES = {"stock": make_stock, "partial": make_partial}


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
        value = function(y_true, y_pred)
        value.backward()
        y_pred.grad = None
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


def report(best: dict[str, tuple[float, float]], masks: dict[str, float], options: argparse.Namespace) -> None:
    print(f"{options.backend}, jit {options.jit}, {options.shape}, {options.normalizer}, best of {options.rounds}")
    for name, (wall, process) in best.items():
        print(f"  {name:8} {wall * 1e3:8.1f} ms wall {process * 1e3:8.1f} ms process {masks[name]:8.2f} masks")
    ratios = [ours / stock for ours, stock in zip(best["partial"], best["stock"])]
    extra = masks["partial"] - masks["stock"]
    print(f"  ratio    {ratios[0]:8.2f}         {ratios[1]:8.2f}            {extra:+8.2f}")
    print(f"  bar      {TIME_BAR:8.2f}         {TIME_BAR:8.2f}            {MEMORY_BAR:+8.2f}")


if __name__ == "__main__":
    main()
