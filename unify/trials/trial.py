"""The story of a trial: pictures → one dataset a method → a run for each method and seed → what they show."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from unify.compiler import default_workers
from unify.core.types import JsonObject
from unify.errors import RegistryError
from unify.executors import make_executor
from unify.executors.cores import shared_cores
from unify.files import write_whole
from unify.progress import Progress, Silent
from unify.registry.config import find_config
from unify.registry.load import load_registry
from unify.registry.trial_file import load_trial
from unify.registry.trial_objects import Digits, TrialConfig
from unify.request import open_workspace
from unify.staging import only_writer
from unify.trials.claim import MARK, claim, json_bytes, request_of
from unify.trials.datasets import TrialDatasets, compile_datasets, dataset_warnings
from unify.trials.plot import draw_plot
from unify.trials.requirements import check_installed
from unify.trials.run import RunJob, do_run, is_done, read_run, run_identity
from unify.trials.summary import summarize
from unify.trials.table import summary_lines

TRIAL = "trial.json"
PLOT = "trial.svg"
TABLE = "trial.txt"

_NEEDED = ("tensorflow", "pycocotools", "scipy", "matplotlib")


@dataclass(frozen=True)
class TrialReport:
    """What a trial found.

    Attributes:
        output: the trial's folder.
        content: ``trial.json``.
    """

    output: Path
    content: JsonObject

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know, one sentence each."""
        return tuple(self.content["warnings"])

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify trial``."""
        return {"output": str(self.output), **self.content}

    def lines(self) -> Iterator[str]:
        """The tables and what they show, as text."""
        yield from summary_lines(self.content)


def trial(
    config: str | os.PathLike[str],
    *,
    workspace: str | os.PathLike[str] | None = None,
    methods: Sequence[str] | None = None,
    seeds: int | None = None,
    output: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    executor: str = "local",
    ray_address: str | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> TrialReport:
    """Train the same detector on what each method makes of the same batches, and compare.

    Writes ``trial.json``, ``trial.txt`` and ``trial.svg`` into the output folder; beside them ``datasets/`` and
    ``configs/`` by method, and ``runs/<method>-<seed>/`` with the detector, its detections, losses and scores. What is
    finished is never done again: an interrupted trial resumes, and more methods or seeds only add their runs.

    The methods are ``naive``, ``partial``, ``hard``, ``soft``, ``full`` (all labels, also those withheld) and the
    config's own mixtures, a method for each task. What ``hard`` and ``soft`` fill in comes from the workspace's
    auto-labelers. A scenario has none: the trial trains a specialist for each task, on what the task labeled itself and
    with the trial's detector settings, and calibrates it on pictures of its own. That is done once; all seeds of all
    methods share those specialists.

    Args:
        config: a trial's YAML file, or its name under ``configs/``.
        workspace: folder that holds ``registry/``; the nearest one upwards by default. A scenario needs none.
        methods: take the place of the config's.
        seeds: how many, at least 3; take the place of the config's.
        output: takes the place of the config's.
        workers: runs at a time; as many as cores by default. As for `unify.compile`, a script that has TensorFlow
            loaded calls this under ``if __name__ == "__main__":``.
        executor: ``local`` or ``ray``.
        ray_address: of a Ray cluster, ``host:port`` or ``ray://host:10001``; ``RAY_ADDRESS`` or an own Ray by default.
        overwrite: replace runs of other settings in the output folder.
        progress: told how the work goes.

    Raises:
        UnifyError: anything is wrong with config, batches or pictures, training broke down, or a library is missing.
        OutputError: the output holds something else, another process writes it, or it cannot be written.
    """
    progress, workers = progress or Silent(), workers or default_workers()
    make_executor(executor, workers, ray_address=ray_address)  # a wrong one is said before any work
    root = _workspace(workspace)
    asked = load_trial(
        find_config(root or Path.cwd(), str(config)),
        load_registry(root) if root else None,
        output=Path(output) if output else None,
        seeds=seeds,
        methods=methods,
    )
    check_installed(*_NEEDED, *(["sklearn"] if _needs_sklearn(asked) else []))
    with only_writer(asked.output):
        overwrite = overwrite or not any(asked.output.glob("runs/*/run.json"))  # there is nothing to lose
        claim(asked, overwrite=overwrite)
        how = {"workers": workers, "executor": executor, "ray_address": ray_address, "progress": progress}
        datasets = compile_datasets(asked, root, overwrite=overwrite, **how)
        jobs = _jobs(asked, datasets)
        _do_runs(jobs, **how)
        report = TrialReport(asked.output, _content(asked, datasets, jobs))
        write_whole(asked.output / TRIAL, json_bytes(report.content))
        write_whole(asked.output / TABLE, "".join(f"{line}\n" for line in report.lines()).encode())
        draw_plot(report.content, asked.output / PLOT)
    return report


def _workspace(workspace: str | os.PathLike[str] | None) -> Path | None:
    try:
        return open_workspace(workspace)
    except RegistryError:
        return None


def _needs_sklearn(asked: TrialConfig) -> bool:
    """Digits are its handwriting; specialists are calibrated with it."""
    return isinstance(asked.scenario, Digits) or bool(asked.scenario and asked.auto_labeling)


def _jobs(asked: TrialConfig, datasets: TrialDatasets) -> list[RunJob]:
    """Seeds first: what an interrupted trial has finished is comparable."""
    digest = datasets.evaluation.manifest["digest"]
    return [
        RunJob(
            folder=asked.output / "runs" / f"{method}-{seed}",
            method=method,
            seed=seed,
            dataset=datasets.methods[method].output,
            evaluation=datasets.evaluation.output,
            split=datasets.split,
            settings=asked.detector,
            identity=run_identity(datasets.methods[method].manifest["digest"], digest, asked.detector, seed),
        )
        for seed in asked.seeds
        for method in asked.methods
    ]


def _do_runs(
    jobs: Sequence[RunJob], *, workers: int, executor: str, ray_address: str | None, progress: Progress
) -> None:
    waiting = [job for job in jobs if not is_done(job)]
    if waiting:
        steps = sum(job.settings.steps for job in waiting)
        tick = progress.stage(f"training {len(waiting)} of {len(jobs)} runs", steps, "steps")
        workers = min(workers, len(waiting))
        with shared_cores(workers), closing(make_executor(executor, workers, ray_address=ray_address)) as pool:
            for _ in pool.run(do_run, waiting, tick):
                pass


def _content(asked: TrialConfig, datasets: TrialDatasets, jobs: Sequence[RunJob]) -> JsonObject:
    ordered = sorted(jobs, key=lambda job: (asked.methods.index(job.method), job.seed))
    runs = [read_run(job) for job in ordered]
    manifests = {method: report.manifest for method, report in datasets.methods.items()}
    return {
        **MARK,
        "name": asked.name,
        "request": request_of(asked),
        "datasets": {method: manifest["digest"] for method, manifest in manifests.items()},
        "evaluation": datasets.evaluation.manifest["digest"],
        "mixtures": {name: asked.mixtures[name] for name in asked.methods if name in asked.mixtures},
        "specialists": {each.autolabeler: each.summary()["classes"] for each in datasets.specialists},
        "warnings": list(dataset_warnings(datasets)),
        "runs": [facts for _, facts in runs],
        **summarize([scores for scores, _ in runs], _auto_label_ratios(manifests), _labeled_shares(manifests)),
    }


def _auto_label_ratios(manifests: Mapping[str, JsonObject]) -> dict[str, dict[str, float]]:
    return {
        method: {name: entry["auto_label_ratio"] for name, entry in manifest["classes"].items()}
        for method, manifest in manifests.items()
    }


def _labeled_shares(manifests: Mapping[str, JsonObject]) -> dict[str, dict[str, float]]:
    trained = {method: manifest["splits"]["train"] for method, manifest in manifests.items()}
    return {
        method: {name: pictures["labeled"] / split["examples"] for name, pictures in split["classes"].items()}
        for method, split in trained.items()
    }
