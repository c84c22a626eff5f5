"""``registry/datasets/<task>.yaml``: from its shape to `Batch` values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from unify.core.taxonomy import Taxonomy
from unify.core.types import BatchRef
from unify.errors import Problem, did_you_mean, shorten
from unify.registry.objects import Batch
from unify.registry.selection import ALL
from unify.registry.taxonomy_file import TAXONOMY, class_list_problems, unknown_class
from unify.registry.yaml_source import KeyPath, YamlFile

if TYPE_CHECKING:
    from unify.registry.schema import BatchEntry, DatasetsFile


def build_batches(file: YamlFile, entry: DatasetsFile, workspace: Path, taxonomy: Taxonomy) -> dict[BatchRef, Batch]:
    """The batches of a file without problems, paths made absolute."""
    refs = {name: BatchRef(entry.task, name) for name in entry.batches or {}}
    return {
        ref: _build_batch(ref, entry.batches[name], workspace, taxonomy, file.where(("batches", name), key=True))
        for name, ref in refs.items()
    }


def _build_batch(ref: BatchRef, entry: BatchEntry, workspace: Path, taxonomy: Taxonomy, where: str) -> Batch:
    listed = "labeled_classes" in entry.model_fields_set
    return Batch(
        ref=ref,
        annotations=workspace / entry.annotations,
        images=workspace / entry.images,
        format=entry.format,
        split=entry.split,
        labeled_classes=tuple(entry.labeled_classes) if listed else taxonomy.tasks[ref.task],
        class_map=entry.class_map,
        ignore_categories=frozenset(entry.ignore_categories),
        exif_orientation=entry.exif_orientation,
        image_set=workspace / entry.image_set if entry.image_set else None,
        notes=entry.notes,
        where=where,
    )


def dataset_problems(file: YamlFile, entry: DatasetsFile, taxonomy: Taxonomy | None) -> Iterator[Problem]:
    """Wrong names and classes. Without a taxonomy (it has problems itself) classes are not looked at."""
    yield from name_problems(file, ("task",), entry.task)
    if taxonomy and entry.task not in taxonomy.tasks:
        yield unknown_task(file, ("task",), entry.task, taxonomy)
    for name, batch in (entry.batches or {}).items():
        path = ("batches", name)
        if name == ALL:
            fix = "give the batch another name"
            yield file.problem(path, f"a batch cannot be named '{ALL}', which selects every batch", key=True, fix=fix)
        yield from _category_problems(file, path, batch)
        if taxonomy:
            yield from _class_problems(file, path, batch, list(taxonomy.ids))


def _category_problems(file: YamlFile, path: KeyPath, batch: BatchEntry) -> Iterator[Problem]:
    for index, category in enumerate(batch.ignore_categories):
        if category in batch.class_map:
            what = f"category '{category}' is both ignored and mapped to a class"
            yield file.problem((*path, "ignore_categories", index), what, fix="keep it in one of the two")


def _class_problems(file: YamlFile, path: KeyPath, batch: BatchEntry, known: list[str]) -> Iterator[Problem]:
    yield from class_list_problems(file, (*path, "labeled_classes"), batch.labeled_classes, known)
    for category, target in batch.class_map.items():
        if target not in known:
            yield unknown_class(file, (*path, "class_map", category), target, known)


def name_problems(file: YamlFile, path: KeyPath, name: str) -> Iterator[Problem]:
    """A file that is not named like what it declares: people look for it by name."""
    if file.path.stem != name:
        fix = f"rename the file to {name}.yaml, or write '{path[-1]}: {file.path.stem}'"
        yield file.problem(path, f"'{name}' is declared in {file.path.name}", expected=f"{name}.yaml", fix=fix)


def unknown_task(file: YamlFile, path: KeyPath, task: str, taxonomy: Taxonomy, *, key: bool = False) -> Problem:
    """A task that is not in the taxonomy."""
    tasks = list(taxonomy.tasks)
    near = did_you_mean(task, tasks)
    return file.problem(
        path,
        f"unknown task '{task}'",
        key=key,
        got=f"'{task}'",
        expected=f"one of {shorten(tasks)} ({TAXONOMY})",
        fix=f"{near} Otherwise add the task to {TAXONOMY}" if near else f"add the task to {TAXONOMY}",
    )
