"""A class of one's own: ``autolabelers/x/v1/labeler.py:Class``.

    class Labeler:
        def __init__(self, **options): ...   # loads once; gets the version's options, and ``path`` where it has one
        def __call__(self, pictures): ...    # list of uint8 [H, W, 3] RGB -> list of dicts, see ``contract.py``

It needs no import from unify. Options that every auto-labeler takes are kept by unify. The file is loaded by its path,
so that two versions with the same name can be used at once; it stands alone: `sys.path` does not name its folder.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from pydantic import ConfigDict

from unify.autolabel.adapters.weights import weights_of
from unify.autolabel.interface import AutoLabelerSpec
from unify.autolabel.options import Options
from unify.autolabel.problems import in_one_line, problem_of
from unify.core.predictions import PictureKey
from unify.errors import AutoLabelerError, RegistryError, did_you_mean, shorten
from unify.registry.objects import AutoLabelerVersion


class Shape(Options):
    """Options that every auto-labeler takes; all others go to the class."""

    model_config = ConfigDict(extra="allow")


def files_of(version: AutoLabelerVersion, workspace: Path, options: Shape) -> tuple[Path, ...]:
    """The code file, and the version's path."""
    code = _code_of(version, workspace)
    return (code, weights_of(version)) if version.path else (code,)


def load(spec: AutoLabelerSpec) -> _ClassModel:
    """An instance of the class, ready to be asked."""
    version = spec.version
    code, name = _code_of(version, spec.workspace), version.adapter.rpartition(":")[2]
    module = _import_file(code, version)
    classes = [key for key, value in vars(module).items() if inspect.isclass(value) and not key.startswith("_")]
    if name not in classes:
        fix = did_you_mean(name, classes) or "correct 'adapter:'"
        what, expected = f"is to be class '{name}', which {code.name} does not have", f"one of {shorten(classes)}"
        raise RegistryError(problem_of(version, what, expected=expected, fix=fix))
    arguments = dict(spec.options.model_extra or {}) | ({"path": str(version.path)} if version.path else {})
    of_class = getattr(module, name)
    _check_arguments(of_class, arguments, version)
    return _ClassModel(of_class(**arguments))


class _ClassModel:
    advice: Mapping[str, str] = {}
    preparation = "as it is"

    def __init__(self, instance: Callable[[list[np.ndarray]], Sequence[Any]]) -> None:
        self._instance = instance

    def prepare(self, picture: np.ndarray) -> np.ndarray:
        return picture

    def assemble(self, pictures: Sequence[np.ndarray]) -> list[np.ndarray]:
        # Copies, which the class may write to: other auto-labelers look at the same pixels.
        return [picture.copy() for picture in pictures]

    def __call__(self, batch: list[np.ndarray], keys: Sequence[PictureKey] | None) -> Sequence[Any]:
        return self._instance(batch)


def _code_of(version: AutoLabelerVersion, workspace: Path) -> Path:
    code = workspace / version.adapter.rpartition(":")[0]
    if not code.is_file():
        what, fix = "has no code where its adapter says", "correct 'adapter:', a path from the workspace"
        raise RegistryError(problem_of(version, what, got=f"nothing at {code}", fix=fix))
    return code


def _import_file(code: Path, version: AutoLabelerVersion) -> ModuleType:
    # Pickle and dataclasses look a class up by the name of its module; the path makes it one of a kind.
    module = ModuleType(f"unify_autolabeler_{hashlib.sha256(str(code.resolve()).encode()).hexdigest()[:16]}")
    module.__file__ = str(code)
    sys.modules[module.__name__] = module
    try:
        # Not through the import system: it would take old bytecode for a file edited within a second.
        exec(compile(code.read_bytes(), str(code), "exec"), vars(module))
    except (Exception, SystemExit) as error:
        del sys.modules[module.__name__]
        what, fix = f"cannot be loaded: {code.name} raises", f"try it: python {code}"
        raise AutoLabelerError(problem_of(version, what, got=in_one_line(error), fix=fix)) from error
    return module


def _check_arguments(of_class: type, arguments: Mapping[str, Any], version: AutoLabelerVersion) -> None:
    signature = inspect.signature(of_class)
    parameters = signature.parameters.values()
    known = [each.name for each in parameters if each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)]
    takes_all = any(each.kind == each.VAR_KEYWORD for each in parameters)
    unknown = [name for name in arguments if name not in known and not takes_all]
    missing = [
        each.name
        for each in parameters
        if each.name in known and each.default is each.empty and each.name not in arguments
    ]
    if unknown:
        fix = did_you_mean(unknown[0], [*known, *Shape.model_fields]) or "delete the option"
        what = f"has options that {of_class.__name__} does not take: {shorten(unknown)}"
        raise RegistryError(
            problem_of(version, what, expected=f"one of {shorten(known)}" if known else "none", fix=fix)
        )
    if missing:
        what = f"lacks options that {of_class.__name__} needs: {shorten(missing)}"
        raise RegistryError(problem_of(version, what, fix="add them under 'options:'"))
