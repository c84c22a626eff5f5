"""Every error of an auto-labeler's registration, word by word.

A case is a text file in tests/golden/autolabel: a section ``=== registry/autolabelers/vehicle.yaml``, and a section
``=== message`` with what describing its versions must say. To add a case, write one such file.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.workspaces import make_workspace
from unify.autolabel.load import read_spec
from unify.errors import RegistryError
from unify.registry.load import load_registry

CASES = sorted((Path(__file__).parents[1] / "golden" / "autolabel").glob("*.txt"))


def message(workspace: Path) -> str:
    problems = []
    for version in load_registry(workspace).autolabelers["vehicle"]:
        try:
            read_spec(version, workspace)
        except RegistryError as error:
            problems += error.problems
    return f"{RegistryError(problems)}\n".replace(str(workspace), "WORKSPACE")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_message(case: Path, tmp_path: Path):
    _, name, written, _, expected = re.split(r"^=== (.+)\n", case.read_text(), flags=re.MULTILINE)
    workspace = make_workspace(tmp_path)
    (workspace / name).parent.mkdir(parents=True)
    (workspace / name).write_text(written)
    assert message(workspace) == expected
