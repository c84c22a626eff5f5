"""Trains the reference detector on a unified dataset: reader, augmentation, targets, loss and schedule wired up."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import keras

from unify.errors import DatasetError, Problem, UnifyError
from unify.records.manifest import read_manifest
from unify.records.reader import load
from unify.registry.trial_objects import DetectorSettings
from unify.train.detector.augment import augment
from unify.train.detector.detector import Detector
from unify.train.losses.balance import class_balance
from unify.train.losses.boxes import PartialBoxGIoU
from unify.train.losses.heatmap import PartialHeatmapFocalCrossentropy

if TYPE_CHECKING:
    import tensorflow as tf

_NEEDED = ("image", "boxes", "classes", "weights", "box_weights", "is_crowd", "absence_weights")
_CACHED_BYTES = 1 << 30  # decoded pictures up to this size stay in memory, and so many are mixed
_WARM_UP = 0.1  # of the steps
_BOX_LOSS = 2.0  # of the heatmap's: at 1, few and large objects are badly outlined after a short training


@dataclass(frozen=True)
class Trained:
    """A trained detector, and the loss of every step."""

    detector: Detector
    losses: tuple[float, ...]


def train(
    dataset: str | os.PathLike[str],
    settings: DetectorSettings,
    *,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Trained:
    """Train a fresh detector on the split ``train``.

    Initialisation, order and augmentation follow the seed alone: with one seed, like is compared with like.

    Raises:
        DatasetError: there is no unified dataset, or nothing to train on.
        UnifyError: ``image_hw`` or ``width`` make no sense, or the loss is no longer a number; says at which step.
    """
    folder = Path(dataset)
    manifest = read_manifest(folder)
    _check_examples(folder, manifest["splits"])
    keras.utils.set_random_seed(seed)
    detector = Detector.for_dataset(folder, settings.image_hw, settings.width)
    warm_up = int(settings.steps * _WARM_UP)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, settings.steps - warm_up, warmup_target=settings.learning_rate, warmup_steps=warm_up
    )
    detector.compile(
        keras.optimizers.Adam(schedule, global_clipnorm=10.0),
        loss={
            "heatmap": PartialHeatmapFocalCrossentropy(class_weights=class_balance(manifest)),
            "boxes": PartialBoxGIoU(),
        },
        loss_weights={"heatmap": 1.0, "boxes": _BOX_LOSS},
        jit_compile=False,  # XLA's convolutions are slower on processors
    )
    detector.optimizer.build(detector.trainable_variables)  # else the first step is traced twice
    each_step = _EachStep(str(folder), settings, progress or (lambda count: None))
    batches = training_batches(folder, manifest["splits"]["train"]["examples"], detector, settings, seed)
    detector.fit(batches, steps_per_epoch=settings.steps, shuffle=False, verbose=0, callbacks=[each_step])
    return Trained(detector, tuple(each_step.losses))


def training_batches(
    folder: Path, examples: int, detector: Detector, settings: DetectorSettings, seed: int
) -> tf.data.Dataset:
    """Endless batches of (pictures, targets, weights)."""
    import tensorflow as tf

    height, width = settings.image_hw
    picture_bytes = height * width * 3
    singles = load(folder, "train", image_hw=settings.image_hw)
    singles = singles.map(lambda example: {key: example[key] for key in _NEEDED})
    if examples * picture_bytes <= _CACHED_BYTES:
        singles = singles.cache()
    mixed = singles.shuffle(min(examples, 4096, max(_CACHED_BYTES // picture_bytes, 1)), seed).repeat()
    batches = mixed.padded_batch(settings.batch_size, drop_remainder=True)
    changed = augment(
        batches, seed=seed, flip=settings.flip, scale=settings.scale, shift=settings.shift, color=settings.color
    )
    targets = tf.autograph.experimental.do_not_convert(detector.targets)  # as in `augment`
    return changed.map(targets, num_parallel_calls=tf.data.AUTOTUNE).prefetch(2)


class _EachStep(keras.callbacks.Callback):
    """Keeps the loss of each step, tells that one more is done, and stops where there is nothing left to learn from."""

    def __init__(self, dataset: str, settings: DetectorSettings, progress: Callable[[int], None]) -> None:
        super().__init__()
        self.dataset = dataset
        self.settings = settings
        self.progress = progress
        self.losses: list[float] = []
        self._sum = 0.0

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        if not math.isfinite(logs["loss"]):
            raise _diverged(self.dataset, batch + 1, logs["loss"], self.settings)
        total = logs["loss"] * (batch + 1)  # Keras gives the mean of all steps so far
        self.losses.append(total - self._sum)
        self._sum = total
        self.progress(1)


def _check_examples(folder: Path, splits: dict) -> None:
    if not splits.get("train", {}).get("examples"):
        fix = "compile a config that selects batches of the split 'train'"
        raise DatasetError(Problem(str(folder), "there is nothing to train on: the split 'train' is empty", fix=fix))


def _diverged(dataset: str, step: int, loss: float, settings: DetectorSettings) -> UnifyError:
    what = f"training broke down at step {step} of {settings.steps}: the loss is no longer a number"
    fix = f"lower the learning rate, {settings.learning_rate}; if that does not help, a box or weight is not a number"
    return UnifyError(Problem(dataset, what, got=f"loss {loss}", expected="a finite loss", fix=fix))
