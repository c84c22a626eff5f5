"""What a trial trains on, the same components compiled by each method, and what it evaluates on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unify.compiler import compile, plan
from unify.core.types import JsonObject
from unify.errors import DatasetError, Problem
from unify.files import write_whole
from unify.progress import Progress
from unify.registry.trial_objects import TrialConfig
from unify.scenarios import make_scenario

EVALUATION = "evaluation"


@dataclass(frozen=True)
class Compiled:
    """A unified dataset of the trial."""

    folder: Path
    manifest: JsonObject


@dataclass(frozen=True)
class TrialDatasets:
    """Everything a run reads.

    Attributes:
        methods: method -> what it made of the components.
        evaluation: the fully labeled pictures.
        split: their split.
    """

    methods: dict[str, Compiled]
    evaluation: Compiled
    split: str


@dataclass(frozen=True)
class _Components:
    workspace: Path
    datasets: tuple[str, ...]
    withheld: tuple[str, ...]
    evaluation: tuple[str, ...]


def compile_datasets(
    config: TrialConfig, workspace: Path | None, *, workers: int | None, executor: str, progress: Progress
) -> TrialDatasets:
    """Make the scenario's pictures if there is one, and compile; what is there already is kept.

    Raises:
        UnifyError: anything is wrong with the batches, or a picture to evaluate on is one to train on.
    """
    parts = _components(config, workspace, workers, progress)
    selections = {
        method: [*parts.datasets, *(parts.withheld if method == "full" else ())] for method in config.methods
    } | {EVALUATION: parts.evaluation}
    everything = [*parts.datasets, *parts.withheld, *parts.evaluation]
    plan(
        _write_config(config, "everything", everything, "partial"),
        workspace=parts.workspace,
        workers=workers,
        progress=progress,
    )  # refuses pictures that are in two splits
    compiled = {}
    for name, batches in selections.items():
        report = compile(
            _write_config(config, name, batches, "naive" if name == "naive" else "partial"),
            workspace=parts.workspace,
            output=config.output / "datasets" / name,
            workers=workers,
            executor=executor,
            overwrite=True,  # the trial's own folder
            progress=progress,
        )
        compiled[name] = Compiled(report.output, report.manifest)
    evaluation = compiled.pop(EVALUATION)
    return TrialDatasets(compiled, evaluation, _only_split(evaluation, config))


def _components(config: TrialConfig, workspace: Path | None, workers: int | None, progress: Progress) -> _Components:
    if config.scenario is None:
        return _Components(workspace, config.datasets, config.withheld, config.evaluation)
    folder = config.output / "workspace"
    made = make_scenario(config.scenario, folder, workers=workers, progress=progress)
    return _Components(folder, made.datasets, made.withheld, made.evaluation)


def _write_config(config: TrialConfig, name: str, batches: Sequence[str], method: str) -> Path:
    """A compile config that a person can use again; returns its path."""
    path = config.output / "configs" / f"{name}.yaml"
    lines = [f"name: {config.name}-{name}", f"method: {method}", f"datasets: {json.dumps(list(batches))}"]
    write_whole(path, "\n".join([*lines, ""]).encode())
    return path


def _only_split(evaluation: Compiled, config: TrialConfig) -> str:
    splits = sorted(evaluation.manifest["splits"])
    if len(splits) != 1:
        fix = "give all of them one split in the registry, such as 'split: test'"
        got = f"the splits {', '.join(splits)}"
        raise DatasetError(Problem(config.where, "the batches of 'evaluation' are of several splits", got=got, fix=fix))
    return splits[0]


def partly_labeled(compiled: Compiled, split: str) -> list[str]:
    """Classes that are not labeled on every picture of a split: scores there rest on fewer pictures."""
    entry = compiled.manifest["splits"][split]
    return [name for name, of_class in entry["classes"].items() if of_class["labeled"] < entry["examples"]]
