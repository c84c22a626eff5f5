"""The story of a trial: pictures → one dataset a method → a run for each method and seed → what they show."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from unify.compiler import default_workers
from unify.core.types import JsonObject
from unify.errors import OutputError, Problem, RegistryError
from unify.executors import make_executor
from unify.files import write_whole
from unify.progress import Progress, Silent
from unify.registry.config import find_config
from unify.registry.load import find_workspace, load_registry
from unify.registry.trial_file import load_trial
from unify.registry.trial_objects import TrialConfig
from unify.staging import only_writer
from unify.trials.datasets import TrialDatasets, compile_datasets, partly_labeled
from unify.trials.plot import draw_plot
from unify.trials.requirements import check_installed
from unify.trials.run import RunJob, do_run, is_done, read_run, run_identity
from unify.trials.summary import summarize
from unify.trials.table import summary_lines

TRIAL = "trial.json"
PLOT = "trial.svg"
TABLE = "trial.txt"
FORMAT = "unify-trial"
VERSION = 1

_REQUEST = "request.json"


@dataclass(frozen=True)
class TrialReport:
    """What a trial found.

    Attributes:
        output: the trial's folder.
        content: ``trial.json``.
        warnings: what a person should know, one sentence each.
    """

    output: Path
    content: JsonObject
    warnings: tuple[str, ...]

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify trial``."""
        return self.content

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
    overwrite: bool = False,
    progress: Progress | None = None,
) -> TrialReport:
    """Train the same detector on what each method makes of the same batches, and compare.

    Writes ``trial.json``, ``trial.txt`` and ``trial.svg`` into the output folder; beside them ``datasets/`` and
    ``configs/`` by method, and ``runs/<method>-<seed>/`` with the detector, its detections, losses and scores. What is
    finished is never done again: an interrupted trial resumes, and more methods or seeds only add their runs.

    Args:
        config: a trial's YAML file, or its name under ``configs/``.
        workspace: folder that holds ``registry/``; the nearest one upwards by default. A scenario needs none.
        methods, seeds, output: take the place of the config's.
        workers: runs at a time; as many as cores by default.
        executor: ``local`` or ``ray``.
        overwrite: replace a trial of other settings in the output folder.
        progress: told how the work goes.

    Raises:
        UnifyError: anything is wrong with config, batches or pictures, or a library is missing.
        OutputError: the output folder holds something else, or another process works in it.
    """
    check_installed("tensorflow", "pycocotools", "scipy", "matplotlib")
    progress, workers = progress or Silent(), workers or default_workers()
    root = _workspace(workspace)
    asked = load_trial(
        find_config(root or Path.cwd(), str(config)),
        load_registry(root) if root else None,
        output=Path(output) if output else None,
        seeds=seeds,
        methods=methods,
    )
    with only_writer(asked.output):
        _claim(asked, overwrite)
        datasets = compile_datasets(asked, root, workers=workers, executor=executor, progress=progress)
        jobs = _jobs(asked, datasets)
        _do_runs(jobs, workers, executor, progress)
        content = _content(asked, datasets, jobs)
        report = TrialReport(asked.output, content, tuple(_warnings(datasets)))
        write_whole(asked.output / TRIAL, _json(content))
        write_whole(asked.output / TABLE, "".join(f"{line}\n" for line in report.lines()).encode())
        draw_plot(content, asked.output / PLOT)
    return report


def _workspace(workspace: str | os.PathLike[str] | None) -> Path | None:
    if workspace:
        return Path(workspace).resolve()
    with suppress(RegistryError):
        return find_workspace(Path.cwd())
    return None


def _request(asked: TrialConfig) -> JsonObject:
    """The settings that all runs of a folder share; methods and seeds may be added later."""
    entry = asdict(asked)
    kept = {key: entry[key] for key in ("name", "detector", "scenario", "datasets", "withheld", "evaluation")}
    return json.loads(json.dumps(kept | {"kind": type(asked.scenario).__name__}, default=str))


def _claim(asked: TrialConfig, overwrite: bool) -> None:
    """Make the output this trial's folder.

    Raises:
        OutputError: it is not a trial's, or another trial's.
    """
    path, request = asked.output / _REQUEST, _request(asked)
    if asked.output.exists() and any(asked.output.iterdir()):
        if not path.is_file():
            what, fix = "the output folder holds something that is no trial", "choose another --output"
            raise OutputError(Problem(str(asked.output), what, fix=fix))
        if json.loads(path.read_bytes()) != request and not overwrite:
            what = "the output folder holds a trial of other settings"
            fix = "choose another --output, or pass --overwrite; runs that are still right are kept"
            raise OutputError(Problem(str(asked.output), what, fix=fix))
    write_whole(path, _json(request))


def _jobs(asked: TrialConfig, datasets: TrialDatasets) -> list[RunJob]:
    """Seeds first: what an interrupted trial has finished is comparable."""
    digest = datasets.evaluation.manifest["digest"]
    return [
        RunJob(
            folder=asked.output / "runs" / f"{method}-{seed}",
            method=method,
            seed=seed,
            dataset=datasets.methods[method].folder,
            evaluation=datasets.evaluation.folder,
            split=datasets.split,
            settings=asked.detector,
            identity=run_identity(datasets.methods[method].manifest["digest"], digest, asked.detector, seed),
        )
        for seed in asked.seeds
        for method in asked.methods
    ]


def _do_runs(jobs: Sequence[RunJob], workers: int, executor: str, progress: Progress) -> None:
    waiting = [job for job in jobs if not is_done(job)]
    if waiting:
        steps = sum(job.settings.steps for job in waiting)
        tick = progress.stage(f"training {len(waiting)} of {len(jobs)} runs", steps, "steps")
        for _ in make_executor(executor, min(workers, len(waiting))).run(do_run, waiting, tick):
            pass


def _content(asked: TrialConfig, datasets: TrialDatasets, jobs: Sequence[RunJob]) -> JsonObject:
    ordered = sorted(jobs, key=lambda job: (asked.methods.index(job.method), job.seed))
    runs = [read_run(job) for job in ordered]
    manifests = {method: compiled.manifest for method, compiled in datasets.methods.items()}
    ratios = {method: _of_classes(manifest, "auto_label_ratio") for method, manifest in manifests.items()}
    return {
        "format": FORMAT,
        "version": VERSION,
        "request": _request(asked),
        "datasets": {method: manifest["digest"] for method, manifest in manifests.items()},
        "evaluation": datasets.evaluation.manifest["digest"],
        "runs": [facts for _, facts in runs],
        **summarize([scores for scores, _ in runs], ratios, _labeled_shares(manifests)),
    }


def _of_classes(manifest: JsonObject, key: str) -> dict[str, float]:
    return {name: entry[key] for name, entry in manifest["classes"].items()}


def _labeled_shares(manifests: dict[str, JsonObject]) -> dict[str, dict[str, float]]:
    return {
        method: {
            name: entry["labeled"] / manifest["splits"]["train"]["examples"]
            for name, entry in manifest["splits"]["train"]["classes"].items()
        }
        for method, manifest in manifests.items()
    }


def _warnings(datasets: TrialDatasets) -> Iterator[str]:
    partly = partly_labeled(datasets.evaluation, datasets.split)
    if partly:
        yield f"not labeled on every picture of the evaluation, so scored on those where they are: {', '.join(partly)}"


def _json(value: JsonObject) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
