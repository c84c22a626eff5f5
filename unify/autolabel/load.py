"""From a registered version to an auto-labeler that can be asked."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from unify.autolabel.interface import Adapter, AutoLabelerSpec
from unify.autolabel.labeler import AutoLabeler
from unify.autolabel.problems import in_one_line, problem_of
from unify.autolabel.second_look import with_second_look
from unify.errors import AutoLabelerError, Problem, RegistryError, UnifyError, did_you_mean
from unify.registry.objects import AutoLabelerVersion

if TYPE_CHECKING:
    from unify.autolabel.options import Options

# Name -> the module that knows how. To add an adapter, write such a module and one line here.
ADAPTERS = {
    "keras": "unify.autolabel.adapters.keras",
    "savedmodel": "unify.autolabel.adapters.savedmodel",
    "onnx": "unify.autolabel.adapters.onnx",
    "http": "unify.autolabel.adapters.http",
    "recorded": "unify.autolabel.adapters.recorded",
}
_PYTHON = "unify.autolabel.adapters.python"

RECIPE_VERSION = 1  # to be raised when the same options give other predictions than before


def read_spec(version: AutoLabelerVersion, workspace: Path) -> AutoLabelerSpec:
    """Checks a version's adapter, options and files without loading the model.

    Args:
        version: the registered version.
        workspace: folder that holds ``registry/``; code of a Python auto-labeler is looked for from there.

    Raises:
        RegistryError: unknown adapter, wrong options, or a file is missing.
    """
    from unify.autolabel.declared import read_options
    from unify.autolabel.options import recipe_options

    adapter = _adapter(version)
    options = read_options(version, workspace, adapter.Shape)
    _check_second_look(version, options)
    files = adapter.files_of(version, workspace, options)
    recipe = {
        "recipe": RECIPE_VERSION,
        "adapter": _without_place(version.adapter),
        "classes": list(version.classes),
        "options": recipe_options(options),
    }
    if not files:
        recipe["version"] = str(version.ref)  # nothing else tells a new model behind an old address
    return AutoLabelerSpec(version, workspace, options, files, recipe)


def _check_second_look(version: AutoLabelerVersion, options: Options) -> None:
    look = options.second_look
    if look and version.adapter == "recorded":
        what, fix = "cannot take a second look: its answers are recorded", "delete the option 'second_look'"
        raise RegistryError(problem_of(version, what, fix=fix))
    if look and look.dropout and version.adapter != "keras":
        what, expected = "cannot leave dropout on: only Keras models show their layers", "adapter: keras"
        fix = "take another second look: mirror or noise"
        raise RegistryError(problem_of(version, what, got=f"adapter: {version.adapter}", expected=expected, fix=fix))


def load_autolabeler(version: AutoLabelerVersion, workspace: Path) -> AutoLabeler:
    """Loads an auto-labeler, which may take seconds; see `read_spec` for the arguments.

    Raises:
        RegistryError: unknown adapter, wrong options, or a file is missing.
        AutoLabelerError: the model cannot be loaded, or its library is not installed.
    """
    spec = read_spec(version, workspace)
    try:
        return AutoLabeler(spec, with_second_look(_adapter(version).load(spec), spec.options))
    except UnifyError:
        raise
    except (Exception, SystemExit) as error:  # whatever the code of others does: there is no model
        fix = "try to load it outside of unify; it may want another version of its library"
        problem = problem_of(version, "cannot be loaded", got=in_one_line(error), fix=fix)
        raise AutoLabelerError(problem) from error


def _adapter(version: AutoLabelerVersion) -> Adapter:
    path, _, name = version.adapter.rpartition(":")
    if path.endswith(".py") and name.isidentifier():
        return importlib.import_module(_PYTHON)
    if version.adapter not in ADAPTERS:
        raise RegistryError(_unknown_adapter(version))
    return importlib.import_module(ADAPTERS[version.adapter])


def _without_place(adapter: str) -> str:
    """``Labeler`` of ``autolabelers/x/v1/labeler.py:Labeler``: the same code elsewhere is the same auto-labeler."""
    return adapter.rpartition(":")[2]


def _unknown_adapter(version: AutoLabelerVersion) -> Problem:
    return problem_of(
        version,
        f"has an unknown adapter '{version.adapter}'",
        expected=f"one of {', '.join(ADAPTERS)}, or path/to/file.py:Class",
        fix=did_you_mean(version.adapter, list(ADAPTERS)),
    )
