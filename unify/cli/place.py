"""Where a named dataset lies."""

from __future__ import annotations

from pathlib import Path


def dataset_folder(dataset: Path, workspace: Path | None) -> Path:
    """The folder as given, seen from here; else seen from the workspace."""
    if dataset.is_absolute() or dataset.exists():
        return dataset
    if workspace is not None:
        return workspace / dataset
    from unify.errors import RegistryError
    from unify.registry.load import find_workspace

    try:
        return find_workspace(Path.cwd()) / dataset
    except RegistryError:
        return dataset  # not in a workspace: the dataset's own error is the better message
