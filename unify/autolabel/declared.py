"""The options of a version, checked against the shape its adapter asks for, at their places in the registry's file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from unify.autolabel.classes import class_problems
from unify.errors import Problem, RegistryError
from unify.registry.objects import AutoLabelerVersion
from unify.registry.shape import check_shape
from unify.registry.yaml_source import KeyPath, YamlFile, read_yaml

if TYPE_CHECKING:
    from unify.autolabel.options import Options

    Shape = TypeVar("Shape", bound=Options)


def read_options(version: AutoLabelerVersion, workspace: Path, shape: type[Shape]) -> Shape:
    """The options of a version.

    Args:
        version: the version.
        workspace: folder that holds the registry's files, for messages.
        shape: what the adapter takes.

    Raises:
        RegistryError: every unknown or wrong option, and names of classes that do not fit together.
    """
    from pydantic import create_model

    file = _version_file(version, workspace)
    declared, problems = check_shape(file, create_model("Version", options=(shape, ...)))
    if not problems:
        problems = list(class_problems(file, declared.options, version.classes))
    if problems:
        raise RegistryError(_at_home(problems, version))
    return declared.options


def _version_file(version: AutoLabelerVersion, workspace: Path) -> YamlFile:
    """The part of the registry's file that holds the version; without places where there is no such file."""
    shown = version.where.rsplit(":", 2)[0]
    path: KeyPath = ("versions", version.ref.version)
    try:
        file = read_yaml(workspace / shown, shown)
    except RegistryError:
        return _placeless(version)
    if path not in file.nodes or _value_at(file, (*path, "options"), {}) != version.options:
        return _placeless(version)  # edited since it was loaded
    nodes = {at[len(path) :]: node for at, node in file.nodes.items() if at[: len(path)] == path}
    keys = {at[len(path) :]: node for at, node in file.keys.items() if at[: len(path)] == path}
    return replace(file, value=_value_of(version), keys=keys, nodes=nodes | {(): file.keys[path]})


def _value_at(file: YamlFile, path: KeyPath, default: Any) -> Any:
    value: Any = file.value
    for key in path:
        value = value.get(key, default) if isinstance(value, dict) else default
    return value


def _placeless(version: AutoLabelerVersion) -> YamlFile:
    start = yaml.Mark("", 0, 0, 0, None, 0)
    node = yaml.ScalarNode("tag:yaml.org,2002:str", "", start, start)
    return YamlFile(Path(), "", (), _value_of(version), keys={}, nodes={(): node})


def _value_of(version: AutoLabelerVersion) -> dict[str, Any]:
    return {"options": dict(version.options)}


def _at_home(problems: Iterable[Problem], version: AutoLabelerVersion) -> list[Problem]:
    """Problems that have no place of their own get the version's."""
    home = version.where or f"auto-labeler '{version.ref}'"
    return [replace(problem, where=home) if problem.where == ":1:1" else problem for problem in problems]
