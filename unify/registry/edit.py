"""Edits of the registry: the same that a person would make, in the person's own YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from unify.errors import Problem, RegistryError, did_you_mean, shorten
from unify.files import write_whole
from unify.registry.amend import set_keys
from unify.registry.find import find_version
from unify.registry.guard import registry_guard
from unify.registry.insert import block, insert_entry
from unify.registry.load import load_registry
from unify.registry.objects import AutoLabelerRef, Registry
from unify.registry.reorder import reorder_entries
from unify.registry.taxonomy_file import TAXONOMY
from unify.registry.wording import inline
from unify.registry.workspace import modeline

_REF = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]*):([A-Za-z0-9][A-Za-z0-9_.-]*)")


def register_dataset(workspace: Path, ref: str, annotations: str | Path, images: str | Path, **optional: Any) -> Path:
    """Adds a batch to ``registry/datasets/<task>.yaml``, which is made for the task's first batch.

    Args:
        workspace: folder that holds ``registry/``.
        ref: ``task:batch``.
        annotations: annotation file or folder, relative to the workspace.
        images: folder of the pictures, relative to the workspace.
        **optional: the other keys of a batch (`schema.BatchEntry`); None stands for not given.

    Returns:
        The file that was changed.

    Raises:
        RegistryError: the batch exists, or the registry with it would not be valid; nothing was changed.
    """
    task, batch = _split(ref, "task:batch")
    entry = _given({"annotations": annotations, "images": images} | optional)
    with registry_guard(workspace):
        registry = load_registry(workspace)
        _check_task(ref, task, registry)
        for known in registry.batches.values():
            if str(known.ref) == ref:
                raise _exists("batch", ref, known.where)
        return _add(registry, f"datasets/{task}.yaml", "datasets", {"task": task}, "batches", batch, entry)


def register_autolabeler(
    workspace: Path,
    ref: str,
    adapter: str,
    path: str | Path | None = None,
    *,
    classes: Sequence[str] | None = None,
    on_top: bool = True,
    **optional: Any,
) -> Path:
    """Puts a version on top of the stack in ``registry/autolabelers/<name>.yaml``, which is made for the first one.

    Args:
        workspace: folder that holds ``registry/``.
        ref: ``name:version``.
        adapter: a known adapter or ``path/to/file.py:Class``.
        path: weights, relative to the workspace.
        classes: the classes it finds; by default those of the versions below it, else those of the task of its name.
        on_top: it is the stack's default from now on; else it goes to the bottom.
        **optional: the other keys of a version (`schema.VersionEntry`); None stands for not given.

    Returns:
        The file that was changed.

    Raises:
        RegistryError: the version exists, or the registry with it would not be valid; nothing was changed.
    """
    name, version = _split(ref, "name:version")
    entry = _given({"adapter": adapter, "path": path} | optional)
    with registry_guard(workspace):
        registry = load_registry(workspace)
        for known in registry.autolabelers.get(name, ()):
            if str(known.ref) == ref:
                raise _exists("auto-labeler", ref, known.where)
        head = {"name": name, "classes": _classes(name, classes, registry)}
        return _add(
            registry, f"autolabelers/{name}.yaml", "autolabeler", head, "versions", version, entry, on_top=on_top
        )


def amend_version(workspace: Path, ref: AutoLabelerRef, values: Mapping[str, Any]) -> bool:
    """Gives keys of a registered version new values; of ``thresholds`` and ``metrics``, keys not named stay.

    Args:
        workspace: folder that holds ``registry/``.
        ref: the version.
        values: key of a version (`schema.VersionEntry`) -> value.

    Returns:
        Whether the file was changed; it is not where it says all that already.

    Raises:
        RegistryError: there is no such version, or the registry would not be valid with the values; it is as it was.
    """
    with registry_guard(workspace):
        find_version(load_registry(workspace), str(ref))
        path, shown = _stack_file(workspace, ref.name)
        before = path.read_bytes()
        return _replace(workspace, path, before, set_keys(before, path, shown, ("versions", ref.version), values))


def reorder_versions(workspace: Path, name: str, versions: Sequence[str]) -> bool:
    """Puts the versions of an auto-labeler into another order, with their comments.

    Args:
        workspace: folder that holds ``registry/``.
        name: the auto-labeler.
        versions: all its versions; the first will be the default.

    Returns:
        Whether the file was changed; it is not where that was the order already.

    Raises:
        RegistryError: the file is laid out in a way that cannot be edited; nothing was changed.
    """
    with registry_guard(workspace):
        path, shown = _stack_file(workspace, name)
        before = path.read_bytes()
        return _replace(workspace, path, before, reorder_entries(before, path, shown, "versions", versions))


def _stack_file(workspace: Path, name: str) -> tuple[Path, str]:
    shown = f"registry/autolabelers/{name}.yaml"
    return workspace / shown, shown


def _replace(workspace: Path, path: Path, before: bytes, after: bytes) -> bool:
    """Writes a file once the whole registry is valid with it; nothing where nothing changes."""
    if after == before:
        return False
    load_registry(workspace, edits={path: after})
    write_whole(path, after, durable=True)
    return True


def _add(
    registry: Registry,
    file: str,
    kind: str,
    head: Mapping[str, Any],
    section: str,
    name: str,
    entry: Mapping[str, Any],
    *,
    on_top: bool = False,
) -> Path:
    """Writes the file with the new entry once the whole registry is valid with it."""
    path = registry.workspace / "registry" / file
    if path.exists():
        content = insert_entry(path.read_bytes(), path, f"registry/{file}", section, name, entry, on_top=on_top)
    else:
        top = [f"{inline(key)}: {inline(value)}\n" for key, value in head.items()]
        text = [modeline(kind, "../.schema"), *top, f"{section}:\n", *block(name, entry, 2, 2, "\n")]
        content = "".join(text).encode()
    load_registry(registry.workspace, edits={path: content})
    write_whole(path, content, durable=True)
    return path


def _given(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that were given, their values as YAML has them."""
    return {key: _plain(value) for key, value in entry.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, PurePath):
        return value.as_posix()
    return list(value) if isinstance(value, tuple) else value


def _split(ref: str, grammar: str) -> tuple[str, str]:
    match = _REF.fullmatch(ref)
    if match is None:
        expected = f"{grammar}, each of letters, digits, '_', '-' and '.'"
        raise RegistryError(Problem(ref, "not a reference", got=f"'{ref}'", expected=expected))
    return match[1], match[2]


def _check_task(ref: str, task: str, registry: Registry) -> None:
    tasks = list(registry.taxonomy.tasks)
    if task not in tasks:
        near = did_you_mean(task, tasks)
        fix = f"{near} Otherwise add the task to {TAXONOMY}" if near else f"add the task to {TAXONOMY}"
        expected = f"one of {shorten(tasks)}"
        raise RegistryError(Problem(ref, f"unknown task '{task}'", got=f"'{task}'", expected=expected, fix=fix))


def _exists(noun: str, ref: str, where: str) -> RegistryError:
    return RegistryError(Problem(where, f"{noun} '{ref}' is registered already", fix="give the new one another name"))


def _classes(name: str, classes: Sequence[str] | None, registry: Registry) -> list[str]:
    """The classes of an auto-labeler; those of its file, if it has one, cannot be changed by a new version."""
    stack = registry.autolabelers.get(name)
    if stack and classes is not None and set(classes) != set(stack[0].classes):
        got, expected = (shorten(list(names)) for names in (classes, stack[0].classes))
        fix = "leave the classes out, or register it under another name"
        what = f"auto-labeler '{name}' finds other classes"
        raise RegistryError(Problem(stack[0].where, what, got=got, expected=expected, fix=fix))
    known = stack[0].classes if stack else registry.taxonomy.tasks.get(name)
    if classes is None and known is None:
        what = f"the classes of auto-labeler '{name}' are not known"
        raise RegistryError(Problem(name, what, fix="say which classes it finds"))
    return list(classes if classes is not None else known)
