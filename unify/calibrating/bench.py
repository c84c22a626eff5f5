"""The story: pictures a model has not seen → its answers → thresholds and probabilities → the registry."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from unify.autolabel.cache import PredictionCache
from unify.autolabel.calibration.fit import fit_calibration
from unify.autolabel.calibration.match import match_predictions
from unify.autolabel.calibration.settings import CalibrationSettings
from unify.autolabel.calibration.values import Calibration
from unify.calibrating.report import CalibrationReport, calibration_metrics
from unify.calibrating.requirements import check_requirements
from unify.calibrating.target import find_target
from unify.calibrating.truth import Truth, read_truth, select_batches
from unify.calibrating.unseen import refuse_seen_batches, refuse_seen_pictures
from unify.core.types import ExampleTable, State
from unify.errors import CalibrationError, Problem, shorten
from unify.executors import Executor, make_executor
from unify.inference.autolabeling import open_cache
from unify.inference.chunk import Question
from unify.inference.known import KnownLabeler, know_labeler
from unify.inference.run import InferenceReport, infer
from unify.intake import STATE_FOLDER
from unify.progress import Progress, Silent
from unify.registry.load import load_registry
from unify.registry.objects import AutoLabelerVersion, Batch, Registry
from unify.request import default_workers, open_workspace
from unify.staging import only_writer


@dataclass(frozen=True)
class How:
    """How measuring goes about it; see `calibrate.calibrate`. ``workers`` are threads that read pictures."""

    executor: Executor
    workers: int
    on_error: str
    retry_failed: bool
    progress: Progress


def make_how(
    executor: str,
    workers: int | None,
    ray_address: str | None,
    gpus_per_worker: float | None,
    *,
    on_error: str,
    retry_failed: bool,
    progress: Progress | None,
) -> How:
    """The same from arguments. Raises UnifyError where there is no such executor."""
    own = workers or (default_workers() if executor == "local" else None)
    chosen = make_executor(executor, own, ray_address=ray_address, gpus_per_worker=gpus_per_worker)
    return How(chosen, workers or default_workers(), on_error, retry_failed, progress or Silent())


@dataclass(frozen=True)
class Bench:
    """Batches to measure auto-labelers on; see `calibrate.calibrate`."""

    registry: Registry
    batches: tuple[Batch, ...]
    cache: PredictionCache
    settings: CalibrationSettings
    how: How

    @cached_property
    def truth(self) -> Truth:
        """What people know of the batches; they are read when it is first asked for. Errors as `read_truth`."""
        how = self.how
        return read_truth(
            self.registry, self.batches, workers=how.workers, on_error=how.on_error, progress=how.progress
        )

    def measure(self, version: AutoLabelerVersion, *, plot: bool = True) -> CalibrationReport:
        """Measure a version and write what was found. Errors as `calibrate`."""
        closure = refuse_seen_batches(version, self.registry, self.batches)
        target = find_target(version, self.registry)
        target.check_writable()
        labeler = know_labeler(version, self.registry.workspace)
        truth, workers, progress = self.truth, self.how.workers, self.how.progress
        doubts = refuse_seen_pictures(version, self.registry, closure, truth, workers=workers, progress=progress)
        examples, humans = self._judged(version)
        inference = self.ask([version])
        calibration = self._fit(labeler, examples, humans)
        changed = target.write(calibration, calibration_metrics(calibration), plot=plot)
        warnings = (*truth.warnings, *doubts, *_warnings(version, calibration))
        return CalibrationReport(
            labeler.ref, calibration, target.path, target.plot if plot else None, inference, changed, warnings
        )

    def _judged(self, version: AutoLabelerVersion) -> tuple[np.ndarray, ExampleTable]:
        """The examples to judge the version by, and what people know of them.

        Raises:
            CalibrationError: nobody searched any for its classes, or nobody found one of them.
        """
        ids, examples = self._class_ids(version), self._searched(version)
        if not len(examples):
            raise _nothing_searched(version, self.registry, self.batches)
        humans = self.truth.labels_of(examples)
        if not _num_boxes(humans, ids):
            raise _nothing_found(version, self.batches, len(examples))
        return examples, humans

    def _searched(self, version: AutoLabelerVersion) -> np.ndarray:
        return self.truth.searched(self._class_ids(version))

    def _class_ids(self, version: AutoLabelerVersion) -> list[int]:
        return [self.registry.taxonomy.ids[name] for name in version.classes]

    def ask(self, versions: Sequence[AutoLabelerVersion]) -> InferenceReport:
        """Have versions look at the pictures that people searched for classes of theirs, all in one go."""
        questions = [
            Question(know_labeler(each, self.registry.workspace), self.truth.rows_of(self._searched(each)))
            for each in versions
        ]
        # One at a time, and the next finds all cached.
        refs = "+".join(str(each.ref) for each in versions)
        own = self.registry.workspace / STATE_FOLDER / "calibrating" / refs.replace(":", "-")
        with only_writer(own, patient=True):
            return infer(
                questions,
                self.truth.pictures,
                self.cache,
                self.how.executor,
                scratch=own,
                progress=self.how.progress,
                on_error=self.how.on_error,
                retry_failed=self.how.retry_failed,
            )

    def _fit(self, labeler: KnownLabeler, examples: np.ndarray, humans: ExampleTable) -> Calibration:
        version, ids = labeler.version, self._class_ids(labeler.version)
        answers = self.cache.read(labeler.fingerprint, humans.sha256, columns=()).in_unified_ids(ids)
        return fit_calibration(
            match_predictions(humans, answers, ids),
            version.classes,
            autolabeler=labeler.ref,
            fingerprint=labeler.fingerprint,
            batches=[str(batch.ref) for batch in self.batches],
            settings=self.settings,
        )


def open_bench(
    on: str | Sequence[str],
    workspace: str | os.PathLike | None,
    cache: str | os.PathLike | None,
    settings: CalibrationSettings | None,
    how: How,
) -> Bench:
    """Registry, batches and cache; reads no label yet. Arguments and errors as `calibrate.calibrate`."""
    check_requirements()
    registry = load_registry(open_workspace(workspace))
    batches = select_batches(registry, [on] if isinstance(on, str) else list(on))
    return Bench(registry, batches, open_cache(registry.workspace, cache), settings or CalibrationSettings(), how)


def _num_boxes(humans: ExampleTable, class_ids: Sequence[int]) -> int:
    """Boxes that can be found or missed."""
    example = np.repeat(np.arange(len(humans)), np.diff(humans.box_offsets))
    searched = humans.state[example, humans.box_class - 1] == State.LABELED
    counts = ~(humans.box_crowd | humans.box_difficult) & np.isin(humans.box_class, class_ids)
    return int((searched & counts).sum())


def _warnings(version: AutoLabelerVersion, calibration: Calibration) -> Iterator[str]:
    if not version.trained_on:
        yield f"{version.ref} names nothing it was trained on ('trained_on'), so no picture could be refused"
    unmeasured = [name for name in version.classes if name not in calibration.classes]
    if unmeasured:
        yield f"no picture was searched for {shorten(unmeasured)}: not measured"
    if calibration.unusable:
        yield (
            f"not precise enough, or known from too few boxes: {shorten(calibration.unusable)}; "
            "hard and soft leave it unknown"
        )
    if calibration.failed:
        pictures = "picture" if calibration.failed == 1 else "pictures"
        yield f"{version.ref} failed on {calibration.failed:,} {pictures} (--retry-failed asks again)"


def _nothing_searched(version: AutoLabelerVersion, registry: Registry, batches: Sequence[Batch]) -> CalibrationError:
    return CalibrationError(
        Problem(
            str(version.ref),
            f"nobody searched these pictures for any of its classes: {shorten(version.classes)}",
            got="; ".join(f"{batch.ref}: {', '.join(batch.labeled_classes)}" for batch in batches),
            expected="batches with one of its classes among their labeled_classes",
        )
    )


def _nothing_found(version: AutoLabelerVersion, batches: Sequence[Batch], pictures: int) -> CalibrationError:
    return CalibrationError(
        Problem(
            str(version.ref),
            f"these pictures hold no box of its classes: {shorten(version.classes)}",
            got=f"{pictures:,} pictures in {shorten([str(batch.ref) for batch in batches])}, all without one",
            fix="calibrate on batches where there is something to be found",
        )
    )
