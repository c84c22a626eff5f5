"""What is to be ranked: the pictures of a config, or those that a unified dataset was made of."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from unify.core.types import BatchRef, JsonObject, Method
from unify.errors import Problem, RegistryError, did_you_mean
from unify.intake import take_in
from unify.planning.build import CompilePlan, build_plan
from unify.progress import Progress
from unify.records.manifest import MANIFEST_NAME, read_manifest
from unify.registry.choices import default_autolabeler
from unify.registry.find import find_version
from unify.registry.load import find_workspace, load_registry
from unify.registry.objects import AutoLabelerChoice, AutoLabelerVersion, Batch, CompileConfig, Registry
from unify.request import default_workers, open_workspace, prepare


@dataclass(frozen=True)
class Target:
    """Pictures, what people know of them, and the auto-labelers that may be asked.

    Attributes:
        name: as the person wrote it.
        registry: the workspace's registry.
        plan: the pictures and their states; nothing is filled.
        is_dataset: a unified dataset was named, not a config.
    """

    name: str
    registry: Registry
    plan: CompilePlan
    is_dataset: bool

    @property
    def config(self) -> CompileConfig:
        return self.plan.config

    @property
    def fill_command(self) -> str:
        """What a person types to have the auto-labelers asked about the rest."""
        if self.is_dataset:
            return "unify compile CONFIG --method soft, with a config of these batches"
        return f"unify compile {self.name} --method soft --output {self.config.output.name}-filled"


def open_target(
    target: str | os.PathLike,
    *,
    workspace: str | os.PathLike | None = None,
    on_error: str = "stop",
    workers: int | None = None,
    progress: Progress | None = None,
) -> Target:
    """Read all that a ranking needs of people's labels.

    Args:
        target: a config, or the folder of a unified dataset; then the batches and auto-labelers of its manifest.
        workspace: folder that holds ``registry/``; the nearest parent by default.
        on_error: ``stop``, or ``skip`` to leave bad pictures out.
        workers: threads that look at pictures; the cores by default.
        progress: told of the pictures looked at.

    Raises:
        UnifyError: anything is wrong with registry, config, manifest, annotations, pictures or lock.
    """
    folder, workers = _dataset_folder(target, workspace), workers or default_workers()
    if folder is None:
        request = prepare(target, workspace=workspace, on_error=on_error, workers=workers, progress=progress)
        return Target(os.fspath(target), request.registry, request.plan, is_dataset=False)
    registry = load_registry(open_workspace(workspace or find_workspace(folder.resolve())))
    config = _config_of(folder, read_manifest(folder), registry)
    read = take_in(registry, config.batches, on_error=on_error, workers=workers, progress=progress)
    plan = build_plan(config, registry.taxonomy, [each.labels for each in read])
    return Target(os.fspath(target), registry, plan, is_dataset=True)


def _dataset_folder(target: str | os.PathLike, workspace: str | os.PathLike | None) -> Path | None:
    """The first folder of that name that holds a manifest, seen from here or from the workspace."""
    roots = [Path(), *([Path(workspace)] if workspace else [])]
    return next((root / target for root in roots if (root / target / MANIFEST_NAME).is_file()), None)


def _config_of(folder: Path, manifest: JsonObject, registry: Registry) -> CompileConfig:
    """The request that a manifest answers, as far as a ranking asks."""
    methods = manifest["method"]
    return CompileConfig(
        name=manifest["name"],
        methods={task: Method(methods.get(task, Method.PARTIAL)) for task in registry.taxonomy.tasks},
        batches=_batches(folder, manifest, registry),
        autolabelers=_choices([each["autolabeler"] for each in manifest["autolabelers"]], registry),
        output=folder.resolve(),
        auto_label_splits=tuple(manifest["auto_label_splits"]) or ("train",),
        where=f"{folder / MANIFEST_NAME}",
    )


def _batches(folder: Path, manifest: JsonObject, registry: Registry) -> tuple[Batch, ...]:
    refs = [BatchRef(*each["batch"].split(":", 1)) for each in manifest["inputs"]]
    gone = [str(ref) for ref in refs if ref not in registry.batches]
    if gone:
        known = [str(ref) for ref in registry.batches]
        what, fix = "the dataset was made of a batch that is not registered", "register it again, or rank a config"
        where = str(folder / MANIFEST_NAME)
        raise RegistryError([Problem(where, what, got=ref, fix=did_you_mean(ref, known) or fix) for ref in gone])
    return tuple(registry.batches[ref] for ref in refs)


def _choices(refs: list[str], registry: Registry) -> dict[str, tuple[AutoLabelerChoice, ...]]:
    """task -> the dataset's auto-labelers for it; where it had none, the top of the task's own stack."""
    used = [find_version(registry, ref) for ref in refs]
    chosen = {}
    for task, classes in registry.taxonomy.tasks.items():
        name = default_autolabeler(registry, task)
        versions = [each for each in used if set(each.classes) & set(classes)]
        versions = versions or ([registry.autolabelers[name][0]] if name else [])
        if versions:
            chosen[task] = tuple(map(_choice, versions))
    return chosen


def _choice(version: AutoLabelerVersion) -> AutoLabelerChoice:
    return AutoLabelerChoice(version, version.thresholds)
