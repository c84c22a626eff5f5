"""A person's config with the batches that came back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from unify.core.types import BatchRef
from unify.files import write_whole
from unify.registry.config import shown_path
from unify.registry.objects import Registry
from unify.registry.selection import batch_names, parse_selection
from unify.registry.yaml_source import read_yaml


def grow_config(config: Path, registry: Registry, refs: Sequence[BatchRef], path: Path, output: Path) -> Path:
    """Write a config that also selects ``refs``, as far as it does not yet; returns ``path``.

    Args:
        config: a compile config, or a trial over registered batches.
        registry: the workspace's registry, in which ``refs`` are registered.
        refs: batches to add, at the end: what was said last wins a disagreement.
        path: the file to write; its name is the new config's.
        output: the new config's folder.

    Raises:
        RegistryError: the config cannot be read, or its selections are wrong.
        OutputError: the file cannot be written.
    """
    value = read_yaml(config, shown_path(config, registry.workspace)).value
    known = batch_names(registry.taxonomy.tasks, registry.batches)
    selected = {ref for text in value["datasets"] for ref in parse_selection(text, known)}
    datasets = [*value["datasets"], *(str(ref) for ref in refs if ref not in selected)]
    grown = {**value, "name": path.stem, "datasets": datasets, "output": str(output)}
    lines = [f"{key}: {json.dumps(each, ensure_ascii=False)}\n" for key, each in grown.items()]
    write_whole(path, "".join(lines).encode())
    return path
