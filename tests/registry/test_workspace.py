"""Fresh workspaces and the JSON Schemas that editors use."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.registry import design_workspace
from tests.registry.workspaces import make_workspace
from unify.errors import OutputError
from unify.registry.config import load_config
from unify.registry.file_kinds import json_schemas
from unify.registry.load import load_registry
from unify.registry.workspace import export_schemas, init_workspace

FILES = [
    "registry/taxonomy.yaml",
    "registry/datasets/vehicle.yaml",
    "configs/example.yaml",
    ".gitignore",
    "registry/.schema/taxonomy.json",
    "registry/.schema/datasets.json",
    "registry/.schema/autolabeler.json",
    "registry/.schema/config.json",
    "registry/.schema/trial.json",
    "registry/.schema/loop.json",
    "registry/.schema/simulation.json",
]


def test_a_fresh_workspace_loads(tmp_path: Path) -> None:
    assert init_workspace(tmp_path / "new") == [tmp_path / "new" / name for name in FILES]
    registry = load_registry(tmp_path / "new")
    assert len(registry.taxonomy.tasks) == 2
    assert registry.batches == {}


def uncomment(path: Path, start: str) -> int:
    """Takes the '#' off the lines that begin with ``start``; returns how many there were."""
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line[1:] if line.startswith(start) else line for line in lines))
    return sum(line.startswith(start) for line in lines)


def test_taking_the_hash_off_four_lines_makes_the_example_compile(tmp_path: Path) -> None:
    init_workspace(tmp_path)
    assert uncomment(tmp_path / "registry/datasets/vehicle.yaml", "#  ") == 4
    assert uncomment(tmp_path / "configs/example.yaml", "#n") == 1
    assert uncomment(tmp_path / "configs/example.yaml", "#m") == 1
    assert uncomment(tmp_path / "configs/example.yaml", "#d") == 1
    config = load_config(tmp_path / "configs/example.yaml", load_registry(tmp_path))
    assert [str(batch.ref) for batch in config.batches] == ["vehicle:b1"]


def test_every_file_points_editors_to_its_schema(tmp_path: Path) -> None:
    init_workspace(tmp_path)
    for path in [*tmp_path.glob("registry/**/*.yaml"), *tmp_path.glob("configs/*.yaml")]:
        first = path.read_text().splitlines()[0]
        schema = path.parent / first.removeprefix("# yaml-language-server: $schema=")
        assert schema.resolve().is_file(), path


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    make_workspace(tmp_path, {".gitignore": "mine\n"})
    before = {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(OutputError) as raised:
        init_workspace(tmp_path)
    assert [problem.where for problem in raised.value.problems] == [
        (tmp_path / name).as_posix()
        for name in ("registry/taxonomy.yaml", "registry/datasets/vehicle.yaml", ".gitignore")
    ]
    assert {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_configs_of_trials_are_kept_in_git_and_their_outputs_are_not(tmp_path: Path) -> None:
    init_workspace(tmp_path)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    names = ["configs/trials/t.yaml", "trials/t/trial.json", "unified/x/manifest.json", ".unify/x"]
    command = ["git", "-C", tmp_path, "check-ignore", *names]
    assert subprocess.run(command, capture_output=True, text=True).stdout.split() == names[1:]


def test_exported_schemas_are_the_schemas(tmp_path: Path) -> None:
    written = {path.stem: json.loads(path.read_text()) for path in export_schemas(tmp_path)}
    assert written == json_schemas()


@pytest.mark.parametrize("kind", design_workspace.KINDS)
def test_schema_accepts_the_design_and_refuses_unknown_keys(kind: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schemas()[kind]
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    value = yaml.safe_load(design_workspace.FILES[design_workspace.KINDS[kind]])
    assert list(validator.iter_errors(value)) == []
    assert not validator.is_valid(value | {"colour": "red"})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("taxonomy", {"tasks": {"vehicle": {"classes": {"car": 0}}}}),
        ("taxonomy", {"tasks": {"vehicle": {"clases": {"car": 1}}}}),
        ("datasets", {"task": "vehicle", "batches": {"b1": {"annotations": "a"}}}),
        ("datasets", {"task": "vehicle", "batches": {"b1": {"annotations": "a", "images": "b", "format": "xml"}}}),
        (
            "autolabeler",
            {"name": "a", "classes": ["car"], "versions": {"v1": {"adapter": "k", "thresholds": {"car": 2}}}},
        ),
        ("config", {"name": "x", "datasets": [{"vehicle": ["b1"]}]}),
        ("config", {"name": "x", "datasets": ["vehicle:b1"], "method": {"default": "sofd"}}),
    ],
)
def test_schema_refuses_what_loading_refuses(kind: str, value: dict) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    assert not jsonschema.Draft202012Validator(json_schemas()[kind]).is_valid(value)


def test_every_key_of_every_schema_is_described() -> None:
    for schema in json_schemas().values():
        for shape in [schema, *schema.get("$defs", {}).values()]:
            assert all("description" in key for key in shape.get("properties", {}).values()), shape["title"]
