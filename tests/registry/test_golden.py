"""Every error of the registry, word by word.

A case is a text file in tests/golden/registry. Its sections begin with ``=== <file>`` and are written over the
workspace in ``workspaces.py``; the section ``=== message`` is what loading must say. To add a case, write one such
file.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.registry.workspaces import make_workspace
from unify.errors import RegistryError
from unify.registry.config import load_config
from unify.registry.load import load_registry
from unify.registry.trial_file import load_trial

CASES = sorted((Path(__file__).parents[1] / "golden" / "registry").glob("*.txt"))


def sections(case: Path) -> dict[str, str]:
    _, *parts = re.split(r"^=== (.+)\n", case.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2]))


def message(workspace: Path) -> str:
    try:
        registry = load_registry(workspace)
        for config in sorted(workspace.glob("configs/*.yaml")):
            load_config(config, registry)
        for trial in sorted(workspace.glob("configs/trials/*.yaml")):
            load_trial(trial, registry)
    except RegistryError as error:
        return f"{error}\n"
    return "no error\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_message(case: Path, tmp_path: Path) -> None:
    files = sections(case)
    expected = files.pop("message")
    assert message(make_workspace(tmp_path, files)) == expected


def test_workspace_of_the_cases_is_valid(tmp_path: Path) -> None:
    assert message(make_workspace(tmp_path)) == "no error\n"
