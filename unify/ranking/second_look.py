"""``look_again``: the same auto-labeler on changed pictures, as versions beside it whose answers are kept.

`rank` then holds them against the plain one: the measure ``consistency``, and those of a committee.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from unify.autolabel.cache import PictureState, PredictionCache
from unify.core.types import JsonObject
from unify.executors import Executor, make_executor
from unify.inference.autolabeling import open_cache
from unify.inference.chunk import Question
from unify.inference.known import know_labeler
from unify.inference.pictures import Pictures
from unify.inference.run import InferenceReport, infer
from unify.intake import STATE_FOLDER
from unify.progress import Progress, Silent
from unify.ranking.looks import looks_of, register_look, version_that
from unify.ranking.measures import CLASS_LIST
from unify.ranking.scoring import askable
from unify.ranking.target import Target, open_target
from unify.registry.find import find_version
from unify.registry.objects import AutoLabelerVersion
from unify.request import default_workers
from unify.staging import only_writer


@dataclass(frozen=True)
class SecondLookReport:
    """What `look_again` did.

    Attributes:
        autolabeler: the plain version.
        looks: version that looks again -> how, in words.
        registered: those of them that are new.
        failed: version -> pictures that it could not process; one that processed none is not registered.
        tasks: those whose classes the auto-labeler finds.
        pictures: that each of them looked at.
        inference: what they and the plain one were asked.
        measure: one that compares looks and needs no more than they say.
    """

    autolabeler: str
    looks: Mapping[str, str]
    registered: tuple[str, ...]
    failed: Mapping[str, int]
    tasks: tuple[str, ...]
    pictures: int
    inference: InferenceReport
    measure: str

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify autolabeler look-again``."""
        return {
            "autolabeler": self.autolabeler,
            "looks": dict(self.looks),
            "registered": list(self.registered),
            "failed": dict(self.failed),
            "pictures": self.pictures,
            "inferred": self.inference.inferred,
            "cached": self.inference.cached,
            "measure": self.measure,
        }


def look_again(
    ref: str,
    *,
    on: str | os.PathLike,
    mirror: bool = False,
    noise: float = 0.0,
    dropout: int = 0,
    workspace: str | os.PathLike | None = None,
    cache: str | os.PathLike | None = None,
    workers: int | None = None,
    executor: str = "local",
    ray_address: str | None = None,
    gpus_per_worker: float | None = None,
    on_error: str = "stop",
    retry_failed: bool = False,
    progress: Progress | None = None,
) -> SecondLookReport:
    """Have an auto-labeler look again at the pictures that people could be asked about.

    Each look is a version at the bottom of the stack, registered when it has answered; the default stays what it is.
    What was answered before is not asked again.

    Args:
        ref: ``pedestrian:v3``, or ``pedestrian`` for the top of the stack.
        on: a config, or the folder of a unified dataset, as `rank` takes it.
        mirror: look at mirrored pictures.
        noise: look at pictures with noise of this standard deviation, as a share of 255; 0 for no such look.
        dropout: passes with the model's dropout left on, each a look of its own; Keras models only.
        workspace: folder that holds ``registry/``; the nearest parent by default.
        cache: folder or URL of the prediction cache; ``.unify/cache`` in the workspace by default.
        workers: processes; the cores of this machine by default, or what a Ray cluster has room for.
        executor: ``local`` or ``ray``.
        ray_address: of a Ray cluster; see `unify.compile`.
        gpus_per_worker: on Ray; its GPUs are shared out evenly by default.
        on_error: ``stop``, or ``skip`` to leave bad pictures out.
        retry_failed: ask again about pictures that could not be processed.
        progress: told how the work goes.

    Raises:
        RegistryError: there is no such version, it is a second look itself, cannot look so, or a name is taken.
        AutoLabelerError: the model cannot be loaded, has no dropout, or breaks the contract; nothing was registered.
        UnifyError: no look was asked for, or anything is wrong with registry, config, labels or pictures.
    """
    progress, looks = progress or Silent(), looks_of(mirror, noise, dropout)
    target = open_target(on, workspace=workspace, on_error=on_error, workers=workers, progress=progress)
    plain, store = find_version(target.registry, ref), open_cache(target.registry.workspace, cache)
    versions = [version_that(look, plain, target.registry) for look in looks]
    own = workers or (default_workers() if executor == "local" else None)
    pool = make_executor(executor, own, ray_address=ray_address, gpus_per_worker=gpus_per_worker)
    rows = _rows(target, plain)
    with closing(pool):
        inference = _ask(target, [plain, *versions], rows, store, pool, on_error, retry_failed, progress)
    failed = {str(each.ref): _failed(target, each, rows, store) for each in (plain, *versions)}
    answered = [each for each in versions if failed[str(each.ref)] < len(rows)]
    return SecondLookReport(
        autolabeler=str(plain.ref),
        looks={str(version.ref): look.meaning for version, look in zip(versions, looks)},
        registered=tuple(str(each.ref) for each in answered if register_look(each, target.registry)),
        failed={ref: count for ref, count in failed.items() if count},
        tasks=tuple(task for task, own in target.registry.taxonomy.tasks.items() if set(own) & set(plain.classes)),
        pictures=len(rows),
        inference=inference,
        measure=_measure(target, plain, store),
    )


def _rows(target: Target, plain: AutoLabelerVersion) -> np.ndarray:
    """int64, ascending; the pictures on which a class that the auto-labeler finds is unknown."""
    ids = target.registry.taxonomy.ids
    examples = askable(target.plan, np.array([ids[name] for name in plain.classes], np.int32))
    return np.unique(target.plan.rows.first_row[examples])


def _ask(
    target: Target,
    versions: Sequence[AutoLabelerVersion],
    rows: np.ndarray,
    cache: PredictionCache,
    pool: Executor,
    on_error: str,
    retry_failed: bool,
    progress: Progress,
) -> InferenceReport:
    """All in one pass: no picture is decoded twice."""
    workspace = target.registry.workspace
    scratch = workspace / STATE_FOLDER / "looking-again" / str(versions[0].ref).replace(":", "-")
    with only_writer(scratch, patient=True):
        return infer(
            [Question(know_labeler(each, workspace), rows) for each in versions],
            Pictures([batch.pictures for batch in target.plan.batches]),
            cache,
            pool,
            scratch=scratch,
            progress=progress,
            on_error=on_error,
            retry_failed=retry_failed,
        )


def _failed(target: Target, version: AutoLabelerVersion, rows: np.ndarray, cache: PredictionCache) -> int:
    digests = Pictures([batch.pictures for batch in target.plan.batches]).sha256(rows)
    states = cache.states(know_labeler(version, target.registry.workspace).fingerprint, digests)
    return int((states == PictureState.FAILED).sum())


def _measure(target: Target, plain: AutoLabelerVersion, cache: PredictionCache) -> str:
    """Where scores of other classes are not told, whether a box is found again is all there is to compare."""
    fingerprint = know_labeler(plain, target.registry.workspace).fingerprint
    told = len(plain.classes) == 1 or set(CLASS_LIST) <= set(cache.columns(fingerprint))
    return "consistency" if told else "occurrence"
