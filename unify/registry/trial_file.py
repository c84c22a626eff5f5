"""Trials: ``configs/trials/*.yaml`` to `TrialConfig`, every reference resolved."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unify.errors import Problem, RegistryError
from unify.registry.config import config_error, shown_path
from unify.registry.objects import Registry
from unify.registry.shape import check_shape
from unify.registry.trial_checks import (
    batch_problems,
    cut_problems,
    method_problems,
    seed_problems,
    source_problems,
    task_problems,
)
from unify.registry.trial_objects import (
    TRIAL_METHODS,
    Cut,
    DetectorSettings,
    Digits,
    Driving,
    Scenario,
    TrialConfig,
)
from unify.registry.yaml_source import YamlFile, read_yaml

if TYPE_CHECKING:
    from unify.registry.trial_schema import CutEntry, DigitsEntry, DrivingEntry, SourceEntry, TrialFile


def load_trial(
    path: Path,
    registry: Registry | None,
    *,
    output: Path | None = None,
    seeds: int | None = None,
    methods: Sequence[str] | None = None,
    files_needed: bool = True,
) -> TrialConfig:
    """Reads and checks a trial.

    Args:
        path: the config; it may lie outside the workspace.
        registry: the workspace's registry, or None outside of one, where only a scenario can be tried. The output is
            relative to the workspace, else to the current folder; the files of a ``cut`` are relative to the
            workspace, else to the config's folder.
        output: takes the place of the file's ``output``; relative to the current folder.
        seeds: takes the place of the file's ``seeds``: how many, at least 3.
        methods: takes the place of the file's ``methods``.
        files_needed: whether files of a ``cut`` that are not there are a problem: they are, to run it.

    Raises:
        RegistryError: every problem of the config.
    """
    from unify.registry.trial_schema import trial_model

    root = registry.workspace if registry else Path.cwd()
    shown = shown_path(path, root)
    try:
        file = read_yaml(path, shown)
    except RegistryError as error:
        raise config_error(list(error.problems), shown) from error
    given = {"methods": methods, "seeds": seeds}
    asked = replace(file, value={key: value for key, value in file.value.items() if given.get(key) is None})
    files = root if registry else path.absolute().parent
    model = trial_model(file.value.get("scenario"))
    entry, problems = check_shape(asked, model)
    if entry is None:  # a wrong name must not hide what is wrong elsewhere
        entry, _ = check_shape(replace(asked, value=asked.value | {"name": "unnamed"}), model)
    problems += [*_argument_problems(given, full=_knows_all_labels(file)), *source_problems(file)]
    problems += _entry_problems(file, entry, registry) if entry else []
    if entry and entry.scenario and entry.scenario.kind == "cut":
        problems += cut_problems(file, entry.scenario, files, files_needed=files_needed)
    if problems or entry is None:
        raise config_error(problems, shown)
    return TrialConfig(
        name=entry.name,
        methods=tuple(methods or entry.methods or _default_methods(file)),
        seeds=_seeds(seeds or entry.seeds),
        detector=_detector(entry),
        output=Path(os.path.abspath(output or root / (entry.output or f"trials/{entry.name}"))),
        scenario=_scenario(entry.scenario, files) if entry.scenario else None,
        datasets=tuple(entry.datasets),
        withheld=tuple(entry.withheld),
        evaluation=tuple(entry.evaluation),
        where=shown,
    )


def _argument_problems(given: Mapping[str, Any], *, full: bool) -> Iterator[Problem]:
    """What is wrong on the command line."""
    if given["methods"] is not None:
        yield from method_problems(given["methods"], lambda _: partial(Problem, "--methods"), full=full)
        if not given["methods"]:
            yield Problem("--methods", "no method is named", expected=f"some of {', '.join(TRIAL_METHODS)}")
    if given["seeds"] is not None:
        yield from seed_problems(given["seeds"], lambda _: partial(Problem, "--seeds"))


def _entry_problems(file: YamlFile, entry: TrialFile, registry: Registry | None) -> list[Problem]:
    """Of keys that an argument took the place of, the entry holds a default, in which nothing is wrong."""
    full = _knows_all_labels(file)
    problems = [
        *method_problems(entry.methods, lambda index: partial(file.problem, ("methods", index)), full=full),
        *seed_problems(entry.seeds, lambda index: partial(file.problem, ("seeds", index))),
    ]
    if "scenario" not in file.value:
        problems += batch_problems(file, entry, registry)
    if entry.scenario and entry.scenario.kind in ("driving", "cut"):
        problems += task_problems(file, entry.scenario)
    return problems


def _knows_all_labels(file: YamlFile) -> bool:
    return "scenario" in file.value or "withheld" in file.value


def _default_methods(file: YamlFile) -> tuple[str, ...]:
    return TRIAL_METHODS if _knows_all_labels(file) else tuple(name for name in TRIAL_METHODS if name != "full")


def _seeds(written: int | Sequence[int]) -> tuple[int, ...]:
    return tuple(range(written) if isinstance(written, int) else written)


def _detector(entry: TrialFile) -> DetectorSettings:
    values = entry.detector.model_dump()
    return DetectorSettings(**values | {"image_hw": tuple(values["image_hw"])})


def _scenario(entry: DigitsEntry | DrivingEntry | CutEntry, files: Path) -> Scenario:
    values = entry.model_dump(exclude={"kind"})
    if entry.kind == "digits":
        return Digits(**values)
    values["tasks"] = {task: tuple(classes) for task, classes in entry.tasks.items()}
    if entry.kind == "driving":
        return Driving(**values | {"image_hw": tuple(entry.image_hw)})
    return Cut(**values | {"train": _sources(entry.train, files), "test": _sources(entry.test, files)})


def _sources(entries: Sequence[SourceEntry], files: Path) -> tuple[tuple[Path, Path], ...]:
    return tuple(
        (Path(os.path.abspath(files / each.annotations)), Path(os.path.abspath(files / each.images)))
        for each in entries
    )
