"""Compile requests: ``configs/*.yaml`` to `CompileConfig`, every reference resolved."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unify.core.types import BatchRef, Method
from unify.errors import Problem, RegistryError, did_you_mean, shorten
from unify.registry.autolabeler_file import selection_problems
from unify.registry.choices import resolve_choices
from unify.registry.dataset_file import unknown_task
from unify.registry.fill_rule import describe_unfilled, unfilled_classes
from unify.registry.objects import Batch, CompileConfig, ExecutorChoice, Registry
from unify.registry.selection import batch_names, parse_selection
from unify.registry.shape import check_shape
from unify.registry.wording import count
from unify.registry.yaml_source import YamlFile, read_yaml
from unify.registry.yaml_text import in_order

if TYPE_CHECKING:
    from unify.registry.schema import ConfigFile, ExecutorEntry

DEFAULT = "default"


def find_config(workspace: Path, text: str) -> Path:
    """The config that a person means: a path from here or from the workspace, or a name under ``configs/``.

    Raises:
        RegistryError: there is none.
    """
    for path in (Path(text), workspace / text, workspace / "configs" / f"{text}.yaml"):
        if path.is_file():
            return Path(os.path.abspath(path))
    folder = workspace / "configs"
    names = sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.yaml"))
    near = did_you_mean(Path(text).stem, names)
    expected = f"a file, or one of {shorten(names)} (configs/)" if names else "a file"
    raise RegistryError(Problem(text, "no such config", expected=expected, fix=near or "check the path"))


def load_config(
    path: Path,
    registry: Registry,
    *,
    method: str | None = None,
    output: Path | None = None,
    seed: int | None = None,
) -> CompileConfig:
    """Reads and checks a compile request.

    Args:
        path: the config; it may lie outside the workspace.
        registry: the workspace's registry.
        method: takes the place of the file's ``method``, for every task.
        output: takes the place of the file's ``output``; relative to the current folder, whereas the file's own is
            relative to the workspace.
        seed: takes the place of the file's ``seed``; 0 or more.

    Raises:
        RegistryError: every problem of the config.
    """
    from unify.registry.schema import ConfigFile

    arguments = {"method": method, "output": None if output is None else os.path.abspath(output), "seed": seed}
    given = {key: value for key, value in arguments.items() if value is not None}
    problems = _argument_problems(given)
    shown = shown_path(path, registry.workspace)
    try:
        file = read_yaml(path, shown)
    except RegistryError as error:
        raise config_error([*problems, *error.problems], shown) from error
    valid = {} if problems else given
    entry, wrong = check_shape(replace(file, value=file.value | valid), ConfigFile)
    problems.extend(wrong)
    config = _build(file, entry, registry, problems) if entry is not None else None
    if config is None or problems:
        raise config_error(problems, shown)
    return config


def _build(file: YamlFile, entry: ConfigFile, registry: Registry, problems: list[Problem]) -> CompileConfig:
    methods = _methods(file, entry.method, registry, problems)
    batches = _batches(file, entry.datasets, registry, problems)
    autolabelers = resolve_choices(file, entry.autolabelers, registry, problems)
    # Only of a config that is right so far: a misspelt auto-labeler would be reported as missing a second time.
    if not problems and entry.on_missing == "error":
        unfilled = unfilled_classes(registry, methods, batches, autolabelers, entry.auto_label_splits)
        problems.extend([_unfilled(file, unfilled, registry)] if unfilled else [])
    return CompileConfig(
        name=entry.name,
        methods=methods,
        batches=batches,
        autolabelers=autolabelers,
        output=Path(os.path.abspath(registry.workspace / (entry.output or f"unified/{entry.name}"))),
        seed=entry.seed,
        shard_size_mb=entry.shard_size_mb,
        auto_label_splits=tuple(entry.auto_label_splits),
        ignore_zone=entry.ignore_zone,
        on_missing=entry.on_missing,
        executor=_executor(entry.executor),
        where=file.shown,
        datasets_where=file.where(("datasets",), key=True),
    )


def _methods(
    file: YamlFile, written: str | Mapping[str, str], registry: Registry, problems: list[Problem]
) -> dict[str, Method]:
    tasks = registry.taxonomy.tasks
    if isinstance(written, str):
        return dict.fromkeys(tasks, Method(written))
    for task in written:
        if task not in tasks and task != DEFAULT:
            problems.append(unknown_task(file, ("method", task), task, registry.taxonomy, key=True))
    default = written.get(DEFAULT, Method.PARTIAL)
    return {task: Method(written.get(task, default)) for task in tasks}


def _executor(written: str | ExecutorEntry) -> ExecutorChoice:
    return ExecutorChoice(written) if isinstance(written, str) else ExecutorChoice(**written.model_dump())


def _batches(file: YamlFile, selections: list[str], registry: Registry, problems: list[Problem]) -> tuple[Batch, ...]:
    known = batch_names(registry.taxonomy.tasks, registry.batches)
    chosen: dict[BatchRef, str] = {}
    for index, text in enumerate(selections):
        path = ("datasets", index)
        wrong = list(selection_problems(file, path, text, known))
        problems.extend(wrong)
        for ref in () if wrong else parse_selection(text, known):
            if ref in chosen:
                fix = f"select it once; '{chosen[ref]}' selects it too"
                problems.append(file.problem(path, f"batch '{ref}' is selected twice", got=f"'{text}'", fix=fix))
            chosen.setdefault(ref, text)
    return tuple(registry.batches[ref] for ref in chosen)


def _unfilled(file: YamlFile, unfilled: Mapping[BatchRef, tuple[str, ...]], registry: Registry) -> Problem:
    tasks = {registry.taxonomy.task_of[name]: None for names in unfilled.values() for name in names}
    add = f"add an auto-labeler for {', '.join(tasks)}"
    return file.problem(
        ("datasets",),
        "classes would stay unfilled: no auto-labeler of this config finds them",
        key=True,
        got=describe_unfilled(unfilled),
        expected="an auto-labeler for every class of a task with method hard or soft that a selected batch lacks",
        fix=f"{add}, or write 'on_missing: mask', which leaves those classes unknown",
    )


def _argument_problems(given: Mapping[str, Any]) -> list[Problem]:
    problems = []
    known = [method.value for method in Method]
    if given.get("method", known[0]) not in known:
        got = f"'{given['method']}'"
        fix = did_you_mean(given["method"], known)
        problems.append(Problem("--method", "unknown method", got=got, expected=f"one of {', '.join(known)}", fix=fix))
    if given.get("seed", 0) < 0:
        problems.append(Problem("--seed", "wrong value", got=str(given["seed"]), expected="0 or more"))
    return problems


def shown_path(path: Path, workspace: Path) -> str:
    """How messages name a config: as seen from the workspace where it lies inside."""
    absolute = Path(os.path.abspath(path))
    inside = absolute.is_relative_to(workspace)
    return (absolute.relative_to(workspace) if inside else absolute).as_posix()


def config_error(problems: list[Problem], shown: str) -> RegistryError:
    """Every problem of a config, in its order."""
    return RegistryError(
        in_order(problems), summary=f"{count(len(problems), 'problem')} in {shown}; nothing was changed."
    )
