"""Dropout left on when a Keras model is asked: one pass of Monte Carlo dropout (Gal and Ghahramani 2016).

All pictures of a pass see the same mask, so that a pass is one smaller network, a member of a committee, and what it
says of a picture does not depend on the pictures beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from unify.autolabel.problems import problem_of
from unify.errors import AutoLabelerError
from unify.registry.objects import AutoLabelerVersion


def leave_dropout_on(model: Any, number: int, version: AutoLabelerVersion) -> None:
    """Have the dropout layers of a loaded Keras model drop, and no other layer behave as in training.

    Args:
        model: a `keras.Model` that was not called yet.
        number: of the pass; the same number always drops the same.
        version: whose model it is, for the message.

    Raises:
        AutoLabelerError: the model has no dropout layer that drops anything.
    """
    import keras

    # Layers within layers too, such as those of attention; Keras offers no other way to them.
    dropouts = [each for each in model._flatten_layers() if isinstance(each, keras.layers.Dropout) and each.rate > 0]
    if not dropouts:
        what = "cannot leave dropout on: the model has no dropout layer"
        expected = "a layer Dropout or SpatialDropout with a rate over 0"
        raise AutoLabelerError(problem_of(version, what, expected=expected, fix="take another look: mirror or noise"))
    for place, layer in enumerate(dropouts):
        layer.call = _dropping(layer, number * len(dropouts) + place)


def _dropping(layer: Any, seed: int) -> Callable[..., Any]:
    import keras

    def call(inputs: Any, training: bool = False) -> Any:
        return keras.random.dropout(inputs, layer.rate, noise_shape=_noise_shape(layer, inputs), seed=seed)

    return call


def _noise_shape(layer: Any, inputs: Any) -> tuple[int | None, ...]:
    """One mask for the whole batch; of a spatial dropout one decision a channel. None: as many as the input has."""
    import keras

    rank = len(inputs.shape)
    if isinstance(layer, (keras.layers.SpatialDropout1D, keras.layers.SpatialDropout2D, keras.layers.SpatialDropout3D)):
        channels = 1 if getattr(layer, "data_format", None) == "channels_first" else rank - 1
        return tuple(None if axis == channels else 1 for axis in range(rank))
    return (1, *(layer.noise_shape or [None] * rank)[1:])
