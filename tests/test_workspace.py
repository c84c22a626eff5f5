"""The repository is itself a workspace, as `unify init` makes one."""

from __future__ import annotations

import json
from pathlib import Path

from unify.checking import inventory
from unify.registry.file_kinds import json_schemas
from unify.registry.workspace import SCHEMAS

ROOT = Path(__file__).parents[1]


def test_its_registry_is_valid():
    assert inventory(ROOT) == {"batches": [], "autolabelers": []}


def test_its_schemas_are_those_of_this_version():
    kept = {path.stem: json.loads(path.read_text()) for path in (ROOT / SCHEMAS).glob("*.json")}
    assert kept == json_schemas()  # mend with: unify schema
