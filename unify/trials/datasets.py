"""What a trial trains on, the same components compiled by each method, and what it evaluates on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from unify.compiler import CompileReport, compile, plan
from unify.errors import shorten
from unify.files import write_whole
from unify.progress import Progress
from unify.registry.trial_objects import TrialConfig
from unify.scenarios import make_scenario


@dataclass(frozen=True)
class TrialDatasets:
    """Everything that a run reads.

    Attributes:
        methods: method -> what it made of the components.
        evaluation: the fully labeled pictures, all of one split.
    """

    methods: Mapping[str, CompileReport]
    evaluation: CompileReport

    @property
    def split(self) -> str:
        """The split to evaluate on."""
        (split,) = self.evaluation.manifest["splits"]
        return split


def compile_datasets(
    config: TrialConfig, workspace: Path | None, *, workers: int, executor: str, overwrite: bool, progress: Progress
) -> TrialDatasets:
    """Make the scenario's pictures if there is one, and compile; what is there already is kept.

    Args:
        config: the trial.
        workspace: of its batches; a scenario makes its own.
        workers: processes.
        executor: ``local`` or ``ray``.
        overwrite: replace datasets of other inputs.
        progress: told how the work goes.

    Raises:
        UnifyError: anything is wrong with the batches, or a picture to evaluate on is one to train on.
        OutputError: the inputs have changed since an earlier run, and ``overwrite`` is not given.
    """
    if config.scenario is not None:
        workspace = config.output / "workspace"
        made = make_scenario(config.scenario, workspace, workers=workers, progress=progress)
        config = replace(config, datasets=made.datasets, withheld=made.withheld, evaluation=made.evaluation)
    selections = {method: _selection(config, method) for method in config.methods} | {"evaluation": config.evaluation}
    everything = _write_config(config, "everything", [*config.datasets, *config.withheld, *config.evaluation])
    plan(everything, workspace=workspace, workers=workers, progress=progress)  # refuses a picture in two splits
    reports = {
        name: compile(
            _write_config(config, name, batches),
            workspace=workspace,
            output=config.output / "datasets" / name,
            workers=workers,
            executor=executor,
            overwrite=overwrite,
            progress=progress,
        )
        for name, batches in selections.items()
    }
    return TrialDatasets(evaluation=reports.pop("evaluation"), methods=reports)


def _selection(config: TrialConfig, method: str) -> tuple[str, ...]:
    return (*config.datasets, *config.withheld) if method == "full" else config.datasets


def _write_config(config: TrialConfig, name: str, batches: Sequence[str]) -> Path:
    """A compile config that a person can use again; returns its path."""
    path = config.output / "configs" / f"{name}.yaml"
    method = "naive" if name == "naive" else "partial"
    lines = [f"name: {name}", f"method: {method}", f"datasets: {json.dumps(list(batches))}"]
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
