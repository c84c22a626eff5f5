"""``registry/taxonomy.yaml``: from its shape to a `Taxonomy`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from unify.core.taxonomy import Taxonomy
from unify.errors import Problem, did_you_mean
from unify.registry.yaml_source import KeyPath, YamlFile

if TYPE_CHECKING:
    from unify.registry.schema import TaxonomyFile

TAXONOMY = "registry/taxonomy.yaml"


def build_taxonomy(entry: TaxonomyFile) -> Taxonomy:
    """The tasks and classes of a file without problems."""
    tasks = {task: tuple(declared.classes) for task, declared in entry.tasks.items()}
    ids = {name: class_id for declared in entry.tasks.values() for name, class_id in declared.classes.items()}
    of_tasks = [tasks[task] for task, declared in entry.tasks.items() if declared.exclusive and len(tasks[task]) > 1]
    return Taxonomy(tasks, ids, (*of_tasks, *map(tuple, entry.exclusive)))


def taxonomy_problems(file: YamlFile, entry: TaxonomyFile) -> Iterator[Problem]:
    """Class names and ids used twice, and wrong groups."""
    places: list[tuple[KeyPath, str, int]] = [
        (("tasks", task, "classes", name), name, class_id)
        for task, declared in entry.tasks.items()
        for name, class_id in declared.classes.items()
    ]
    yield from _repeated_names(file, places)
    yield from _repeated_ids(file, places)
    names = [name for _, name, _ in places]
    for index, group in enumerate(entry.exclusive):
        yield from class_list_problems(file, ("exclusive", index), group, names)
        if len(group) < 2:
            expected = "two or more classes that one object cannot both be"
            yield file.problem(("exclusive", index), "an exclusive group of less than two classes", expected=expected)


def _repeated_names(file: YamlFile, places: Sequence[tuple[KeyPath, str, int]]) -> Iterator[Problem]:
    first: dict[str, KeyPath] = {}
    for path, name, _ in places:
        if name in first:
            what = f"class '{name}' is in two tasks, '{first[name][1]}' and '{path[1]}'"
            yield file.problem(
                path, what, key=True, fix=f"keep one; the first is at {file.where(first[name], key=True)}"
            )
        first.setdefault(name, path)


def _repeated_ids(file: YamlFile, places: Sequence[tuple[KeyPath, str, int]]) -> Iterator[Problem]:
    free = max((class_id for _, _, class_id in places), default=0) + 1
    first: dict[int, str] = {}
    for path, name, class_id in places:
        if first.get(class_id, name) != name:
            what = f"class '{name}' has the id of '{first[class_id]}'"
            yield file.problem(
                path, what, got=str(class_id), expected="an id of its own", fix=f"the next free id is {free}"
            )
        first.setdefault(class_id, name)


def class_list_problems(file: YamlFile, path: KeyPath, names: Sequence[str], known: Sequence[str]) -> Iterator[Problem]:
    """Unknown and repeated classes of a list."""
    for index, name in enumerate(names):
        if name not in known:
            yield unknown_class(file, (*path, index), name, known)
        elif name in names[:index]:
            yield file.problem((*path, index), f"class '{name}' is listed twice", fix="delete one")


def unknown_class(file: YamlFile, path: KeyPath, name: str, known: Sequence[str], *, key: bool = False) -> Problem:
    """A class that is not in the taxonomy."""
    near = did_you_mean(name, known)
    return file.problem(
        path,
        f"unknown class '{name}'",
        key=key,
        got=f"'{name}'",
        expected=f"one of the {len(known)} classes of {TAXONOMY}",
        fix=f"{near} Otherwise add the class to {TAXONOMY}" if near else f"add the class to {TAXONOMY}",
    )
