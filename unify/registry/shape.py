"""Checks a YAML file against its model, and goes on with what is right in it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from unify.errors import Problem
from unify.registry.yaml_source import KeyPath, YamlFile

if TYPE_CHECKING:
    from pydantic import BaseModel


def check_shape(file: YamlFile, model: type[BaseModel]) -> tuple[Any, list[Problem]]:
    """Validates a file.

    A wrong value is left out and the rest is validated again, so that the checks across files still see the rest
    and all problems can be reported in one go.

    Returns:
        The model of what is right, None where nothing is; and the problems, in the order of the file.
    """
    from pydantic import ValidationError

    from unify.registry.shape_problems import shape_problems, yaml_path

    value, problems = file.value, []
    while True:
        try:
            return model.model_validate(value), problems
        except ValidationError as error:
            errors = error.errors(include_url=False)
        problems = problems or shape_problems(file, model, errors)
        wrong = [yaml_path(found)[:-1] if found["type"] == "missing" else yaml_path(found) for found in errors]
        smaller = _without(value, wrong)
        if smaller is None or smaller == value:
            return None, problems
        value = smaller


def _without(value: Any, paths: list[KeyPath]) -> Any:
    """A copy without the values at some paths; None where one of them is the whole."""
    if () in paths:
        return None
    smaller = copy.deepcopy(value)
    for path in paths:
        _remove(smaller, path)
    return smaller


def _remove(value: Any, path: KeyPath) -> None:
    """Removes one value; of a list the whole list, for its other items would move."""
    first, *rest = path
    if first not in value:
        return
    if not rest or isinstance(value[first], list):
        del value[first]
    else:
        _remove(value[first], tuple(rest))
