"""TensorFlow SavedModels, by their default signature.

By default they answer as detectors of the TF Object Detection API do: ``detection_boxes`` as ymin, xmin, ymax, xmax in
fractions, ``detection_scores``, and ``detection_classes`` counted from 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from unify.autolabel.adapters.backend import import_backend
from unify.autolabel.adapters.weights import weights_of
from unify.autolabel.heads import Outputs
from unify.autolabel.interface import AutoLabelerSpec
from unify.autolabel.options import BoxFormat, TensorOptions
from unify.autolabel.tensors import InputShape, TensorModel, the_picture
from unify.registry.objects import AutoLabelerVersion

_SIGNATURE = "serving_default"


class Shape(TensorOptions):
    """Options of a SavedModel."""

    box_format: BoxFormat = "yxyx"
    first_class: int = Field(1, ge=0)


def files_of(version: AutoLabelerVersion, workspace: Path, options: Shape) -> tuple[Path, ...]:
    """The SavedModel's folder."""
    return (weights_of(version),)


def load(spec: AutoLabelerSpec) -> TensorModel:
    """The model, ready to be asked."""
    tensorflow = import_backend("tensorflow", spec.version)
    loaded = tensorflow.saved_model.load(str(weights_of(spec.version)))
    return TensorModel(spec, _Network(tensorflow, loaded))


class _Network:
    def __init__(self, tensorflow: Any, loaded: Any) -> None:
        self._loaded = loaded  # its variables live no longer than it does
        self._call = loaded.signatures[_SIGNATURE]
        self._name, image = the_picture(list(self._call.structured_input_signature[1].items()))
        self._constant = tensorflow.constant
        shape = None if image.shape.rank is None else tuple(image.shape.as_list())
        self.input = InputShape(shape, np.dtype(image.dtype.as_numpy_dtype))

    def run(self, batch: np.ndarray) -> Outputs:
        answer = self._call(**{self._name: self._constant(batch)})
        return {name: values.numpy() for name, values in answer.items()}
