"""Finds what a person names on the command line."""

from __future__ import annotations

from unify.errors import Problem, RegistryError, did_you_mean, shorten
from unify.registry.autolabeler_file import LATEST
from unify.registry.objects import AutoLabelerVersion, Registry


def find_version(registry: Registry, text: str) -> AutoLabelerVersion:
    """The version of ``pedestrian:v3``; of ``pedestrian:latest``, or ``pedestrian`` alone, the top of the stack.

    Raises:
        RegistryError: there is no such auto-labeler or version.
    """
    name, _, version = text.partition(":")
    stack = registry.autolabelers.get(name)
    if not stack:
        names = list(registry.autolabelers)
        expected = f"one of {shorten(names)}" if names else "nothing: none is registered"
        fix = did_you_mean(name, names) or f"register it: unify register autolabeler {name}:v1"
        raise RegistryError(Problem(text, "no such auto-labeler", expected=expected, fix=fix))
    versions = {each.ref.version: each for each in stack}
    if version in ("", LATEST):
        return stack[0]
    if version not in versions:
        known = [LATEST, *versions]
        fix = did_you_mean(version, known)
        raise RegistryError(Problem(text, "no such version", expected=f"one of {shorten(known)}", fix=fix))
    return versions[version]
