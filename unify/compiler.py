"""The story top to bottom: request → shards → manifest → one rename. The only file that knows all stages."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from unify.core.types import JsonObject, Method
from unify.errors import DatasetError, PlanError, Problem
from unify.executors import Executor, make_executor
from unify.files import cannot_write, write_whole
from unify.manifest import build_manifest, request_identity
from unify.merge.human import merge_examples
from unify.planning.build import CompilePlan, ShardPlan
from unify.progress import Progress, Silent
from unify.records.label_map import LABEL_MAPS
from unify.records.manifest import MANIFEST_NAME, manifest_bytes, read_manifest, seal_manifest
from unify.records.shard import ShardJob, ShardResult, seal_shard, write_shard
from unify.registry.objects import CompileConfig
from unify.request import Request, prepare, warnings_of
from unify.staging import Staging, only_writer, open_staging, output_exists


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


def plan(
    config: str | os.PathLike,
    *,
    workspace: str | os.PathLike | None = None,
    method: str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> CompilePlan:
    """What `compile` would do, before it does it. Arguments and errors as there."""
    workers = workers or default_workers()
    return prepare(config, workspace=workspace, method=method, workers=workers, progress=progress).plan


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
        workers: processes; the cores of this machine by default. A script that has TensorFlow loaded starts them by
            running itself again: let it call this under ``if __name__ == "__main__":``.
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
    progress = progress or Silent()
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
    target = request.config.output
    identity = request_identity(request.plan, request.lock_entries)
    manifest = _already_there(target, identity, overwrite)
    up_to_date = manifest is not None
    if not up_to_date:
        try:
            with only_writer(target):
                manifest = _write_dataset(request, target, identity, pool, on_error, overwrite, progress)
        except OSError as error:
            raise cannot_write(target, error) from error
    return CompileReport(target, manifest, time.perf_counter() - began, up_to_date, warnings_of(request))


def _write_dataset(
    request: Request,
    target: Path,
    identity: str,
    executor: Executor,
    on_error: str,
    overwrite: bool,
    progress: Progress,
) -> JsonObject:
    """Write and publish the dataset; returns its manifest."""
    # Asked again: another compile of the same request may have finished while this one waited for its turn.
    manifest = _already_there(target, identity, overwrite)
    if manifest is not None:
        return manifest
    staging = open_staging(target, identity)
    results = _write_shards(request.plan, staging, executor, on_error, progress)
    manifest = build_manifest(request.plan, request.lock_entries, results, identity)
    return _finish(request.plan, staging, manifest, overwrite)


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
    """The manifest of an output that is what the request asks for; None where there is something to write.

    Raises:
        OutputError: something else stands there. ``overwrite`` replaces unified datasets, never a stranger's files.
    """
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return None
    try:
        manifest = read_manifest(output)
    except DatasetError:
        raise output_exists(output) from None
    if manifest["request"] == identity and _has_all_shards(output, manifest):
        return manifest
    if not overwrite:
        raise output_exists(output)
    return None


def _has_all_shards(output: Path, manifest: JsonObject) -> bool:
    sizes = {output / shard["file"]: shard["bytes"] for shard in manifest["shards"]}
    return all(path.is_file() and path.stat().st_size == size for path, size in sizes.items())


def _write_shards(
    plan: CompilePlan, staging: Staging, executor: Executor, on_error: str, progress: Progress
) -> list[ShardResult]:
    """Write every shard that an earlier run did not finish; results in the order of the plan."""
    results = _finished_shards(staging)
    tick = progress.stage("writing", sum(len(shard.examples) for shard in plan.shards))
    tick(sum(len(shard.examples) for shard in plan.shards if shard.file_name in results))
    missing = [shard for shard in plan.shards if shard.file_name not in results]
    for result in executor.run(write_shard, _jobs(plan, staging.folder, missing, on_error), tick):
        staging.note(result.file_name, result.to_json())
        results[result.file_name] = result
    return [results[shard.file_name] for shard in plan.shards]


def _jobs(plan: CompilePlan, folder: Path, shards: Sequence[ShardPlan], on_error: str) -> Iterator[ShardJob]:
    for shard in shards:
        yield ShardJob(str(folder), shard.file_name, merge_examples(plan, shard.examples), plan.taxonomy, on_error)


def _finished_shards(staging: Staging) -> dict[str, ShardResult]:
    """Shards that an earlier run noted as finished and whose bytes still are what it noted."""
    results = {}
    for name, facts in staging.notes().items():
        result = ShardResult.from_json(facts)
        path = staging.folder / name
        if path.is_file() and seal_shard(path) == (result.num_bytes, result.sha256):
            results[name] = result
    return results


def _finish(plan: CompilePlan, staging: Staging, manifest: JsonObject, overwrite: bool) -> JsonObject:
    """Write the label maps and the manifest, and publish."""
    maps = {name: render(plan.taxonomy).encode() for name, render in LABEL_MAPS.items()}
    files = {name: hashlib.sha256(data).hexdigest() for name, data in maps.items()}
    manifest = seal_manifest({**manifest, "files": files})
    for name, data in {**maps, MANIFEST_NAME: manifest_bytes(manifest)}.items():
        write_whole(staging.folder / name, data, durable=True)
    staging.publish(overwrite=overwrite)
    return manifest
