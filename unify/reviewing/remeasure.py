"""The auto-labelers whose boxes people judged, measured again with what they said."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from unify.autolabel.calibration.file import read_calibration
from unify.autolabel.calibration.values import Calibration
from unify.calibrating.calibrate import calibrate
from unify.calibrating.report import CalibrationReport
from unify.core.types import BatchRef
from unify.errors import Problem, RegistryError, UnifyError
from unify.inference.known import know_labeler
from unify.progress import Progress
from unify.registry.find import find_version
from unify.registry.load import load_registry
from unify.registry.objects import AutoLabelerVersion, Registry
from unify.reviewing.project import Project


@dataclass(frozen=True)
class Remeasured:
    """What `remeasure` did.

    Attributes:
        reports: of the auto-labelers that were measured.
        warnings: why others were not, and what a person should know of the numbers.
    """

    reports: tuple[CalibrationReport, ...]
    warnings: tuple[str, ...]


def remeasure(
    project: Project,
    ref: BatchRef,
    *,
    workspace: str | os.PathLike,
    cache: str | os.PathLike | None,
    workers: int | None,
    progress: Progress,
) -> Remeasured:
    """Calibrate the auto-labelers of a project on the reviewed batch and the batches they were measured on before.

    What keeps one from being measured is a warning: the batch is registered, and `unify calibrate` can be run again.
    """
    registry = load_registry(workspace)
    reports: list[CalibrationReport] = []
    warnings: list[str] = []
    for name, fingerprint in project.autolabelers.items():
        try:
            version = _same_model(registry, name, fingerprint)
            before = _calibration_of(version)
            on = [*_still_there(before, registry, ref), str(ref)]
            settings = before.settings if before else None
            report = calibrate(
                name, on=on, workspace=workspace, cache=cache, workers=workers, settings=settings, progress=progress
            )
        except UnifyError as error:
            warnings.append(f"{name} was not measured again: {error.problems[0].what}")
            continue
        reports.append(report)
        warnings += [text if name in text else f"{name}: {text}" for text in report.warnings]
        if len(on) == 1:
            warnings.append(
                f"{name} was measured on reviewed pictures alone: they were chosen, so it may look worse than it is"
            )
    return Remeasured(tuple(reports), tuple(warnings))


def _same_model(registry: Registry, name: str, fingerprint: str) -> AutoLabelerVersion:
    """The version whose boxes were shown. Raises RegistryError where the registry names another model now."""
    version = find_version(registry, name)
    if know_labeler(version, registry.workspace).fingerprint != fingerprint:
        raise RegistryError(Problem(version.where, "it is another model now than the one whose boxes were shown"))
    return version


def _calibration_of(version: AutoLabelerVersion) -> Calibration | None:
    return read_calibration(version.calibration) if version.calibration else None


def _still_there(before: Calibration | None, registry: Registry, new: BatchRef) -> Sequence[str]:
    known = {str(each) for each in registry.batches} - {str(new)}
    return [each for each in before.batches if each in known] if before else []
