"""What a calibration needs beside the plain installation."""

from __future__ import annotations

from importlib.util import find_spec

from unify.errors import Problem, UnifyError

MODULES = ("matplotlib", "scipy", "sklearn")


def check_requirements() -> None:
    """Before anything long begins: are these modules there? Imports none of them.

    Raises:
        UnifyError: some are not.
    """
    missing = [name for name in MODULES if find_spec(name) is None]
    if missing:
        what = f"not installed: {', '.join(missing)}"
        raise UnifyError(Problem("unify calibrate", what, fix="pip install 'unify-detection[train]'"))
