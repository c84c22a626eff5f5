"""Simulations: ``configs/simulations/*.yaml`` to `SimulationConfig`."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from unify.errors import Problem, RegistryError
from unify.registry.config import config_error, shown_path
from unify.registry.shape import check_shape
from unify.registry.simulation_objects import SimulationConfig
from unify.registry.trial_checks import cut_problems, seed_problems, task_problems
from unify.registry.trial_file import build_detector, build_scenario
from unify.registry.trial_objects import Cut, Scenario
from unify.registry.yaml_source import YamlFile, read_yaml

if TYPE_CHECKING:
    from unify.registry.simulation_schema import SimulationFile


def load_simulation(path: Path, workspace: Path | None, *, files_needed: bool = True) -> SimulationConfig:
    """Reads and checks a simulation.

    Args:
        path: the config.
        workspace: folder that the output and the files of a ``cut`` are relative to; outside of a workspace it is the
            current folder for the output, and the config's folder for the files.
        files_needed: whether files of a ``cut`` that are not there are a problem: they are, to run it.

    Raises:
        RegistryError: every problem of the config.
    """
    from unify.registry.simulation_schema import SimulationFile

    root, files = workspace or Path.cwd(), workspace or path.absolute().parent
    shown = shown_path(path, root)
    try:
        file = read_yaml(path, shown)
    except RegistryError as error:
        raise config_error(list(error.problems), shown) from error
    entry, problems = check_shape(file, SimulationFile)
    problems += _problems(file, entry, files, files_needed) if entry else []
    if problems or entry is None:
        raise config_error(problems, shown)
    return SimulationConfig(
        name=entry.name,
        scenario=_without_validation(build_scenario(entry.scenario, files)),
        detector=build_detector(entry.detector),
        output=Path(os.path.abspath(root / (entry.output or f"simulations/{entry.name}"))),
        start=entry.start,
        rounds=entry.rounds,
        budget=entry.budget,
        look=entry.look,
        strategies=tuple(entry.strategies),
        seeds=tuple(range(entry.seeds) if isinstance(entry.seeds, int) else entry.seeds),
        where=shown,
    )


def _without_validation(scenario: Scenario) -> Scenario:
    """Strategies know answers to what they asked alone: such pictures would be drawn or read for nothing."""
    return replace(scenario, validation=() if isinstance(scenario, Cut) else 0)


def _problems(file: YamlFile, entry: SimulationFile, files: Path, files_needed: bool) -> list[Problem]:
    problems = list(seed_problems(entry.seeds, lambda index: partial(file.problem, ("seeds", index))))
    if entry.scenario.kind in ("driving", "cut"):
        problems += task_problems(file, entry.scenario)
    if entry.scenario.kind == "cut":
        problems += cut_problems(file, entry.scenario, files, files_needed=files_needed)
    for index, name in enumerate(entry.strategies):
        if name in entry.strategies[:index]:
            problems.append(file.problem(("strategies", index), f"strategy '{name}' is listed twice", fix="delete one"))
    return problems
