"""A compile request with everything it reads: config, labels held against the lock, plan."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from unify.core.types import Method
from unify.errors import shorten
from unify.intake import lock_entry, take_in
from unify.labels.read import ReadBatch
from unify.planning.build import CompilePlan, build_plan
from unify.planning.summary import class_counts, disagreements
from unify.progress import Progress
from unify.registry.config import find_config, load_config
from unify.registry.load import find_workspace, load_registry
from unify.registry.lock import LockEntry
from unify.registry.objects import CompileConfig, Registry


@dataclass(frozen=True)
class Request:
    """What was asked for, read and planned.

    Attributes:
        registry: the workspace's registry.
        config: the request, references resolved.
        read: the selected batches, in config order.
        plan: what to do.
    """

    registry: Registry
    config: CompileConfig
    read: tuple[ReadBatch, ...]
    plan: CompilePlan

    @property
    def lock_entries(self) -> list[LockEntry]:
        """Digests and counts of the selected batches as they are now."""
        return [lock_entry(batch, read) for batch, read in zip(self.config.batches, self.read)]


def default_workers() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_workspace(workspace: str | os.PathLike | None) -> Path:
    """The absolute workspace folder; the nearest parent of the current folder for None."""
    return Path(workspace).resolve() if workspace else find_workspace(Path.cwd())


def prepare(
    config: str | os.PathLike,
    *,
    workspace: str | os.PathLike | None = None,
    method: str | None = None,
    output: str | os.PathLike | None = None,
    seed: int | None = None,
    on_error: str = "stop",
    workers: int = 1,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Request:
    """Read and check everything that a config asks for, lock its new batches, and plan.

    ``fresh`` looks at every picture file again; the other arguments are those of `unify.compile`.

    Raises:
        UnifyError: anything is wrong with registry, config, annotations, pictures, lock or selection.
    """
    root = open_workspace(workspace)
    registry = load_registry(root)
    request = load_config(
        find_config(root, str(config)),
        registry,
        method=method,
        output=Path(output) if output else None,
        seed=seed,
    )
    read = take_in(registry, request.batches, on_error=on_error, workers=workers, fresh=fresh, progress=progress)
    plan = build_plan(request, registry.taxonomy, [each.labels for each in read])
    return Request(registry, request, tuple(read), plan)


def warnings_of(request: Request) -> tuple[str, ...]:
    """What a person should know before training on the result, one sentence each."""
    plan = request.plan
    warnings = [f"{each.labels.ref}: {text}" for each in request.read for text in each.warnings]
    if any(method is Method.NAIVE for method in plan.config.methods.values()):
        warnings.append("method naive calls every unlabeled class absent: a wrong baseline, for trials only")
    counts = class_counts(plan)
    nobody = [name for name, row in counts.items() if not row["labeled"] and not row["incomplete"]]
    if nobody:
        warnings.append(f"no selected batch labels {shorten(nobody)}: unknown on every picture")
    for name, pictures in disagreements(plan).items():
        warnings.append(f"{name}: two batches disagree on {pictures:,} pictures; the later batch won")
    if len(plan.unlabeled):
        warnings.append(f"{len(plan.unlabeled):,} pictures have no labeled class and are left out")
    return tuple(warnings)
