"""``unify.simulate``: pictures → what all strategies share → a path for each strategy and seed → what they show."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from unify.compiler import compile
from unify.core.types import JsonObject
from unify.errors import OutputError, Problem, RegistryError
from unify.executors import make_executor
from unify.executors.cores import shared_cores
from unify.files import TEMPORARY, write_whole
from unify.progress import Progress, Silent
from unify.registry.config import find_config
from unify.registry.simulation_file import load_simulation
from unify.registry.simulation_objects import SimulationConfig
from unify.request import default_workers, open_workspace
from unify.scenarios import make_scenario
from unify.scenarios.batches import TEST
from unify.simulating.classroom import EVERYTHING
from unify.simulating.curves import summarize, summary_lines
from unify.simulating.path import FULL, PathJob, follow_paths, path_identity, read_path
from unify.simulating.plot import draw_curves
from unify.simulating.strategies import check_strategy
from unify.staging import only_writer
from unify.trials.requirements import check_installed

RESULT, TABLE, PLOT = "simulation.json", "simulation.txt", "simulation.svg"
MARK = {"format": "unify-simulation", "version": 1}
_NEEDED = ("tensorflow", "pycocotools", "scipy", "sklearn", "matplotlib")


@dataclass(frozen=True)
class SimulationReport:
    """What a simulation found.

    Attributes:
        output: the simulation's folder.
        content: ``simulation.json``.
    """

    output: Path
    content: JsonObject

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify simulate``."""
        return {"output": str(self.output), **self.content}

    def lines(self) -> Iterator[str]:
        """The tables as text."""
        yield from summary_lines(self.content)


def simulate(
    config: str | os.PathLike[str],
    *,
    workspace: str | os.PathLike[str] | None = None,
    strategies: Sequence[str] | None = None,
    output: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> SimulationReport:
    """Follow strategies of labeling on pictures whose truth is known, and compare what they reach at what cost.

    Every strategy starts from the same few labels a task. Round by round it asks as much as the budget allows, the
    truth answers, and a detector is trained anew on all that is labeled, by the method ``partial``, and scored on the
    test pictures. Writes ``simulation.json``, ``simulation.txt`` and ``simulation.svg``. What is finished is never
    done again; more strategies or seeds only add theirs.

    Args:
        config: a simulation's YAML file, or its name under ``configs/``.
        workspace: folder that holds ``registry/``; the nearest one upwards by default, and none is needed.
        strategies: take the place of the config's.
        output: takes the place of the config's.
        workers: seeds at a time; as many as cores by default. As for `unify.compile`, a script that has TensorFlow
            loaded calls this under ``if __name__ == "__main__":``.
        progress: told how the work goes.

    Raises:
        UnifyError: anything is wrong with config or pictures, training broke down, or a library is missing.
        OutputError: the output holds something else, is in use, or cannot be written.
    """
    progress, workers = progress or Silent(), workers or default_workers()
    root = _workspace(workspace)
    asked = load_simulation(find_config(root or Path.cwd(), str(config)), root)
    chosen = tuple(strategies or asked.strategies)
    folder = Path(os.path.abspath(output)) if output else asked.output
    for each in chosen:
        check_strategy(each)
    check_installed(*_NEEDED)
    with only_writer(folder):
        _claim(folder)
        jobs = _jobs(asked, chosen, folder, _share(asked, folder, workers, progress))
        _follow(jobs, workers, progress)
        paths = {name: {job.seed: read_path(job, name) for job in jobs} for name in (FULL, *chosen)}
        content = {**MARK, "name": asked.name, "request": _request(asked), **summarize(paths.pop(FULL), paths)}
        report = SimulationReport(folder, content)
        write_whole(folder / RESULT, (json.dumps(content, indent=1, allow_nan=False) + "\n").encode())
        write_whole(folder / TABLE, "".join(f"{line}\n" for line in report.lines()).encode())
        draw_curves(content, folder / PLOT)
    return report


def _workspace(workspace: str | os.PathLike[str] | None) -> Path | None:
    try:
        return open_workspace(workspace)
    except RegistryError:
        return None


def _claim(folder: Path) -> None:
    """Make the folder ours. Raises OutputError where it holds something else."""
    mark = folder / "mark.json"
    if folder.exists() and not mark.exists() and any(TEMPORARY not in path.name for path in folder.iterdir()):
        what, fix = "the output holds something that is no simulation", "choose another --output"
        raise OutputError(Problem(str(folder), what, fix=fix))
    write_whole(mark, json.dumps(MARK).encode())


def _share(asked: SimulationConfig, folder: Path, workers: int, progress: Progress) -> dict[str, str]:
    """Make the scenario and compile what all strategies share: dataset -> digest."""
    workspace = folder / "workspace"
    made = make_scenario(asked.scenario, workspace, workers=workers, progress=progress)
    selections = {EVERYTHING: (*made.datasets, *made.withheld), TEST: made.evaluation}
    digests = {}
    for name, refs in selections.items():
        path = workspace / f"configs/{name}.yaml"
        write_whole(path, f"name: {name}\nmethod: partial\ndatasets: {json.dumps(list(refs))}\n".encode())
        output = folder / "datasets" / name
        report = compile(path, workspace=workspace, output=output, workers=workers, overwrite=True, progress=progress)
        digests[name] = report.manifest["digest"]
    return digests


def _jobs(asked: SimulationConfig, chosen: Sequence[str], folder: Path, digests: dict[str, str]) -> list[PathJob]:
    numbers = {"start": asked.start, "rounds": asked.rounds, "budget": asked.budget, "look": asked.look}
    identity = path_identity(digests, asked.detector, **numbers)
    return [
        PathJob(seed, folder, (FULL, *chosen), asked.detector, **numbers, identity=identity) for seed in asked.seeds
    ]


def _follow(jobs: Sequence[PathJob], workers: int, progress: Progress) -> None:
    waiting = []
    for job in jobs:
        missing = tuple(name for name in job.strategies if read_path(job, name) is None)
        waiting += [replace(job, strategies=missing)] if missing else []
    if waiting:
        steps = sum(job.trainings * job.settings.steps for job in waiting)
        tick = progress.stage(f"training {sum(job.trainings for job in waiting)} detectors", steps, "steps")
        workers = min(workers, len(waiting))
        with shared_cores(workers), closing(make_executor("local", workers)) as pool:
            for _ in pool.run(follow_paths, waiting, tick):
                pass


def _request(asked: SimulationConfig) -> JsonObject:
    kept = ("start", "rounds", "budget", "look")
    detector = {**asdict(asked.detector), "image_hw": list(asked.detector.image_hw)}
    return {"scenario": type(asked.scenario).__name__.lower(), "detector": detector} | {
        name: getattr(asked, name) for name in kept
    }
