"""Memory that one step of `bench_loss` takes at its peak beyond its inputs, in float32 masks [B, A, C]; prints it.

    python -m tests.benchmarks.loss_memory partial --backend tensorflow --shape 4 12276 80

The gradient, one mask, is part of it. Each backend is asked in its own way: TensorFlow's allocator, XLA's plan of the
compiled step for JAX, and for PyTorch its allocator on CUDA, the resident memory of the process (Linux) elsewhere.
"""

from __future__ import annotations

import ctypes
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.bench_loss import COMPILED, LOSSES, Step, make_batch, make_parser

STEPS = 5  # the largest counts: which operations run side by side changes from step to step


def main() -> None:
    parser = make_parser()
    parser.add_argument("loss", choices=LOSSES)
    options = parser.parse_args()
    os.environ["KERAS_BACKEND"] = options.backend
    logits, targets = make_batch(options.shape)
    peak = PEAK[options.backend](LOSSES[options.loss](options), targets[options.loss], logits, options.jit)
    print(peak / (4 * math.prod(options.shape)))


def tensorflow_peak(loss: Any, targets: np.ndarray, logits: np.ndarray, jit: bool) -> int:
    import tensorflow as tf

    step = warm(COMPILED["tensorflow"](loss, targets, logits, jit))
    device = "GPU:0" if tf.config.list_physical_devices("GPU") else "CPU:0"

    def peak() -> int:
        tf.config.experimental.reset_memory_stats(device)
        before = tf.config.experimental.get_memory_info(device)["current"]
        step()
        return tf.config.experimental.get_memory_info(device)["peak"] - before

    return max(peak() for _ in range(STEPS))


def jax_peak(loss: Any, targets: np.ndarray, logits: np.ndarray, jit: bool) -> int:
    import jax

    step = jax.jit(jax.value_and_grad(lambda y_pred, y_true: loss(y_true, y_pred)))
    plan = step.lower(logits, targets).compile().memory_analysis()
    return plan.temp_size_in_bytes + plan.output_size_in_bytes


def torch_peak(loss: Any, targets: np.ndarray, logits: np.ndarray, jit: bool) -> int:
    import torch

    return_large_arrays()
    step = warm(COMPILED["torch"](loss, targets, logits, jit))
    peak = cuda_peak if torch.cuda.is_available() else resident_peak
    return max(peak(step) for _ in range(STEPS))


def cuda_peak(step: Step) -> int:
    import torch

    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    step()
    return torch.cuda.max_memory_allocated() - before


def resident_peak(step: Step) -> int:
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    step()
    return resident("VmHWM") - before


def return_large_arrays() -> None:
    """Makes glibc give every freed array back to the kernel, so that resident memory is that of live ones."""
    threshold = -3  # M_MMAP_THRESHOLD; left alone, it grows with what is freed
    ctypes.CDLL(None).mallopt(threshold, 1 << 20)


def resident(line: str) -> int:
    """Bytes that a line of the process's status says, in KiB."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(each.split()[1]) * 1024 for each in status if each.startswith(f"{line}:"))


def warm(step: Step) -> Step:
    step()
    step()
    return step


PEAK = {"tensorflow": tensorflow_peak, "jax": jax_peak, "torch": torch_peak}

if __name__ == "__main__":
    main()
