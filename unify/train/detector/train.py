"""Trains the reference detector on a unified dataset: reader, augmentation, targets and training step wired up."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import keras

from unify.errors import DatasetError, Problem
from unify.records.manifest import read_manifest
from unify.records.reader import load
from unify.registry.trial_objects import DetectorSettings
from unify.train.detector.augment import augment
from unify.train.detector.detector import Detector
from unify.train.detector.step import TrainingStep
from unify.train.losses.balance import class_balance

if TYPE_CHECKING:
    import tensorflow as tf

_NEEDED = ("image", "boxes", "classes", "weights", "box_weights", "is_crowd", "absence_weights")
_CACHED_BYTES = 1 << 30  # decoded pictures up to this size stay in memory, and so many are mixed


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
    detector = fresh_detector(folder, settings, seed)
    return Trained(detector, teach(TrainingStep(detector, settings), folder, seed, progress))


def fresh_detector(folder: Path, settings: DetectorSettings, seed: int) -> Detector:
    """An untrained detector of a dataset's classes; it and all that is random from here on follow the seed.

    Raises:
        DatasetError: there is no unified dataset, or nothing to train on.
        UnifyError: ``image_hw`` or ``width`` make no sense.
    """
    _check_examples(folder, read_manifest(folder)["splits"])
    keras.utils.set_random_seed(seed)
    return Detector.for_dataset(folder, settings.image_hw, settings.width)


def teach(
    step: TrainingStep, folder: Path, seed: int, progress: Callable[[int], None] | None = None
) -> tuple[float, ...]:
    """Train a step's detector from the weights it has, after `fresh_detector` of the seed; the loss of every step.

    Raises:
        UnifyError: the loss is no longer a number.
    """
    manifest = read_manifest(folder)
    step.begin(class_balance(manifest))
    batches = training_batches(folder, manifest["splits"]["train"]["examples"], step.detector, step.settings, seed)
    return step.fit(batches, str(folder), progress or (lambda count: None))


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


def _check_examples(folder: Path, splits: dict) -> None:
    if not splits.get("train", {}).get("examples"):
        fix = "compile a config that selects batches of the split 'train'"
        raise DatasetError(Problem(str(folder), "there is nothing to train on: the split 'train' is empty", fix=fix))
