"""The shape of the house: imports run one way, heavy libraries load where they are used, the surface is complete."""

from __future__ import annotations

import subprocess
import sys

import pytest

import unify

HEAVY = ("tensorflow", "keras", "ray", "pyarrow", "pydantic", "numpy", "rich", "PIL")


def modules_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_imports_run_one_way():
    from importlinter.cli import lint_imports

    assert lint_imports() == 0


@pytest.mark.parametrize("code", ["import unify", "import unify.cli.main"])
def test_starting_loads_nothing_heavy(code: str):
    assert not set(HEAVY) & modules_after(code)


def test_compiling_loads_neither_tensorflow_nor_ray():
    loaded = modules_after("import unify.compiler, unify.records.verify, unify.records.export")
    assert not {"tensorflow", "keras", "ray"} & loaded


def test_every_public_name_exists_and_is_documented():
    for _ in range(2):  # a submodule of the same name would take the place of a function once it was imported
        for name in set(unify.__all__) - {"detector", "losses"}:
            assert callable(getattr(unify, name)) and getattr(unify, name).__doc__, name
    assert sorted(unify.__all__) == unify.__all__ == dir(unify)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'compil'"):
        _ = unify.compil
