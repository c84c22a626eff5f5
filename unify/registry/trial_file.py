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
    mixture_problems,
    seed_problems,
    source_problems,
    task_problems,
    validation_problems,
)
from unify.registry.trial_objects import (
    AUTO_LABELING,
    TRIAL_METHODS,
    Cut,
    DetectorSettings,
    Digits,
    Driving,
    Scenario,
    TrialConfig,
    digit_tasks,
    needs_specialists,
)
from unify.registry.yaml_source import YamlFile, read_yaml

if TYPE_CHECKING:
    from unify.registry.trial_schema import CutEntry, DetectorEntry, DigitsEntry, DrivingEntry, SourceEntry, TrialFile


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
    problems += [*_argument_problems(given, mixtures=_mixtures(file), full=_knows_all_labels(file))]
    problems += source_problems(file)
    chosen = tuple(methods or (_methods(file, entry) if entry else ()))
    problems += _entry_problems(file, entry, registry) if entry else []
    if entry and entry.scenario and entry.scenario.kind == "cut":
        problems += cut_problems(file, entry.scenario, files, files_needed=files_needed)
        filled = [name for name in chosen if needs_specialists(entry.mixtures.get(name, name))]
        problems += validation_problems(file, filled)
    if problems or entry is None:
        raise config_error(problems, shown)
    return TrialConfig(
        name=entry.name,
        methods=chosen,
        mixtures=entry.mixtures,
        seeds=_seeds(seeds or entry.seeds),
        detector=build_detector(entry.detector),
        output=Path(os.path.abspath(output or root / (entry.output or f"trials/{entry.name}"))),
        scenario=build_scenario(entry.scenario, files) if entry.scenario else None,
        datasets=tuple(entry.datasets),
        withheld=tuple(entry.withheld),
        evaluation=tuple(entry.evaluation),
        where=shown,
    )


def _argument_problems(given: Mapping[str, Any], *, mixtures: Sequence[str], full: bool) -> Iterator[Problem]:
    """What is wrong on the command line."""
    if given["methods"] is not None:
        at_option = partial(Problem, "--methods")
        yield from method_problems(given["methods"], lambda _: at_option, mixtures=mixtures, full=full)
        if not given["methods"]:
            expected = f"some of {', '.join((*TRIAL_METHODS, *mixtures))}"
            yield Problem("--methods", "no method is named", expected=expected)
    if given["seeds"] is not None:
        yield from seed_problems(given["seeds"], lambda _: partial(Problem, "--seeds"))


def _entry_problems(file: YamlFile, entry: TrialFile, registry: Registry | None) -> list[Problem]:
    """Of keys that an argument took the place of, the entry holds a default, in which nothing is wrong."""
    known = {"mixtures": _mixtures(file), "full": _knows_all_labels(file)}
    problems = [
        *method_problems(entry.methods, lambda index: partial(file.problem, ("methods", index)), **known),
        *mixture_problems(file, entry, _tasks(entry, registry)),
        *seed_problems(entry.seeds, lambda index: partial(file.problem, ("seeds", index))),
    ]
    if "scenario" not in file.value:
        problems += batch_problems(file, entry, registry)
    if entry.scenario and entry.scenario.kind in ("driving", "cut"):
        problems += task_problems(file, entry.scenario)
    return problems


def _knows_all_labels(file: YamlFile) -> bool:
    return "scenario" in file.value or "withheld" in file.value


def _mixtures(file: YamlFile) -> list[str]:
    """Their names, whatever else is wrong with the file."""
    written = file.value.get("mixtures")
    return list(map(str, written)) if isinstance(written, dict) else []


def _tasks(entry: TrialFile, registry: Registry | None) -> tuple[str, ...]:
    """The tasks of the trial; none where batches are selected outside of a workspace."""
    if entry.scenario is None:
        return tuple(registry.taxonomy.tasks) if registry else ()
    return tuple(digit_tasks(entry.scenario.tasks) if entry.scenario.kind == "digits" else entry.scenario.tasks)


def _methods(file: YamlFile, entry: TrialFile) -> Sequence[str]:
    """The file's, else all that is sure to be possible and every mixture; who fills batches in only a plan can tell."""
    if entry.methods:
        return entry.methods
    has_specialists = entry.scenario is not None and getattr(entry.scenario, "validation", True)
    possible = {"full": _knows_all_labels(file), **dict.fromkeys(AUTO_LABELING, has_specialists)}
    return (*(name for name in TRIAL_METHODS if possible.get(name, True)), *entry.mixtures)


def _seeds(written: int | Sequence[int]) -> tuple[int, ...]:
    return tuple(range(written) if isinstance(written, int) else written)


def build_detector(entry: DetectorEntry) -> DetectorSettings:
    """The settings of an entry without problems."""
    values = entry.model_dump()
    return DetectorSettings(**values | {"image_hw": tuple(values["image_hw"])})


def build_scenario(entry: DigitsEntry | DrivingEntry | CutEntry, files: Path) -> Scenario:
    """The scenario of an entry without problems; ``files`` is the folder that those of a cut are relative to."""
    values = entry.model_dump(exclude={"kind"})
    if entry.kind == "digits":
        return Digits(**values)
    values["tasks"] = {task: tuple(classes) for task, classes in entry.tasks.items()}
    if entry.kind == "driving":
        return Driving(**values | {"image_hw": tuple(entry.image_hw)})
    return Cut(**values | {part: _sources(getattr(entry, part), files) for part in ("train", "validation", "test")})


def _sources(entries: Sequence[SourceEntry], files: Path) -> tuple[tuple[Path, Path], ...]:
    return tuple(
        (Path(os.path.abspath(files / each.annotations)), Path(os.path.abspath(files / each.images)))
        for each in entries
    )
