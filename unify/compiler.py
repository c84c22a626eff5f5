"""The story top to bottom: registry → labels → plan → merge → records → manifest. The only file that knows all stages."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from unify.core.types import JsonObject, Method
from unify.errors import DatasetError, OutputError, PlanError, Problem
from unify.executors import make_executor
from unify.intake import lock_entry, take_in
from unify.labels.read import ReadBatch
from unify.manifest import build_manifest, request_identity
from unify.merge.human import merge_examples
from unify.plan.build import CompilePlan, ShardPlan, build_plan
from unify.progress import Progress, Silent
from unify.records.label_map import write_label_maps
from unify.records.manifest import MANIFEST_NAME, manifest_bytes, read_manifest
from unify.records.shard import ShardJob, ShardResult, write_shard
from unify.registry.config import find_config, load_config
from unify.registry.load import find_workspace, load_registry
from unify.registry.objects import CompileConfig, Registry
from unify.staging import Staging, cannot_write, output_exists, staged_output, write_atomically


@dataclass(frozen=True)
class Request:
    """A compile request with everything it reads.

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


@dataclass(frozen=True)
class CompileReport:
    """What a compile did.

    Attributes:
        output: the unified dataset's folder.
        manifest: its manifest.
        seconds: wall time.
        up_to_date: the output already was what the request asks for; nothing was written.
        warnings: what a person should know, one sentence each.
    """

    output: Path
    manifest: JsonObject
    seconds: float
    up_to_date: bool
    warnings: tuple[str, ...]

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify compile``."""
        splits = self.manifest["splits"].values()
        return {
            "output": str(self.output),
            "examples": sum(split["examples"] for split in splits),
            "boxes": sum(split["boxes"] for split in splits),
            "skipped": len(self.manifest["skipped"]),
            "inferred": 0,
            "cached": 0,
            "seconds": round(self.seconds, 3),
            "up_to_date": self.up_to_date,
            "warnings": list(self.warnings),
        }


def default_workers() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def prepare(
    config: str | os.PathLike,
    *,
    workspace: str | os.PathLike | None = None,
    method: str | None = None,
    output: str | os.PathLike | None = None,
    seed: int | None = None,
    on_error: str = "stop",
    workers: int | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Request:
    """Read and check everything that a config asks for, lock its new batches, and plan. Arguments as in `compile`.

    Raises:
        UnifyError: see `compile`.
    """
    root = Path(workspace).resolve() if workspace else find_workspace(Path.cwd())
    registry = load_registry(root)
    request = load_config(
        find_config(root, str(config)),
        registry,
        method=method,
        output=Path(output) if output else None,
        seed=seed,
    )
    read = take_in(
        registry,
        request.batches,
        on_error=on_error,
        workers=workers or default_workers(),
        fresh=fresh,
        progress=progress,
    )
    plan = build_plan(request, registry.taxonomy, [each.labels for each in read])
    return Request(registry, request, tuple(read), plan)


def plan(config: str | os.PathLike, **options) -> CompilePlan:
    """What `compile` would do, before it does it. Options as in `prepare`."""
    return prepare(config, **options).plan


def compile(
    config: str | os.PathLike,
    *,
    workspace: str | os.PathLike | None = None,
    method: str | None = None,
    output: str | os.PathLike | None = None,
    workers: int | None = None,
    executor: str = "local",
    seed: int | None = None,
    on_error: str = "stop",
    overwrite: bool = False,
    progress: Progress | None = None,
) -> CompileReport:
    """Compile the selected batches into one unified dataset.

    The output appears whole or not at all. A run that was interrupted, at any moment and by anything, resumes when the
    same request is made again. The same inputs give the same bytes whatever the number of workers.

    Args:
        config: path of a config, or the name of one in ``configs/``.
        workspace: folder that holds ``registry/``; the nearest parent of the current folder by default.
        method: overrides the config's method for all tasks.
        output: overrides the config's output folder.
        workers: processes; the cores of this machine by default.
        executor: ``local`` or ``ray``.
        seed: overrides the config's seed.
        on_error: ``stop``, or ``skip`` to leave bad pictures out and list them in the manifest.
        overwrite: replace an output that was compiled from other inputs.
        progress: told how the work goes.

    Raises:
        RegistryError, LabelError, PictureError, LockError, PlanError: the inputs are wrong; nothing was written.
        OutputError: the output exists, is in use, or cannot be written; what was finished is kept for the next run.
    """
    began = time.perf_counter()
    workers = workers or default_workers()
    pool = make_executor(executor, workers)
    request = prepare(
        config,
        workspace=workspace,
        method=method,
        output=output,
        seed=seed,
        on_error=on_error,
        workers=workers,
        fresh=True,
        progress=progress,
    )
    _refuse_machine_methods(request.config)
    entries = [lock_entry(batch, read) for batch, read in zip(request.config.batches, request.read)]
    identity = request_identity(request.plan, entries)
    target = request.config.output
    warnings = _warnings(request)

    manifest = _already_there(target, identity, overwrite)
    if manifest is None:
        with staged_output(target, identity) as staging:
            results = _write_shards(request.plan, staging, pool, on_error, progress or Silent())
            manifest = build_manifest(request.plan, entries, results, identity)
            try:
                manifest = _finish(request, staging, manifest)
                staging.publish(overwrite=overwrite)
            except OSError as error:
                raise cannot_write(target, error) from error
        return CompileReport(target, manifest, time.perf_counter() - began, False, warnings)
    return CompileReport(target, manifest, time.perf_counter() - began, True, warnings)


def _refuse_machine_methods(config: CompileConfig) -> None:
    machine = [f"{task}: {method}" for task, method in config.methods.items() if method.needs_predictions]
    if machine:
        raise PlanError(
            Problem(
                where=config.where,
                what="this version plans auto-labeling but does not run it yet",
                got=", ".join(machine),
                expected=f"{Method.PARTIAL} or {Method.NAIVE}",
                fix="compile with --method partial; `unify plan` shows the inference the methods would need",
            )
        )


def _already_there(output: Path, identity: str, overwrite: bool) -> JsonObject | None:
    """The manifest of an output that is what the request asks for; None where there is something to write."""
    if not output.exists():
        return None
    try:
        manifest = read_manifest(output)
    except DatasetError:
        if output.is_dir() and not any(output.iterdir()):
            output.rmdir()  # an empty folder is no one's data
            return None
        raise output_exists(output) from None  # --overwrite replaces unified datasets, never a stranger's files
    whole = all(
        path.is_file() and path.stat().st_size == shard["bytes"]
        for shard in manifest["shards"]
        for path in [output / shard["file"]]
    )
    if manifest.get("request") == identity and whole:
        return manifest
    if not overwrite:
        raise output_exists(output)
    return None


def _write_shards(
    plan: CompilePlan, staging: Staging, executor, on_error: str, progress: Progress
) -> list[ShardResult]:
    """Write every shard that an earlier run did not finish; results in the order of the plan."""
    results = _finished_shards(staging)
    tick = progress.stage("writing", sum(len(shard.examples) for shard in plan.shards))
    for shard in plan.shards:
        if shard.file_name in results:
            tick(len(shard.examples))
    missing = [shard for shard in plan.shards if shard.file_name not in results]
    for result in executor.run(write_shard, _jobs(plan, staging.folder, missing, on_error), tick):
        staging.note(result.file_name, result.to_json())
        results[result.file_name] = result
    return [results[shard.file_name] for shard in plan.shards]


def _jobs(plan: CompilePlan, folder: Path, shards: Sequence[ShardPlan], on_error: str) -> Iterator[ShardJob]:
    for shard in shards:
        table = merge_examples(plan, shard.examples)
        yield ShardJob(str(folder), shard.file_name, table, plan.taxonomy, on_error)


def _finished_shards(staging: Staging) -> dict[str, ShardResult]:
    """Shards that an earlier run noted as finished and that still are what it noted."""
    results = {}
    for name, facts in staging.notes().items():
        result = shard_result_from_json(facts)
        path = staging.folder / name
        if path.is_file() and seal_shard(path) == (result.num_bytes, result.sha256):
            results[name] = result
    return results


def _finish(plan: CompilePlan, staging: Staging, manifest: JsonObject) -> JsonObject:
    """Write the label maps and, last, the manifest."""
    maps = {name: text.encode() for name, text in label_maps(plan.taxonomy).items()}
    for name, data in maps.items():
        write_atomically(staging.folder / name, data)
    sealed = seal_manifest({**manifest, "files": {name: sha256(data).hexdigest() for name, data in maps.items()}})
    write_atomically(staging.folder / MANIFEST_NAME, manifest_bytes(sealed))
    return sealed


def _warnings(request: Request) -> tuple[str, ...]:
    plan = request.plan
    warnings = [f"{each.labels.ref}: {text}" for each in request.read for text in each.warnings]
    if plan.config.methods and any(method is Method.NAIVE for method in plan.config.methods.values()):
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
