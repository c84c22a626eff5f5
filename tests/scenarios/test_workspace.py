"""Workspaces the tool makes for itself are ones a person could have written."""

from __future__ import annotations

from pathlib import Path

import pytest

from unify.registry.load import load_registry
from unify.scenarios.workspace import class_ids, start_workspace, taxonomy_yaml

TASKS = {"vehicle": ("car", "no"), "on": ("12",)}  # YAML takes bare no and on for false and true, 12 for a number


def test_ids_count_from_one_through_tasks_and_classes():
    assert class_ids(TASKS) == {"car": 1, "no": 2, "12": 3}


def test_the_taxonomy_as_text():
    assert taxonomy_yaml({"a": ("x", "y"), "b": ("z",)}, "Why.", exclusive=True) == (
        "# yaml-language-server: $schema=.schema/taxonomy.json\n"
        "# Why.\n"
        "tasks:\n"
        "  a: {classes: {x: 1, y: 2}}\n"
        "  b: {classes: {z: 3}}\n"
        "exclusive: [[x, y, z]]\n"
    )


@pytest.mark.parametrize(
    ("tasks", "exclusive", "groups"),
    [
        (TASKS, True, (("car", "no"), ("car", "no", "12"))),
        (TASKS, False, (("car", "no"),)),
        ({"vehicle": ("car",)}, True, ()),  # one class excludes nothing
    ],
)
def test_the_taxonomy_is_read_back(tmp_path: Path, tasks: dict, exclusive: bool, groups: tuple):
    start_workspace(tmp_path, taxonomy_yaml(tasks, "Why.", exclusive=exclusive))
    registry = load_registry(tmp_path)
    assert registry.taxonomy.tasks == tasks and registry.taxonomy.ids == class_ids(tasks)
    assert registry.taxonomy.exclusive == groups
    assert not registry.batches and not list((tmp_path / "configs").iterdir())
