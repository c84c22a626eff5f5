"""Auto-labelers for tests: registered by hand, or as classes whose answers a test writes down."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from unify.autolabel.labeler import AutoLabeler
from unify.autolabel.load import load_autolabeler
from unify.registry.objects import AutoLabelerRef, AutoLabelerVersion

WHERE = "registry/autolabelers/vehicle.yaml:4:3"
IMAGE_HW = (100, 200)


def make_version(
    adapter: str, classes: Sequence[str] = ("car", "truck"), path: Path | None = None, **options: Any
) -> AutoLabelerVersion:
    """``vehicle:v1``, registered in a file that does not exist."""
    ref = AutoLabelerRef("vehicle", "v1")
    return AutoLabelerVersion(ref, tuple(classes), adapter, path=path, options=options, where=WHERE)


def make_labeler(
    folder: Path, body: str, classes: Sequence[str] = ("car", "truck"), init: str = "pass", **options: Any
) -> AutoLabeler:
    """A class in a file of its own, loaded. ``body`` is what it does with ``pictures``; ``np`` is at hand."""
    code = ["import numpy as np", "class Labeler:", "    def __init__(self, **options):", f"        {init}"]
    code += ["    def __call__(self, pictures):", textwrap.indent(textwrap.dedent(body).strip(), " " * 8)]
    (folder / "labeler.py").write_text("\n".join(code) + "\n")
    return load_autolabeler(make_version("labeler.py:Labeler", classes, **options), folder)


def answering(folder: Path, answer: str, classes: Sequence[str] = ("car", "truck"), **options: Any) -> AutoLabeler:
    """A class that gives the same answer, a Python expression, to every picture."""
    return make_labeler(folder, f"return [{answer} for picture in pictures]", classes, **options)


def gray(image_hw: tuple[int, int] = IMAGE_HW, value: int = 128) -> np.ndarray:
    """A gray picture, uint8 [H, W, 3]."""
    return np.full((*image_hw, 3), value, np.uint8)
