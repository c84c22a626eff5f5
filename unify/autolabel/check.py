"""One picture through one auto-labeler: does it load, does it keep the contract, does it see anything?"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unify.autolabel.decode import decode_picture
from unify.autolabel.labeler import AutoLabeler
from unify.autolabel.load import load_autolabeler
from unify.autolabel.problems import problem_of
from unify.core.predictions import Failure, PictureKey, Prediction
from unify.errors import AutoLabelerError, PictureError, Problem
from unify.registry.objects import AutoLabelerVersion


@dataclass(frozen=True)
class AutoLabelerCheck:
    """What came of it.

    Attributes:
        version: the auto-labeler.
        picture: uint8 [H, W, 3]; RGB.
        prediction: what it sees there.
        load_seconds: to load it.
        seconds: to look at the picture.
        doubts: what its boxes look like, if not like pixels of the picture; too few boxes to be sure.
    """

    version: AutoLabelerVersion
    picture: np.ndarray
    prediction: Prediction
    load_seconds: float
    seconds: float
    doubts: tuple[Problem, ...]

    def names(self) -> list[str]:
        """The class of each box."""
        return [self.version.classes[index] for index in self.prediction.classes.tolist()]


def check_autolabeler(version: AutoLabelerVersion, workspace: Path, path: Path) -> AutoLabelerCheck:
    """Load an auto-labeler and let it look at one picture.

    Args:
        version: the registered version.
        workspace: folder that holds ``registry/``.
        path: the picture's file.

    Raises:
        RegistryError: unknown adapter, wrong options, or a file is missing.
        PictureError: the picture cannot be read or decoded.
        AutoLabelerError: the model cannot be loaded, breaks the contract, or fails on the picture.
    """
    data = _read(path)
    picture = decode_picture(data, str(path))
    key = PictureKey(path.name, hashlib.sha256(data).hexdigest())
    began = time.perf_counter()
    labeler = load_autolabeler(version, workspace)
    loaded = time.perf_counter()
    (result,) = labeler.predict([picture], [key])
    seconds = time.perf_counter() - loaded
    if isinstance(result, Failure):
        raise AutoLabelerError(problem_of(version, f"fails on {path.name}", got=result.reason))
    return AutoLabelerCheck(version, picture, result, loaded - began, seconds, _doubts(labeler))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"picture cannot be read: {error.strerror}"
        raise PictureError(Problem(str(path), what, fix="check the path")) from error


def _doubts(labeler: AutoLabeler) -> tuple[Problem, ...]:
    try:
        labeler.check_look()
    except AutoLabelerError as error:
        return error.problems
    return ()
