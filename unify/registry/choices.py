"""Which auto-labelers fill the classes of each task: what a config says, else the top of the stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from unify.errors import Problem, RegistryError, did_you_mean, shorten
from unify.registry.autolabeler_file import LATEST, threshold_problems
from unify.registry.dataset_file import unknown_task
from unify.registry.objects import AutoLabelerChoice, AutoLabelerVersion, Registry
from unify.registry.yaml_source import KeyPath, YamlFile

if TYPE_CHECKING:
    from unify.registry.schema import ChoiceEntry

    Written = str | ChoiceEntry | list[str | ChoiceEntry]


def default_autolabeler(registry: Registry, task: str) -> str:
    """The auto-labeler named like the task, else the only one that finds a class of it; "" where there is none."""
    if task in registry.autolabelers:
        return task
    able = [name for name, versions in registry.autolabelers.items() if _finds(versions[0], registry, task)]
    return able[0] if len(able) == 1 else ""


def resolve_choices(
    file: YamlFile, written: Mapping[str, Written], registry: Registry, problems: list[Problem]
) -> dict[str, tuple[AutoLabelerChoice, ...]]:
    """task -> its auto-labelers, for every task that has one. What is wrong is added to ``problems``."""
    chosen: dict[str, tuple[AutoLabelerChoice, ...]] = {}
    for task in registry.taxonomy.tasks:
        name = default_autolabeler(registry, task)
        if task not in written and name:
            version = registry.autolabelers[name][0]
            chosen[task] = (AutoLabelerChoice(version, version.thresholds),)
    for task, entries in written.items():
        path = ("autolabelers", task)
        if task not in registry.taxonomy.tasks:
            problems.append(unknown_task(file, path, task, registry.taxonomy, key=True))
            continue
        listed = [(path, entries)] if not isinstance(entries, list) else _with_paths(path, entries)
        chosen[task] = tuple(_resolve_all(file, task, listed, registry, problems))
    return chosen


def _with_paths(path: KeyPath, entries: Sequence[str | ChoiceEntry]) -> list[tuple[KeyPath, str | ChoiceEntry]]:
    return [((*path, index), entry) for index, entry in enumerate(entries)]


def _resolve_all(
    file: YamlFile,
    task: str,
    listed: Sequence[tuple[KeyPath, str | ChoiceEntry]],
    registry: Registry,
    problems: list[Problem],
) -> Iterator[AutoLabelerChoice]:
    for path, entry in listed:
        try:
            yield _resolve(file, path, task, entry, registry)
        except RegistryError as error:
            problems.extend(error.problems)


def _resolve(
    file: YamlFile, path: KeyPath, task: str, entry: str | ChoiceEntry, registry: Registry
) -> AutoLabelerChoice:
    if isinstance(entry, str):
        name, version, thresholds = *_split(file, path, entry, registry), {}
    else:
        name = entry.name or default_autolabeler(registry, task)
        version, thresholds = entry.version, entry.thresholds
    chosen = _find(file, path, task, name, version, registry)
    problems = list(threshold_problems(file, (*path, "thresholds"), thresholds, name, chosen.classes))
    if not _finds(chosen, registry, task):
        what = f"auto-labeler '{name}' finds no class of task '{task}'"
        expected = f"one that finds {shorten(registry.taxonomy.tasks[task])}"
        problems.append(file.problem(path, what, got=f"it finds {shorten(chosen.classes)}", expected=expected))
    if problems:
        raise RegistryError(problems)
    return AutoLabelerChoice(chosen, {**chosen.thresholds, **thresholds})


def _split(file: YamlFile, path: KeyPath, text: str, registry: Registry) -> tuple[str, str]:
    name, colon, version = text.partition(":")
    if not colon:
        known = text in registry.autolabelers
        fix = f"write '{text}:{LATEST}'" if known else f"write the auto-labeler's name too, such as '{path[1]}:{text}'"
        expected = f"name:version or name:{LATEST}"
        raise RegistryError(file.problem(path, "not an auto-labeler", got=f"'{text}'", expected=expected, fix=fix))
    return name, version


def _find(file: YamlFile, path: KeyPath, task: str, name: str, version: str, registry: Registry) -> AutoLabelerVersion:
    if not name:
        what = f"task '{task}' has no auto-labeler of its own"
        raise RegistryError(file.problem(path, what, fix="say which one with 'name:'"))
    if name not in registry.autolabelers:
        names = list(registry.autolabelers)
        add = f"register it in registry/autolabelers/{name}.yaml"
        near = did_you_mean(name, names)
        expected = f"one of {shorten(names)}" if names else "nothing: none is registered"
        fix = f"{near} Otherwise {add}" if near else add
        what = f"unknown auto-labeler '{name}'"
        raise RegistryError(file.problem(path, what, got=f"'{name}'", expected=expected, fix=fix))
    stack = {LATEST: registry.autolabelers[name][0]} | {each.ref.version: each for each in registry.autolabelers[name]}
    if version not in stack:
        what = f"unknown version '{name}:{version}'"
        fix = did_you_mean(version, list(stack)) or f"register it in registry/autolabelers/{name}.yaml"
        expected = f"one of {shorten(list(stack))}"
        raise RegistryError(file.problem(path, what, got=f"'{version}'", expected=expected, fix=fix))
    return stack[version]


def _finds(version: AutoLabelerVersion, registry: Registry, task: str) -> bool:
    return bool(set(version.classes) & set(registry.taxonomy.tasks[task]))
