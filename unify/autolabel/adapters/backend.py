"""TensorFlow and Keras for inference, set up before they first touch a device."""

from __future__ import annotations

import os
from types import ModuleType

from unify.autolabel.problems import import_library
from unify.registry.objects import AutoLabelerVersion


def import_backend(name: str, version: AutoLabelerVersion) -> ModuleType:
    """``keras`` or ``tensorflow``.

    TensorFlow would take all memory of a GPU at once, and a second worker on it would find none. It must be told so in
    the process that loads the model, before anything runs there.

    Raises:
        AutoLabelerError: it is not installed.
    """
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    return import_library(name, "train", version)
