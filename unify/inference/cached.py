"""How much of a plan's inference the prediction cache spares, without asking or loading anything."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np

from unify.errors import RegistryError
from unify.inference.autolabeling import needed_versions, open_cache
from unify.inference.known import know_labeler
from unify.inference.pictures import Pictures
from unify.planning.build import CompilePlan
from unify.registry.objects import AutoLabelerVersion, Registry


def with_cached(plan: CompilePlan, registry: Registry, cache: str | os.PathLike | None = None) -> CompilePlan:
    """The plan with what the cache answers for already. An auto-labeler that cannot be told apart yet has nothing."""
    if not plan.jobs:
        return plan
    opened, pictures = open_cache(registry.workspace, cache), Pictures([batch.pictures for batch in plan.batches])
    fingerprints = {str(version.ref): _fingerprint_of(version, registry) for version in needed_versions(plan)}

    def cached(ref: str, examples: np.ndarray) -> int:
        if fingerprints[ref] is None:
            return 0
        return int((~opened.missing(fingerprints[ref], pictures.sha256(plan.rows.first_row[examples]))).sum())

    jobs = [replace(job, cached=cached(job.autolabeler, job.examples)) for job in plan.jobs]
    return replace(plan, jobs=tuple(jobs))


def _fingerprint_of(version: AutoLabelerVersion, registry: Registry) -> str | None:
    try:
        return know_labeler(version, registry.workspace).fingerprint
    except RegistryError:
        return None
