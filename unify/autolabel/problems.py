"""What goes wrong with an auto-labeler as a whole. What goes wrong with one picture is a `Failure` instead."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import ModuleType

from unify.autolabel.contract import ADVICE, Breach
from unify.errors import AutoLabelerError, Problem
from unify.registry.objects import AutoLabelerVersion


def problem_of(version: AutoLabelerVersion, what: str, *, got: str = "", expected: str = "", fix: str = "") -> Problem:
    """A problem of an auto-labeler, at the line that registers it."""
    named = f"auto-labeler '{version.ref}' {what}"
    return Problem(version.where, named, got=got, expected=expected, fix=fix)


def breach_error(version: AutoLabelerVersion, breach: Breach, advice: Mapping[str, str]) -> AutoLabelerError:
    """The error for answers that break the contract; ``advice`` goes over `contract.ADVICE`."""
    fix = {**ADVICE, **advice}[breach.advice] if breach.advice else breach.fix
    return AutoLabelerError(problem_of(version, breach.what, got=breach.got, expected=breach.expected, fix=fix))


def import_library(name: str, extra: str, version: AutoLabelerVersion) -> ModuleType:
    """A library that only some auto-labelers need.

    Raises:
        AutoLabelerError: it is not installed; says how to install it.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        what = f"needs {name}, which cannot be imported"
        fix = f"pip install 'unify-detection[{extra}]'"
        raise AutoLabelerError(problem_of(version, what, got=str(error), fix=fix)) from error


def in_one_line(error: BaseException) -> str:
    """``ValueError: bad shape``: an exception as a reason."""
    text = str(error).strip().split("\n")[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
