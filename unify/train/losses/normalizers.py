"""Z: what the summed loss is divided by.

    "positives"      Positives         positives of the batch, at least 1: RetinaNet, CenterNet. The default.
    "positives_ema"  MovingPositives   their moving average, at least 1: detectron2. Steadier where positives are few.
    "labeled"        LabeledElements   labeled elements: the mean that stock Keras takes. Drowns positives in negatives.
    "proportion"     Proportion        elements / g(labeled share), per picture: Durand et al. 2019, partial-BCE.

Positives and elements count by their weights. A normaliser of your own is a registered Keras object with the method
``divisor(counts)``, which returns a float32 scalar or [B], never 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import keras
from keras import ops

from unify.errors import did_you_mean
from unify.train.losses.counts import Counts
from unify.train.losses.shapes import Tensor, value_error

_serializable = keras.saving.register_keras_serializable(package="unify")


class Normalizer(Protocol):
    """Whatever turns counts into a divisor."""

    def divisor(self, counts: Counts) -> Tensor: ...


class _Formula:
    """What Keras needs to save a normaliser without state."""

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Normalizer:
        return cls(**config)


@_serializable
class Positives(_Formula):
    """Summed weight of the positives, at least 1."""

    def divisor(self, counts: Counts) -> Tensor:
        return ops.maximum(counts.positives(), 1.0)


@_serializable
class LabeledElements(_Formula):
    """Summed weight of all elements, at least 1."""

    def divisor(self, counts: Counts) -> Tensor:
        return ops.maximum(counts.labeled(), 1.0)


@_serializable
class Proportion(_Formula):
    """Elements / g(p), with p a picture's labeled share and g(p) = alpha p^gamma + beta (Durand et al. 2019).

    Fully labeled pictures count once, g(1) = 1; a picture with a tenth of its labels counts 5 times instead of the
    10 times it would take to make up for all that is missing.

    Args:
        alpha, beta, gamma: of g; as published by default. g must be positive on [0, 1].
    """

    def __init__(self, alpha: float = -4.45, beta: float = 5.45, gamma: float = 1.0) -> None:
        self.alpha, self.beta, self.gamma = alpha, beta, gamma
        if gamma < 0 or min(beta, alpha + beta) <= 0:
            got = f"alpha {alpha}, beta {beta}, gamma {gamma}"
            raise value_error("Proportion", "g(p) is not positive", got, "beta > 0, alpha + beta > 0, gamma >= 0")

    def divisor(self, counts: Counts) -> Tensor:
        return counts.elements() / (self.alpha * ops.power(counts.labeled_share(), self.gamma) + self.beta)

    def get_config(self) -> dict[str, Any]:
        return {"alpha": self.alpha, "beta": self.beta, "gamma": self.gamma}


@_serializable
class MovingPositives(keras.metrics.Metric):
    """Moving average of the summed weight of the positives, at least 1.

    Free of start-up bias, as in Adam: the first batch divides by its own count. The state is part of the configuration,
    so a saved model goes on where it stopped. Validation batches move it too, since a loss is not told what it is for.

    It is a Keras metric, so that it can travel with the model. On JAX it must: ``fit`` keeps no state but the model's.

        loss = PartialBinaryFocalCrossentropy(normalizer="positives_ema")
        model.compile("adam", loss, metrics=[loss.normalizer])     # logs the average; needed on JAX only

    Keras loads a saved loss and its metrics apart; join them again by
    ``model.compile(model.optimizer, model.loss, metrics=[model.loss.normalizer])``.

    Under ``tf.distribute``, make the loss inside ``strategy.scope()``, as the model.

    Args:
        momentum: share of the old average that a batch leaves, in [0, 1).
        state: the discounted sum of counts and that of ones; their ratio is the average.
    """

    def __init__(self, momentum: float = 0.9, state: Sequence[float] = (0.0, 0.0), name: str = "positives") -> None:
        super().__init__(name=name)
        if not 0.0 <= momentum < 1.0:
            raise value_error("MovingPositives", "momentum is out of range", str(momentum), "a number in [0, 1)")
        self.momentum = momentum
        self.state = self.add_variable((2,), keras.initializers.Zeros(), "float32", "mean", "state")
        self.state.assign(state)

    def divisor(self, counts: Counts) -> Tensor:
        _check_carried(self.state)
        batch = ops.stack([counts.positives(), 1.0])
        self.state.assign(self.momentum * self.state + (1.0 - self.momentum) * batch)
        return ops.maximum(self.result(), 1.0)

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> None:
        """Nothing: the loss has seen the batch already."""

    def result(self) -> Tensor:
        return ops.divide_no_nan(self.state[0], self.state[1])

    def reset_state(self) -> None:
        """Nothing: the average outlives an epoch."""

    def get_config(self) -> dict[str, Any]:
        state = [float(number) for number in self.state.value]
        return {"name": self.name, "momentum": self.momentum, "state": state}


_BY_NAME = {
    "labeled": LabeledElements,
    "positives": Positives,
    "positives_ema": MovingPositives,
    "proportion": Proportion,
}


def get_normalizer(identifier: str | dict[str, Any] | Normalizer) -> Normalizer:
    """A normaliser by its name, its serialized form or itself.

    Raises:
        ValueError: there is none of that name.
    """
    if isinstance(identifier, dict):
        return keras.saving.deserialize_keras_object(identifier)
    if hasattr(identifier, "divisor"):
        return identifier
    if identifier in _BY_NAME:
        return _BY_NAME[identifier]()
    expected = f"one of {', '.join(sorted(_BY_NAME))}, or an object with a method divisor(counts)"
    fix = did_you_mean(str(identifier), list(_BY_NAME))
    raise value_error("normalizer", "there is no such normalizer", repr(identifier), expected, fix)


def _check_carried(variable: keras.Variable) -> None:
    """Refuses a stateless step that would forget the new average.

    Raises:
        ValueError: the step keeps only the state that it was given, and this variable is not in it.
    """
    with keras.SymbolicScope() as symbolic, keras.StatelessScope(initialize_variables=False) as stateless:
        outer = stateless.original_scope
        forgets = outer is not None and outer.get_current_value(variable) is None
        building = symbolic.original_scope is not None
    if forgets and not building:
        what, fix = "the moving average would be lost after this step", "compile(..., metrics=[loss.normalizer])"
        raise value_error("positives_ema", what, "a stateless step without it", "a step that carries it", fix)
