"""What a batch holds, for the normaliser: counted over all replicas, since gradients are summed over them."""

from __future__ import annotations

from dataclasses import dataclass

import keras
from keras import ops

from unify.train.losses.shapes import Tensor
from unify.train.losses.weights import weighted


@dataclass(frozen=True)
class Counts:
    """The elements of a batch; each count is computed when it is asked for.

    Attributes:
        targets: float32 [B, ...]; positive in (0, 1], negative 0, -1 unknown.
        weights: float32 of the same rank, its axes of equal size or 1; None is 1.
    """

    targets: Tensor
    weights: Tensor | None = None

    def positives(self) -> Tensor:
        """float32 []; summed weight of the positives of the global batch."""
        return sum_over_replicas(ops.sum(sum_per_picture(weighted(ops.maximum(self.targets, 0.0), self.weights))))

    def labeled(self) -> Tensor:
        """float32 []; summed weight of the known elements of the global batch."""
        return sum_over_replicas(ops.sum(weighted(self._known(), self.weights)))

    def elements(self) -> Tensor:
        """float32 []; number of elements of the global batch, known or not."""
        return sum_over_replicas(ops.cast(ops.size(self.targets), "float32"))

    def labeled_share(self) -> Tensor:
        """float32 [B] in [0, 1]; share of a picture's elements that are known, whatever they weigh."""
        return ops.mean(self._known(), axis=_all_but_first(self.targets))

    def _known(self) -> Tensor:
        return ops.cast(self.targets >= 0.0, "float32")


def sum_per_picture(elements: Tensor) -> Tensor:
    """[B] from [B, ...]."""
    axes = _all_but_first(elements)
    if len(axes) > 1:  # column by column first: XLA adds several at a time, but the numbers of a row one by one
        elements, axes = ops.sum(elements, axis=axes[:-1]), (1,)
    return ops.sum(elements, axis=axes)


def sum_over_replicas(value: Tensor) -> Tensor:
    """The value summed over the replicas of the current ``tf.distribute`` strategy.

    Keras sums gradients over replicas, so every replica must divide by the count of all. JAX needs nothing: arrays
    sharded over devices are summed as a whole. Processes of ``torch.distributed`` each divide by their own count.
    """
    if keras.backend.backend() != "tensorflow":
        return value
    import tensorflow as tf

    context = tf.distribute.get_replica_context()  # None while Keras builds the model outside of any replica
    if context is None or context.num_replicas_in_sync == 1:
        return value
    return context.all_reduce(tf.distribute.ReduceOp.SUM, value)


def _all_but_first(tensor: Tensor) -> tuple[int, ...]:
    return tuple(range(1, len(tensor.shape)))
