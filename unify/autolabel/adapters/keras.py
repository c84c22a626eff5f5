"""Keras 3 models saved as ``.keras``, on whichever backend Keras is set to. No code in the file is run.

By default they answer as `unify.train.detector` does: ``boxes`` as ymin, xmin, ymax, xmax in fractions, ``scores`` and
``classes``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from unify.autolabel.adapters.backend import import_backend
from unify.autolabel.adapters.dropout import leave_dropout_on
from unify.autolabel.adapters.weights import weights_of
from unify.autolabel.heads import Outputs
from unify.autolabel.interface import AutoLabelerSpec
from unify.autolabel.options import BoxFormat, TensorOptions
from unify.autolabel.problems import in_one_line, problem_of
from unify.autolabel.tensors import InputShape, TensorModel, the_picture
from unify.errors import AutoLabelerError
from unify.registry.objects import AutoLabelerVersion


class Shape(TensorOptions):
    """Options of a Keras model."""

    box_format: BoxFormat = "yxyx"


def files_of(version: AutoLabelerVersion, workspace: Path, options: Shape) -> tuple[Path, ...]:
    """The ``.keras`` file."""
    return (weights_of(version),)


def load(spec: AutoLabelerSpec) -> TensorModel:
    """The model, ready to be asked."""
    keras = import_backend("keras", spec.version)
    try:
        # Safe mode refuses layers that hold code, such as Lambda.
        model = keras.saving.load_model(weights_of(spec.version), compile=False, safe_mode=True)
    except (TypeError, ValueError) as error:
        fix = (
            "save a model of Keras's own layers alone, as 'with_peaks' of unify's detector is, "
            "or load it in a class of your own: adapter: path/to/file.py:Class"
        )
        problem = problem_of(spec.version, "cannot be loaded in safe mode", got=in_one_line(error), fix=fix)
        raise AutoLabelerError(problem) from error
    if spec.options.second_look and spec.options.second_look.dropout:
        leave_dropout_on(model, spec.options.second_look.dropout, spec.version)
    return TensorModel(spec, _Network(model))


class _Network:
    def __init__(self, model: Any) -> None:
        image = the_picture(model.inputs)
        self.input = InputShape(tuple(image.shape), np.dtype(image.dtype))
        self._model = model

    def run(self, batch: np.ndarray) -> Outputs:
        answer = self._model.predict_on_batch(batch)  # one compiled function as long as the shape stays
        if isinstance(answer, dict):
            return answer
        return dict(zip(self._model.output_names, answer if isinstance(answer, (list, tuple)) else [answer]))
