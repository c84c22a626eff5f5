"""ONNX models, run by onnxruntime.

By default they take [B, 3, H, W] and answer corners in pixels of their input, as most exports from PyTorch do.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from unify.autolabel.adapters.weights import weights_of
from unify.autolabel.heads import Outputs
from unify.autolabel.interface import AutoLabelerSpec
from unify.autolabel.options import BoxUnits, Layout, Options, TensorOptions
from unify.autolabel.problems import import_library
from unify.autolabel.tensors import InputShape, TensorModel, the_picture
from unify.registry.objects import AutoLabelerVersion

_DTYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(uint8)": np.uint8}


class Shape(TensorOptions):
    """Options of an ONNX model."""

    without_effect: ClassVar[frozenset[str]] = Options.without_effect | {"threads"}

    layout: Layout = "NCHW"
    box_units: BoxUnits = "input_pixels"
    threads: int = Field(0, ge=0, description="that a worker's model runs in, where no GPU runs it; 0 for all cores")


def files_of(version: AutoLabelerVersion, workspace: Path, options: Shape) -> tuple[Path, ...]:
    """The ``.onnx`` file, and what lies beside it under a longer name: large weights are stored so."""
    path = weights_of(version)
    return (path, *sorted(each for each in path.parent.glob(f"{path.name}?*") if each.is_file()))


def load(spec: AutoLabelerSpec) -> TensorModel:
    """The model, ready to be asked."""
    onnxruntime = import_library("onnxruntime", "onnx", spec.version)
    providers = onnxruntime.get_available_providers()
    session = onnxruntime.InferenceSession(
        str(weights_of(spec.version)), _settings(onnxruntime, spec.options), providers
    )
    return TensorModel(spec, _Network(session))


def _settings(onnxruntime: ModuleType, options: Shape) -> Any:
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    # Threads that spin until the next batch take the cores from those that decode it.
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return settings


class _Network:
    def __init__(self, session: Any) -> None:
        image = the_picture(session.get_inputs())
        if image.type not in _DTYPES:
            raise ValueError(f"its input is a {image.type}; one of {', '.join(_DTYPES)} is expected")
        # A size that varies has a name, or no value.
        sizes = tuple(size if isinstance(size, int) and size > 0 else None for size in image.shape)
        self.input = InputShape(sizes or None, np.dtype(_DTYPES[image.type]))
        self._session = session
        self._input_name = image.name
        self._output_names = [output.name for output in session.get_outputs()]

    def run(self, batch: np.ndarray) -> Outputs:
        return dict(zip(self._output_names, self._session.run(None, {self._input_name: batch})))
