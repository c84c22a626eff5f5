"""The training step of the reference detector: losses, optimizer and schedule, traced once for many trainings."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import keras
from keras import ops

from unify.errors import Problem, UnifyError
from unify.registry.trial_objects import DetectorSettings
from unify.train.detector.detector import Detector
from unify.train.losses.boxes import PartialBoxGIoU
from unify.train.losses.heatmap import PartialHeatmapFocalCrossentropy

if TYPE_CHECKING:
    import tensorflow as tf

_WARM_UP = 0.1  # of the steps
_BOX_LOSS = 2.0  # of the heatmap's: at 1, few and large objects are badly outlined after a short training


class TrainingStep:
    """A detector compiled for training.

    Keras traces and compiles a step at its first batch, which takes as long as hundreds of small steps. Whatever
    differs from training to training is a variable here, so that `begin` leaves the trace as it is.

    Args:
        detector: is compiled, and trained by `fit`.
        settings: of the training; the schedule is fixed by them.
    """

    def __init__(self, detector: Detector, settings: DetectorSettings) -> None:
        self.detector, self.settings = detector, settings
        columns = detector.output["heatmap"].shape[-1]
        self._class_weights = keras.Variable("ones", (columns,), "float32", trainable=False, name="class_weights")
        detector.compile(
            keras.optimizers.Adam(_schedule(settings), global_clipnorm=10.0),
            loss={
                "heatmap": PartialHeatmapFocalCrossentropy(class_weights=self._class_weights),
                "boxes": PartialBoxGIoU(),
            },
            loss_weights={"heatmap": 1.0, "boxes": _BOX_LOSS},
            jit_compile=False,  # XLA's convolutions are slower on processors
        )
        detector.optimizer.build(detector.trainable_variables)  # else the first step is traced twice
        self._unused = [ops.convert_to_numpy(variable) for variable in detector.optimizer.variables]

    def begin(self, class_weights: Sequence[float]) -> None:
        """Forget the training before: an optimizer that has seen nothing, and other weights of the classes' losses.

        The detector's weights stay as they are.
        """
        for variable, value in zip(self.detector.optimizer.variables, self._unused):
            variable.assign(value)
        self._class_weights.assign(class_weights)

    def fit(self, batches: tf.data.Dataset, dataset: str, progress: Callable[[int], None]) -> tuple[float, ...]:
        """Train on endless batches of (pictures, targets, weights); returns the loss of every step.

        Args:
            batches: all of one shape, or the step is traced again.
            dataset: what a message calls them.
            progress: told of every step.

        Raises:
            UnifyError: the loss is no longer a number; says at which step.
        """
        each_step = _EachStep(dataset, self.settings, progress)
        self.detector.fit(batches, steps_per_epoch=self.settings.steps, shuffle=False, verbose=0, callbacks=[each_step])
        return tuple(each_step.losses)


def _schedule(settings: DetectorSettings) -> keras.optimizers.schedules.LearningRateSchedule:
    warm_up = int(settings.steps * _WARM_UP)
    return keras.optimizers.schedules.CosineDecay(
        0.0, settings.steps - warm_up, warmup_target=settings.learning_rate, warmup_steps=warm_up
    )


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


def _diverged(dataset: str, step: int, loss: float, settings: DetectorSettings) -> UnifyError:
    what = f"training broke down at step {step} of {settings.steps}: the loss is no longer a number"
    fix = f"lower the learning rate, {settings.learning_rate}; if that does not help, a box or weight is not a number"
    return UnifyError(Problem(dataset, what, got=f"loss {loss}", expected="a finite loss", fix=fix))
