"""The story of a workspace's own specialists: a dataset for each → trained → registered → calibrated."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from unify.calibrating.report import CalibrationReport
from unify.compiler import CompileReport, compile
from unify.executors import make_executor
from unify.executors.cores import shared_cores
from unify.files import write_whole
from unify.progress import Progress
from unify.registry.edit import register_autolabeler
from unify.registry.load import load_registry
from unify.registry.trial_objects import DetectorSettings
from unify.registry.wording import count
from unify.specialists.measure import measure_specialists
from unify.specialists.task import VERSION, SpecialistTask
from unify.specialists.train import MODEL, SpecialistJob, is_trained, train_specialist

_OPTIONS = {"nms_iou": 0.6, "batch_size": 32}  # as `unify.train.detector.detect`


def make_specialists(
    workspace: Path,
    tasks: Sequence[SpecialistTask],
    settings: DetectorSettings,
    *,
    seed: int,
    workers: int,
    executor: str,
    progress: Progress,
    ray_address: str | None = None,
) -> list[CalibrationReport]:
    """Train, register and calibrate an auto-labeler ``<task>:v1`` for every task; what is there already is kept.

    Args:
        workspace: folder that holds ``registry/``.
        tasks: who learns from what.
        settings: of the detector, the same for all.
        seed: of initialisation, batch order and augmentation.
        workers: processes.
        executor: ``local`` or ``ray``.
        progress: told how the work goes.
        ray_address: see `unify.compile`.

    Returns:
        How good each is, in the order of ``tasks``.

    Raises:
        UnifyError: anything is wrong with the batches, training broke down, or the calibration cannot be made.
    """
    how = {"workers": workers, "executor": executor, "ray_address": ray_address, "progress": progress}
    configs = [_write_config(workspace, each) for each in tasks]
    datasets = [compile(each, workspace=workspace, overwrite=True, **how) for each in configs]
    jobs = _jobs(workspace, tasks, datasets, settings, seed)
    _train_all([job for job in jobs if not is_trained(job)], **how)
    _register(workspace, tasks, jobs)
    return measure_specialists(workspace, tasks, **how)


def _write_config(workspace: Path, task: SpecialistTask) -> Path:
    """A compile config of what the task labeled itself; returns its path."""
    path = workspace / "configs" / "specialists" / f"{task.task}.yaml"
    lines = [f"name: {task.task}-specialist", "method: partial", f"datasets: {json.dumps(list(task.train))}"]
    write_whole(path, "\n".join([*lines, ""]).encode())
    return path


def _jobs(
    workspace: Path,
    tasks: Sequence[SpecialistTask],
    datasets: Sequence[CompileReport],
    settings: DetectorSettings,
    seed: int,
) -> list[SpecialistJob]:
    classes = load_registry(workspace).taxonomy.tasks
    return [
        SpecialistJob(
            ref=task.ref,
            classes=tuple(classes[task.task]),
            folder=workspace / "autolabelers" / task.task / VERSION,
            dataset=dataset.output,
            digest=dataset.manifest["digest"],
            settings=settings,
            seed=seed,
        )
        for task, dataset in zip(tasks, datasets)
    ]


def _train_all(
    jobs: Sequence[SpecialistJob], *, workers: int, executor: str, ray_address: str | None, progress: Progress
) -> None:
    if jobs:
        steps = sum(job.settings.steps for job in jobs)
        tick = progress.stage(f"training {count(len(jobs), 'specialist')}", steps, "steps")
        workers = min(workers, len(jobs))
        with shared_cores(workers), closing(make_executor(executor, workers, ray_address=ray_address)) as pool:
            for _ in pool.run(train_specialist, jobs, tick):
                pass


def _register(workspace: Path, tasks: Sequence[SpecialistTask], jobs: Sequence[SpecialistJob]) -> None:
    """Those that are not yet; another training of a registered one takes the place of its model."""
    registered = {str(each.ref) for stack in load_registry(workspace).autolabelers.values() for each in stack}
    for task, job in zip(tasks, jobs):
        if task.ref not in registered:
            model = (job.folder / MODEL).relative_to(workspace)
            register_autolabeler(
                workspace, task.ref, "keras", model, classes=job.classes, trained_on=task.train, options=_OPTIONS
            )
