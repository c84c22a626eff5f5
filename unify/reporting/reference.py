"""What a person means by a reference: a unified dataset's folder, an auto-labeler, or a batch."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from unify.core.types import BatchRef, JsonObject
from unify.errors import Problem, RegistryError, UnifyError, did_you_mean, shorten
from unify.records.manifest import MANIFEST_NAME, read_manifest
from unify.registry.find import find_version
from unify.registry.load import find_workspace, load_registry
from unify.registry.objects import AutoLabelerVersion, Batch, Registry


@dataclass(frozen=True)
class NamedDataset:
    """A unified dataset.

    Attributes:
        folder: where it lies.
        manifest: its manifest.
        registry: of the workspace it lies in; None where there is none.
    """

    folder: Path
    manifest: JsonObject
    registry: Registry | None


@dataclass(frozen=True)
class NamedLabeler:
    """A version of an auto-labeler, and the registry that has it."""

    version: AutoLabelerVersion
    registry: Registry


@dataclass(frozen=True)
class NamedBatch:
    """A batch, and the registry that has it."""

    batch: Batch
    registry: Registry


def resolve(
    text: str | os.PathLike[str], workspace: str | os.PathLike[str] | None = None
) -> NamedDataset | NamedLabeler | NamedBatch:
    """What a reference names.

    Args:
        text: the folder of a unified dataset, as seen from here or from the workspace; ``pedestrian:v3``,
            ``pedestrian:latest`` or ``pedestrian`` for an auto-labeler; ``pedestrian:b1`` for a batch.
        workspace: folder that holds ``registry/``; the nearest parent of the current folder by default.

    Raises:
        RegistryError: there is nothing of that name, or an auto-labeler and a batch share it.
        DatasetError: the folder is there, and its manifest is damaged.
    """
    folder = _folder_of(text, workspace)
    if folder is not None:
        return open_dataset(folder, workspace)
    registry = load_registry(Path(workspace) if workspace else find_workspace(Path.cwd()))
    return _registered(os.fspath(text), registry)


def open_dataset(dataset: str | os.PathLike[str], workspace: str | os.PathLike[str] | None = None) -> NamedDataset:
    """A unified dataset with the registry of the workspace it lies in.

    Args:
        dataset: its folder, as seen from here or from the workspace.
        workspace: as for `resolve`, but the nearest parent of the dataset by default.

    Raises:
        DatasetError: there is no dataset, or its manifest is damaged.
        RegistryError: the workspace's registry is wrong.
    """
    folder = _folder_of(dataset, workspace) or Path(dataset)
    manifest = read_manifest(folder)
    return NamedDataset(folder, manifest, _registry_of(folder, workspace))


def _folder_of(text: str | os.PathLike[str], workspace: str | os.PathLike[str] | None) -> Path | None:
    """The first folder of that name that holds a manifest, seen from here or from the workspace."""
    roots = [Path()]
    if workspace is not None:
        roots.append(Path(workspace))
    elif (nearest := _nearest_workspace(Path.cwd())) is not None:
        roots.append(nearest)
    return next((root / text for root in roots if (root / text / MANIFEST_NAME).is_file()), None)


def _registry_of(folder: Path, workspace: str | os.PathLike[str] | None) -> Registry | None:
    root = Path(workspace) if workspace else _nearest_workspace(folder)
    return load_registry(root) if root else None


def _nearest_workspace(start: Path) -> Path | None:
    try:
        return find_workspace(start)
    except RegistryError:
        return None


def _registered(text: str, registry: Registry) -> NamedLabeler | NamedBatch:
    task, _, name = text.partition(":")
    batch = registry.batches.get(BatchRef(task, name))
    versions = [str(each.ref) for stack in registry.autolabelers.values() for each in stack]
    if batch is not None and text in versions:
        what = f"'{text}' is both a batch and an auto-labeler"
        raise RegistryError(Problem(text, what, got=f"{batch.where} and an auto-labeler", fix="rename the version"))
    if batch is not None:
        return NamedBatch(batch, registry)
    if task in registry.autolabelers and (text in versions or name in ("", "latest")):
        return NamedLabeler(find_version(registry, text), registry)
    raise _nothing(text, [*map(str, registry.batches), *versions])


def _nothing(text: str, known: list[str]) -> UnifyError:
    what = "there is no unified dataset, auto-labeler or batch of this name"
    expected = f"a dataset's folder, or one of {shorten(known)}" if known else "a dataset's folder"
    return RegistryError(Problem(text, what, expected=expected, fix=did_you_mean(text, known)))
