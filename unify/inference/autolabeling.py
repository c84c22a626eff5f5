"""What one compile asks of its auto-labelers, and what the manifest says of them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from unify.autolabel.cache import DEFAULT_FOLDER, PictureState, PredictionCache
from unify.autolabel.calibration.values import Calibration
from unify.core.fill_policy import ClassPolicy, FillPolicy
from unify.core.types import JsonObject, Method
from unify.inference.chunk import Question
from unify.inference.filling import Filling
from unify.inference.known import KnownLabeler, know_labeler
from unify.inference.pictures import Pictures
from unify.inference.policy import make_policy, policy_warnings, read_calibrations
from unify.inference.trained_on import closure_warnings, count_self_labeled, trained_on_as_written
from unify.merge.machine import LEAST_PROBABLE
from unify.planning.build import CompilePlan
from unify.registry.objects import AutoLabelerVersion, CompileConfig, Registry
from unify.trained_on import TrainingClosure, manifests_of, training_closure


@dataclass(frozen=True)
class AutoLabeling:
    """The auto-labelers that a plan needs. Without any, as for `partial`, it asks and fills nothing.

    Attributes:
        plan: the plan.
        registry: the workspace's registry.
        cache: the prediction cache.
        labelers: those that have something to fill, in the order of the plan's jobs.
        policy: what becomes of their boxes.
        calibrations: reference -> calibration, where there is one.
    """

    plan: CompilePlan
    registry: Registry
    cache: PredictionCache
    labelers: tuple[KnownLabeler, ...]
    policy: FillPolicy
    calibrations: Mapping[str, Calibration]

    @cached_property
    def pictures(self) -> Pictures:
        return Pictures([batch.pictures for batch in self.plan.batches])

    @cached_property
    def filling(self) -> Filling:
        asked = {each.autolabeler for each in self.policy.classes}
        labelers = [each for each in self.labelers if each.ref in asked]
        return Filling(self.plan, labelers, self.policy, self.cache)

    def questions(self) -> list[Question]:
        """Who is asked about which pictures; an auto-labeler that goes by two names is asked once."""
        rows: dict[str, np.ndarray] = {}
        for each in self.filling.labelers:
            mine = self.plan.rows.first_row[self._examples(each.ref)]
            rows[each.fingerprint] = np.union1d(rows.get(each.fingerprint, mine), mine)
        by_fingerprint = {each.fingerprint: each for each in reversed(self.filling.labelers)}
        return [Question(by_fingerprint[fingerprint], asked) for fingerprint, asked in rows.items()]

    def failures(self) -> list[JsonObject]:
        """Pictures that an auto-labeler could not process, as the manifest lists them. Raises CacheError."""
        found = []
        for labeler, rows in self._failed_rows():
            batches = self.plan.rows.batch_of(rows).tolist()
            names = self.pictures.files(rows).names
            found += [
                {"autolabeler": labeler.ref, "batch": str(self.plan.batches[batch].ref), "picture": name}
                for batch, name in zip(batches, names)
            ]
        return sorted(found, key=lambda each: (each["autolabeler"], each["batch"], each["picture"]))

    def request_entries(self) -> list[JsonObject]:
        """What of the manifest's ``autolabelers`` decides the bytes of the output."""
        return [
            {
                "autolabeler": each.ref,
                "fingerprint": each.fingerprint,
                "calibration": _digest_of(each.version.calibration),
                "classes": self._policy_entry(each.ref),
                "trained_on": trained_on_as_written(each.version),
            }
            for each in self.labelers
        ]

    def manifest_entries(self) -> list[JsonObject]:
        """`request_entries` with the batches behind ``trained_on``, and how many of their pictures were labeled."""
        return [
            {**entry, "trained_on_batches": list(closure.batches), "self_labeled": self._self_labeled(each)}
            for entry, each, closure in zip(self.request_entries(), self.labelers, self._training.values())
        ]

    def warnings(self) -> Iterator[str]:
        """What a person should know before anything is inferred."""
        refs = [each.ref for each in self.labelers]
        yield from policy_warnings(self.plan.config, self.plan.taxonomy, refs, self.calibrations)
        for each in self.labelers:
            yield from closure_warnings(self._training[each.ref])
            pictures = self._self_labeled(each)
            if pictures:
                yield f"{each.ref} labels {pictures:,} pictures it was trained on, where it looks better than it is"

    def failure_warnings(self) -> Iterator[str]:
        """Which pictures stay unknown because an auto-labeler failed, and why the first of them did."""
        for labeler, rows in self._failed_rows():
            first = self.pictures.files(rows[:1])
            reason = self.cache.read(labeler.fingerprint, first.sha256, columns=()).reasons[0]
            of = len(self._examples(labeler.ref))
            yield (
                f"{labeler.ref} failed on {len(rows):,} of {of:,} pictures, where its classes stay unknown; "
                f"{first.names[0]}: {reason} (--retry-failed asks again)"
            )

    def _examples(self, ref: str) -> np.ndarray:
        """int64, ascending: examples that an auto-labeler has something to fill on."""
        mine = [job.examples for job in self.plan.jobs if job.autolabeler == ref]
        return np.unique(np.concatenate([np.zeros(0, np.int64), *mine]))

    def _failed_rows(self) -> Iterator[tuple[KnownLabeler, np.ndarray]]:
        for labeler in self.filling.labelers:
            rows = self.plan.rows.first_row[self._examples(labeler.ref)]
            failed = self.cache.states(labeler.fingerprint, self.pictures.sha256(rows)) == PictureState.FAILED
            if failed.any():
                yield labeler, rows[failed]

    @cached_property
    def _training(self) -> dict[str, TrainingClosure]:
        manifest_of = manifests_of(self.registry)
        return {each.ref: training_closure(each.version, self.registry, manifest_of) for each in self.labelers}

    def _self_labeled(self, labeler: KnownLabeler) -> int:
        return count_self_labeled(self.plan, self._examples(labeler.ref), self._training[labeler.ref].batches)

    def _policy_entry(self, ref: str) -> JsonObject:
        names = self.plan.taxonomy.names
        return {names[each.class_id]: _class_entry(each) for each in self.policy.classes if each.autolabeler == ref}


def _class_entry(policy: ClassPolicy) -> JsonObject:
    """What decides the labels of a class; the calibrators themselves are told by their file's digest."""
    if policy.method is Method.HARD:
        zone = {"low": policy.low} if policy.ignore_zone else {}
        return {"method": str(policy.method), "threshold": policy.threshold, **zone}
    return {
        "method": str(policy.method),
        "low": policy.low,
        "least_probability": LEAST_PROBABLE,
        "absence_weight": policy.absence_weight,
        "calibrated": policy.calibrated,
    }


def open_autolabeling(plan: CompilePlan, registry: Registry, cache: str | os.PathLike | None = None) -> AutoLabeling:
    """Fingerprint the auto-labelers that a plan needs and read their calibrations; loads no model.

    Args:
        plan: the plan.
        registry: the workspace's registry.
        cache: folder or URL of the prediction cache; ``.unify/cache`` in the workspace by default.

    Raises:
        RegistryError: an auto-labeler's file is missing, its options are wrong, or its calibration is another model's.
        UnifyError: a calibration file cannot be read.
        CacheError: nothing is installed that understands the cache's URL.
    """
    labelers = tuple(know_labeler(version, registry.workspace) for version in needed_versions(plan))
    calibrations = read_calibrations(labelers)
    refs = [each.ref for each in labelers]
    policy = make_policy(plan.config, plan.taxonomy, refs, calibrations)
    return AutoLabeling(plan, registry, open_cache(registry.workspace, cache), labelers, policy, calibrations)


def open_cache(workspace: Path, cache: str | os.PathLike | None) -> PredictionCache:
    """The prediction cache; the workspace's own by default."""
    return PredictionCache(cache or workspace / DEFAULT_FOLDER)


def needed_versions(plan: CompilePlan) -> list[AutoLabelerVersion]:
    """The versions of the plan's jobs, each once, in the order of the jobs."""
    versions = _versions(plan.config)
    return [versions[ref] for ref in dict.fromkeys(job.autolabeler for job in plan.jobs)]


def _versions(config: CompileConfig) -> dict[str, AutoLabelerVersion]:
    choices = [choice for each in config.autolabelers.values() for choice in each]
    return {str(choice.version.ref): choice.version for choice in choices}


def _digest_of(path: Path | None) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path else None
