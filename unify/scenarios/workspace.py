"""Workspaces that the tool makes for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from unify.registry.taxonomy_file import TAXONOMY
from unify.registry.wording import inline
from unify.registry.workspace import init_workspace, modeline


def class_ids(tasks: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Ids from 1, in the order of tasks and classes."""
    names = [name for classes in tasks.values() for name in classes]
    return {name: class_id for class_id, name in enumerate(names, 1)}


def taxonomy_yaml(tasks: Mapping[str, Sequence[str]], remark: str, *, exclusive: bool) -> str:
    """A taxonomy's YAML with the ids of `class_ids`.

    Args:
        tasks: task -> its classes.
        remark: comment above the tasks.
        exclusive: all classes make one exclusive group, across tasks: an object is one thing.
    """
    ids = class_ids(tasks)
    lines = [modeline("taxonomy", ".schema"), f"# {remark}\n", "tasks:\n"]
    for task, classes in tasks.items():
        lines.append(f"  {inline(task)}: {inline({'classes': {name: ids[name] for name in classes}})}\n")
    if exclusive and len(ids) > 1:
        lines.append(f"exclusive: {inline([list(ids)])}\n")
    return "".join(lines)


def start_workspace(folder: Path, taxonomy: str) -> None:
    """A workspace with that taxonomy and nothing of `init_workspace`'s examples.

    Raises:
        OutputError: there is one in the folder already.
    """
    init_workspace(folder)
    for example in [*(folder / "registry/datasets").glob("*.yaml"), *(folder / "configs").glob("*.yaml")]:
        example.unlink()
    (folder / TAXONOMY).write_text(taxonomy, encoding="utf-8")
