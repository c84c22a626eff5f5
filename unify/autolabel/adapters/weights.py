"""Where the weights of a version lie."""

from __future__ import annotations

from pathlib import Path

from unify.autolabel.problems import problem_of
from unify.errors import RegistryError
from unify.registry.objects import AutoLabelerVersion


def weights_of(version: AutoLabelerVersion) -> Path:
    """The place of a version's weights.

    Raises:
        RegistryError: the registry names none, or there is nothing.
    """
    if version.path is None:
        fix = "add 'path:' with the place of the file, from the workspace"
        raise RegistryError(problem_of(version, "has no path", expected=f"what '{version.adapter}' loads", fix=fix))
    if not version.path.exists():
        fix = "correct 'path:', or put the file there"
        raise RegistryError(
            problem_of(version, "is not where its path says", got=f"nothing at {version.path}", fix=fix)
        )
    return version.path
