"""What a trial trains on, the same components compiled by each method, and what it evaluates on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from unify.calibrating.report import CalibrationReport
from unify.compiler import CompileReport, compile, plan
from unify.errors import shorten
from unify.files import write_whole
from unify.progress import Progress
from unify.registry.trial_objects import OTHER_CONFIGS, TrialConfig
from unify.scenarios import ScenarioBatches, make_scenario
from unify.specialists import SpecialistTask, make_specialists

_SEED = 0  # of specialists: not the trial's, so that whoever adds seeds finds the same machine labels


@dataclass(frozen=True)
class TrialDatasets:
    """Everything that a run reads.

    Attributes:
        methods: method -> what it made of the components.
        evaluation: the fully labeled pictures, all of one split.
        specialists: how good those are that the trial trained itself; none over registered batches.
    """

    methods: Mapping[str, CompileReport]
    evaluation: CompileReport
    specialists: Sequence[CalibrationReport] = ()

    @property
    def split(self) -> str:
        """The split to evaluate on."""
        (split,) = self.evaluation.manifest["splits"]
        return split


def compile_datasets(
    config: TrialConfig,
    workspace: Path | None,
    *,
    workers: int,
    executor: str,
    overwrite: bool,
    progress: Progress,
    ray_address: str | None = None,
) -> TrialDatasets:
    """Make a scenario's pictures and, where a method needs them, specialists; compile. What is there already is kept.

    Args:
        config: the trial.
        workspace: of its batches; a scenario makes its own.
        workers: processes.
        executor: ``local`` or ``ray``.
        overwrite: replace datasets of other inputs.
        progress: told how the work goes.
        ray_address: see `unify.compile`.

    Raises:
        UnifyError: anything is wrong with the batches, or a picture to evaluate on is one to train on.
        OutputError: the inputs have changed since an earlier run, and ``overwrite`` is not given.
    """
    how = {"workers": workers, "executor": executor, "ray_address": ray_address, "progress": progress}
    made, specialists = None, []
    if config.scenario is not None:
        workspace = config.output / "workspace"
        made = make_scenario(config.scenario, workspace, workers=workers, progress=progress)
        config = replace(config, datasets=made.datasets, withheld=made.withheld, evaluation=made.evaluation)
    everything = [*config.datasets, *config.withheld, *(made.validation if made else ()), *config.evaluation]
    # Refuses a picture in two splits.
    plan(_write_config(config, "everything", everything), workspace=workspace, workers=workers, progress=progress)
    if made and config.auto_labeling:
        specialists = make_specialists(workspace, _specialist_tasks(made), config.detector, seed=_SEED, **how)
    selections = {method: _selection(config, method) for method in config.methods} | {"evaluation": config.evaluation}
    reports = {
        name: compile(
            _write_config(config, name, batches),
            workspace=workspace,
            output=config.output / "datasets" / name,
            overwrite=overwrite,
            **how,
        )
        for name, batches in selections.items()
    }
    return TrialDatasets(evaluation=reports.pop("evaluation"), methods=reports, specialists=specialists)


def _specialist_tasks(made: ScenarioBatches) -> list[SpecialistTask]:
    """Every task's specialist learns from what the task labeled, and from nothing else."""
    validation = {_task_of(ref): ref for ref in made.validation}
    return [SpecialistTask(_task_of(ref), (ref,), (validation[_task_of(ref)],)) for ref in made.datasets]


def _task_of(ref: str) -> str:
    return ref.partition(":")[0]


def _selection(config: TrialConfig, method: str) -> tuple[str, ...]:
    return (*config.datasets, *config.withheld) if method == "full" else config.datasets


def _write_config(config: TrialConfig, name: str, batches: Sequence[str]) -> Path:
    """A compile config that a person can use again; returns its path."""
    path = config.output / "configs" / f"{name}.yaml"
    method = "partial" if name in OTHER_CONFIGS else config.method_in(name)
    lines = [f"name: {name}", f"method: {json.dumps(method)}", f"datasets: {json.dumps(list(batches))}"]
    write_whole(path, "\n".join([*lines, ""]).encode())
    return path


def dataset_warnings(datasets: TrialDatasets) -> Iterator[str]:
    """What a person should know before believing a comparison, one sentence each."""
    # That naive is wrong is why it is there.
    own = (text for method, report in datasets.methods.items() if method != "naive" for text in report.warnings)
    yield from dict.fromkeys(own)
    yield from (f"evaluation: {text}" for text in datasets.evaluation.warnings)
    examples = {name: report.manifest["splits"]["train"]["examples"] for name, report in datasets.methods.items()}
    if len(set(examples.values())) > 1:
        counts = ", ".join(f"{name} {count:,}" for name, count in examples.items())
        yield f"the methods are trained on different numbers of pictures: {counts}"
    evaluated = datasets.evaluation.manifest["splits"][datasets.split]
    partly = [
        name
        for name, pictures in evaluated["classes"].items()
        if pictures["labeled"] < evaluated["examples"] > pictures["unknown"]
    ]
    if partly:
        yield f"evaluation: not labeled on every picture, and scored only where they are: {shorten(partly)}"
