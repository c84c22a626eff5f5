"""How good specialists are: all asked in one go, and measured again only where something changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from unify.autolabel.calibration.file import read_calibration
from unify.calibrating.bench import make_how, open_bench
from unify.calibrating.calibrate import calibrate
from unify.calibrating.report import CalibrationReport
from unify.calibrating.target import find_target
from unify.calibrating.truth import select_batches
from unify.core.digest import json_digest
from unify.files import write_whole
from unify.inference.known import know_labeler
from unify.inference.run import NO_INFERENCE
from unify.intake import lock_entry, take_in
from unify.progress import Progress
from unify.registry.find import find_version
from unify.registry.load import load_registry
from unify.registry.objects import AutoLabelerVersion, Registry
from unify.specialists.task import SpecialistTask

RECIPE = 1  # raised whenever the same model, pictures and labels give another calibration
NOTE = "measured.json"  # beside the calibration file


@dataclass(frozen=True)
class _Wanted:
    """A specialist and the digest of all that decides how good it is."""

    task: SpecialistTask
    version: AutoLabelerVersion
    identity: str
    registry: Registry

    @property
    def note(self) -> Path:
        return find_target(self.version, self.registry).path.with_name(NOTE)


def measure_specialists(
    workspace: Path,
    tasks: Sequence[SpecialistTask],
    *,
    workers: int,
    executor: str,
    ray_address: str | None,
    progress: Progress,
) -> list[CalibrationReport]:
    """Calibrate registered specialists on their tasks' pictures; arguments and errors as `make_specialists`."""
    registry = load_registry(workspace)
    wanted = [_wanted(registry, task) for task in tasks]
    known = {each.task.ref: report for each in wanted if (report := _known_report(each))}
    missing = [each for each in wanted if each.task.ref not in known]
    how = {"workers": workers, "executor": executor, "ray_address": ray_address, "progress": progress}
    if len(missing) > 1:
        _ask_together(workspace, missing, how)
    for each in missing:
        report = calibrate(each.task.ref, on=each.task.calibrate, workspace=workspace, **how)
        _write_note(each, report)
        known[each.task.ref] = report
    return [known[task.ref] for task in tasks]


def _wanted(registry: Registry, task: SpecialistTask) -> _Wanted:
    version = find_version(registry, task.ref)
    batches = select_batches(registry, task.calibrate)
    labels = [asdict(lock_entry(batch, read)) for batch, read in zip(batches, take_in(registry, batches))]
    fingerprint = know_labeler(version, registry.workspace).fingerprint
    decides = {"recipe": RECIPE, "model": fingerprint, "labels": labels, "batches": [str(each.ref) for each in batches]}
    return _Wanted(task, version, json_digest(decides), registry)


def _known_report(wanted: _Wanted) -> CalibrationReport | None:
    """What an earlier measurement found; None where there is none of the same, or its file was touched since."""
    path = wanted.version.calibration
    try:
        note = json.loads(wanted.note.read_bytes())
        if path is None or (note["identity"], note["calibration"]) != (wanted.identity, _digest_of(path)):
            return None
        warnings = tuple(note["warnings"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    plot = find_target(wanted.version, wanted.registry).plot
    return CalibrationReport(wanted.task.ref, read_calibration(path), path, plot, NO_INFERENCE, False, warnings)


def _write_note(wanted: _Wanted, report: CalibrationReport) -> None:
    note = {
        "identity": wanted.identity,
        "calibration": _digest_of(report.path),
        "warnings": list(report.warnings),
    }
    write_whole(wanted.note, (json.dumps(note, indent=1) + "\n").encode())


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _ask_together(workspace: Path, wanted: Sequence[_Wanted], how: Mapping) -> None:
    """In one pass: no picture is decoded twice, and workers start once. Calibrating then finds all cached."""
    measuring = make_how(**how, gpus_per_worker=None, on_error="stop", retry_failed=False)
    selections = list(dict.fromkeys(selection for each in wanted for selection in each.task.calibrate))
    bench = open_bench(selections, workspace, None, None, measuring)
    with closing(measuring.executor):
        bench.ask([each.version for each in wanted])
