"""Models behind a server: TensorFlow Serving's REST API, or the Open Inference Protocol (KServe V2, Triton) in JSON."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from unify.autolabel.adapters.http_call import Address, call
from unify.autolabel.heads import Outputs
from unify.autolabel.interface import AutoLabelerSpec
from unify.autolabel.options import Options, Positive, TensorOptions
from unify.autolabel.problems import problem_of
from unify.autolabel.tensors import InputShape, TensorModel
from unify.core.types import JsonObject
from unify.errors import AutoLabelerError
from unify.registry.objects import AutoLabelerVersion

_KSERVE_TYPES = {"float32": "FP32", "uint8": "UINT8"}


class Shape(TensorOptions):
    """Options of a model behind a server."""

    without_effect: ClassVar[frozenset[str]] = Options.without_effect | {"timeout_s", "retries"}

    url: str = Field(description="the server's address, without a path", examples=["http://localhost:8501"])
    model: str = Field(min_length=1, description="the model's name there", examples=["vehicle"])
    model_version: str = Field("", description="its version there; the server's choice by default", examples=["3"])
    protocol: Literal["tensorflow", "kserve"] = Field("tensorflow", description="what the server speaks")
    input_name: str = Field("", description="name of the model's input; kserve: image by default")
    dtype: Literal["float32", "uint8"] = Field("float32", description="of the model's input")
    batch_timeout_s: Positive = 3600.0  # calls end by themselves, after their time and all tries
    timeout_s: Positive = Field(60.0, description="of one call, in seconds")
    retries: int = Field(3, ge=0, description="calls more while the server is not ready or cannot be reached")


def files_of(version: AutoLabelerVersion, workspace: Path, options: Shape) -> tuple[Path, ...]:
    """None: what the server holds cannot be seen from here."""
    return ()


def load(spec: AutoLabelerSpec) -> TensorModel:
    """The model, ready to be asked. The server is not called yet."""
    if not spec.options.url.startswith(("http://", "https://")):
        got, fix = f"url: {spec.options.url}", f"write 'url: http://{spec.options.url}'"
        raise AutoLabelerError(problem_of(spec.version, "has a url that is none", got=got, fix=fix))
    return TensorModel(spec, _Network(spec), try_out=False)


class _Network:
    def __init__(self, spec: AutoLabelerSpec) -> None:
        self._options: Shape = spec.options
        self.input = InputShape(None, np.dtype(self._options.dtype))
        url = _kserve_url(self._options) if self._options.protocol == "kserve" else _tensorflow_url(self._options)
        self._address = Address(spec.version, url, self._options.timeout_s, self._options.retries)

    def run(self, batch: np.ndarray) -> Outputs:
        if self._options.protocol == "kserve":
            return _from_kserve(call(self._address, _to_kserve(batch, self._options)))
        return _from_tensorflow(call(self._address, _to_tensorflow(batch, self._options)))


def _tensorflow_url(options: Shape) -> str:
    version = f"/versions/{options.model_version}" if options.model_version else ""
    return f"{options.url.rstrip('/')}/v1/models/{options.model}{version}:predict"


def _kserve_url(options: Shape) -> str:
    version = f"/versions/{options.model_version}" if options.model_version else ""
    return f"{options.url.rstrip('/')}/v2/models/{options.model}{version}/infer"


def _to_tensorflow(batch: np.ndarray, options: Shape) -> JsonObject:
    """The column format, whose answer is a tensor an output too."""
    values = batch.tolist()
    return {"inputs": {options.input_name: values} if options.input_name else values}


def _from_tensorflow(answer: JsonObject) -> Outputs:
    outputs = answer["outputs"]
    named = outputs if isinstance(outputs, dict) else {"outputs": outputs}  # one output comes without its name
    return {name: np.array(values) for name, values in named.items()}


def _to_kserve(batch: np.ndarray, options: Shape) -> JsonObject:
    tensor = {
        "name": options.input_name or "image",
        "shape": list(batch.shape),
        "datatype": _KSERVE_TYPES[options.dtype],
        "data": batch.ravel().tolist(),
    }
    return {"inputs": [tensor]}


def _from_kserve(answer: JsonObject) -> Outputs:
    return {each["name"]: np.array(each["data"]).reshape(each["shape"]) for each in answer["outputs"]}
