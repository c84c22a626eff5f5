"""Loops: ``configs/loops/*.yaml`` to `LoopConfig`, every reference resolved."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from unify.errors import Problem, RegistryError, did_you_mean, shorten
from unify.registry.autolabeler_file import selection_problems
from unify.registry.config import config_error, find_config, shown_path
from unify.registry.loop_objects import LoopConfig
from unify.registry.objects import Registry
from unify.registry.selection import batch_names, parse_selection
from unify.registry.shape import check_shape
from unify.registry.yaml_source import YamlFile, read_yaml

if TYPE_CHECKING:
    from unify.registry.loop_schema import LoopFile


def load_loop(path: Path, registry: Registry) -> LoopConfig:
    """Reads and checks a loop.

    Args:
        path: the config; it may lie outside the workspace.
        registry: the workspace's registry.

    Raises:
        RegistryError: every problem of the config.
    """
    from unify.registry.loop_schema import LoopFile

    shown = shown_path(path, registry.workspace)
    try:
        file = read_yaml(path, shown)
    except RegistryError as error:
        raise config_error(list(error.problems), shown) from error
    entry, problems = check_shape(file, LoopFile)
    problems += _problems(file, entry, registry) if entry else []
    if problems or entry is None:
        raise config_error(problems, shown)
    return _build(file, entry, registry)


def _build(file: YamlFile, entry: LoopFile, registry: Registry) -> LoopConfig:
    root = registry.workspace
    known = batch_names(registry.taxonomy.tasks, registry.batches)
    return LoopConfig(
        name=entry.name,
        config=find_config(root, entry.config),
        budget=entry.budget,
        output=Path(os.path.abspath(root / (entry.output or f"loops/{entry.name}"))),
        tool=entry.tool,
        tasks=tuple(entry.tasks),
        measures=entry.measures,
        costs=entry.costs.model_dump(),
        task_weights=entry.task_weights,
        learning_weights=entry.learning_weights,
        together=entry.together,
        floors=entry.floors,
        ceilings=entry.ceilings,
        calibrate=entry.calibrate,
        trial=find_config(root, entry.trial) if entry.trial else None,
        oracle=tuple(ref for text in entry.oracle for ref in parse_selection(text, known)),
        where=file.shown,
    )


def _problems(file: YamlFile, entry: LoopFile, registry: Registry) -> list[Problem]:
    """What is wrong with values that are right, each seen alone."""
    known = batch_names(registry.taxonomy.tasks, registry.batches)
    problems = [*_absent_configs(file, entry, registry.workspace), *_unknown_tasks(file, entry, registry)]
    for index, text in enumerate(entry.oracle):
        problems += selection_problems(file, ("oracle", index), text, known)
    return problems


def _absent_configs(file: YamlFile, entry: LoopFile, workspace: Path) -> Iterator[Problem]:
    for key in ("config", "trial"):
        name = getattr(entry, key)
        try:
            path = find_config(workspace, name) if name else None
        except RegistryError as error:
            (problem,) = error.problems
            got, expected = f"'{name}'", problem.expected
            yield file.problem((key,), problem.what, got=got, expected=expected, fix=problem.fix)
            continue
        if key == "trial" and path and "scenario" in read_yaml(path, name).value:
            what, fix = "a trial that makes its own pictures", "name one that selects 'datasets' and 'evaluation'"
            expected = "a trial over registered batches, to which every round adds its own"
            yield file.problem((key,), what, got=f"'{name}'", expected=expected, fix=fix)


def _unknown_tasks(file: YamlFile, entry: LoopFile, registry: Registry) -> Iterator[Problem]:
    tasks = list(registry.taxonomy.tasks)
    named = [(("tasks", index), task, False) for index, task in enumerate(entry.tasks)]
    for key in ("task_weights", "floors", "ceilings"):
        named += [((key, task), task, True) for task in getattr(entry, key)]
    for path, task, is_key in named:
        if task not in tasks:
            fix, expected = did_you_mean(task, tasks), f"one of {shorten(tasks)}"
            yield file.problem(path, f"unknown task '{task}'", key=is_key, expected=expected, fix=fix)
