"""The story top to bottom: request → predictions → shards → manifest → one rename.

The only file that knows all stages.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from unify.core.digest import json_digest
from unify.core.taxonomy import Taxonomy
from unify.core.types import JsonObject
from unify.errors import DatasetError
from unify.executors import Executor, make_executor
from unify.files import cannot_write, write_whole
from unify.inference.autolabeling import AutoLabeling, open_autolabeling
from unify.inference.cached import with_cached
from unify.inference.filling import Filling
from unify.inference.run import NO_INFERENCE, InferenceReport, infer
from unify.manifest import MachineFacts, build_manifest, request_identity
from unify.merge.fill_counts import FillCounts
from unify.planning.build import CompilePlan, ShardPlan
from unify.progress import Progress, Silent
from unify.records.counts import HUMAN
from unify.records.label_map import LABEL_MAPS
from unify.records.manifest import MANIFEST_NAME, manifest_bytes, read_manifest, seal_manifest
from unify.records.shard import ShardJob, ShardResult, seal_shard, write_shard
from unify.registry.objects import ExecutorChoice
from unify.request import Request, default_workers, prepare, warnings_of
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
        inference: what auto-labelers were asked.
    """

    output: Path
    manifest: JsonObject
    seconds: float
    up_to_date: bool
    warnings: tuple[str, ...]
    inference: InferenceReport = NO_INFERENCE

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify compile``."""
        splits, classes = self.manifest["splits"].values(), self.manifest["classes"].items()
        return {
            "output": str(self.output),
            "examples": sum(split["examples"] for split in splits),
            "boxes": sum(split["boxes"] for split in splits),
            "skipped": len(self.manifest["skipped"]),
            "inferred": self.inference.inferred,
            "cached": self.inference.cached,
            "machine_boxes": {name: each["boxes"] - each["sources"].get(HUMAN, 0) for name, each in classes},
            "auto_label_ratio": {name: each["auto_label_ratio"] for name, each in classes},
            "conflicts": sum(self.manifest.get("conflicts", {}).values()),
            "failed": len(self.manifest.get("failed", ())),
            "seconds": round(self.seconds, 3),
            "up_to_date": self.up_to_date,
            "warnings": list(self.warnings),
        }


def plan(
    config: str | os.PathLike,
    *,
    workspace: str | os.PathLike | None = None,
    method: str | None = None,
    workers: int | None = None,
    cache: str | os.PathLike | None = None,
    progress: Progress | None = None,
) -> CompilePlan:
    """What `compile` would do, before it does it. Arguments and errors as there."""
    workers = workers or default_workers()
    request = prepare(config, workspace=workspace, method=method, workers=workers, progress=progress)
    return with_cached(request.plan, request.registry, cache)


def compile(
    config: str | os.PathLike,
    *,
    workspace: str | os.PathLike | None = None,
    method: str | None = None,
    output: str | os.PathLike | None = None,
    workers: int | None = None,
    executor: str | None = None,
    ray_address: str | None = None,
    gpus_per_worker: float | None = None,
    seed: int | None = None,
    on_error: str = "stop",
    overwrite: bool = False,
    cache: str | os.PathLike | None = None,
    retry_failed: bool = False,
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
        workers: processes; the cores of this machine by default, or what a Ray cluster has room for. Auto-labelers
            always run in processes of their own, which a crash of theirs may end. A script that has TensorFlow loaded
            starts them by running itself again: let it call this under ``if __name__ == "__main__":``.
        executor: ``local`` or ``ray``; the config's by default, as for the next two.
        ray_address: of a Ray cluster, ``host:port`` or ``ray://host:10001``; ``RAY_ADDRESS`` or a Ray started for this
            compile alone, where the config names none either.
        gpus_per_worker: on Ray, for workers that run auto-labelers; its GPUs are shared out evenly by default.
        seed: overrides the config's seed.
        on_error: ``stop``, or ``skip`` to leave bad pictures out and list them in the manifest.
        overwrite: replace an output that was compiled from other inputs.
        cache: folder or URL of the prediction cache; ``.unify/cache`` in the workspace by default.
        retry_failed: ask auto-labelers again about pictures that they failed on.
        progress: told how the work goes.

    Raises:
        RegistryError, LabelError, PictureError, LockError, PlanError: the inputs are wrong; nothing was written.
        AutoLabelerError: a model cannot be loaded, or its answers break the contract; what it answered before is kept.
        OutputError: the output exists, is in use, or cannot be written; what was finished is kept for the next run.
    """
    began = time.perf_counter()
    asked = ExecutorChoice(executor, workers, ray_address, gpus_per_worker)
    if executor:
        _executor_of(asked)  # a wrong one is said before any work
    progress = progress or Silent()
    request = prepare(
        config,
        workspace=workspace,
        method=method,
        output=output,
        seed=seed,
        on_error=on_error,
        workers=workers or default_workers(),
        fresh=True,
        progress=progress,
    )
    machines = open_autolabeling(request.plan, request.registry, cache)
    identity = request_identity(request.plan, request.lock_entries, machines.request_entries())
    target = request.config.output
    pool = _executor_of(asked.over(request.config.executor))
    how = _How(pool, on_error, overwrite, retry_failed, progress)
    manifest, inference = _already_there(target, identity, how), NO_INFERENCE
    up_to_date = manifest is not None
    if not up_to_date:
        try:
            with only_writer(target), closing(pool):
                manifest, inference = _write_dataset(request, machines, identity, how)
        except OSError as error:
            raise cannot_write(target, error) from error
    warnings = (*warnings_of(request), *machines.warnings(), *machines.failure_warnings())
    return CompileReport(target, manifest, time.perf_counter() - began, up_to_date, warnings, inference)


def _executor_of(choice: ExecutorChoice) -> Executor:
    name = choice.name or "local"
    workers = choice.workers or (default_workers() if name == "local" else None)
    return make_executor(name, workers, ray_address=choice.ray_address, gpus_per_worker=choice.gpus_per_worker)


@dataclass(frozen=True)
class _How:
    """How a compile goes about it; see `compile`."""

    executor: Executor
    on_error: str
    overwrite: bool
    retry_failed: bool
    progress: Progress


def _write_dataset(
    request: Request, machines: AutoLabeling, identity: str, how: _How
) -> tuple[JsonObject, InferenceReport]:
    """Infer, write and publish the dataset; returns its manifest and what was inferred."""
    target = request.config.output
    # Asked again: another compile of the same request may have finished while this one waited for its turn.
    manifest = _already_there(target, identity, how)
    if manifest is not None:
        return manifest, NO_INFERENCE
    inference = infer(
        machines.questions(),
        machines.pictures,
        machines.cache,
        how.executor,
        scratch=target.with_name(f".{target.name}.inferring"),
        progress=how.progress,
        on_error=how.on_error,
        retry_failed=how.retry_failed,
    )
    failed = machines.failures()
    # A picture that an auto-labeler failed on before and not now makes another shard.
    staging = open_staging(target, json_digest([identity, failed]) if failed else identity)
    shards = _write_shards(request.plan, machines.filling, staging, how)
    facts = MachineFacts(machines.manifest_entries(), _sum_conflicts(shards), failed)
    results = [shard.result for shard in shards]
    manifest = build_manifest(request.plan, request.lock_entries, results, identity, facts)
    return _finish(request.plan, staging, manifest, how.overwrite), inference


def _already_there(output: Path, identity: str, how: _How) -> JsonObject | None:
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
    is_final = not (how.retry_failed and manifest.get("failed"))
    if manifest["request"] == identity and is_final and _has_all_shards(output, manifest):
        return manifest
    if not how.overwrite:
        raise output_exists(output)
    return None


def _has_all_shards(output: Path, manifest: JsonObject) -> bool:
    sizes = {output / shard["file"]: shard["bytes"] for shard in manifest["shards"]}
    return all(path.is_file() and path.stat().st_size == size for path, size in sizes.items())


@dataclass(frozen=True)
class _WrittenShard:
    """A shard, and what was dropped while it was filled.

    Attributes:
        result: what it holds.
        conflicts: class -> machine boxes dropped for lying on a hand box of an exclusive class.
    """

    result: ShardResult
    conflicts: Mapping[str, int]


def _write_shards(plan: CompilePlan, filling: Filling, staging: Staging, how: _How) -> list[_WrittenShard]:
    """Write every shard that an earlier run did not finish; results in the order of the plan."""
    written = _finished_shards(staging)
    tick = how.progress.stage("writing", sum(len(shard.examples) for shard in plan.shards))
    tick(sum(len(shard.examples) for shard in plan.shards if shard.file_name in written))
    missing = [shard for shard in plan.shards if shard.file_name not in written]
    conflicts: dict[str, Mapping[str, int]] = {}
    for result in how.executor.run(write_shard, _jobs(filling, staging.folder, missing, how.on_error, conflicts), tick):
        done = _WrittenShard(result, conflicts.pop(result.file_name))
        staging.note(result.file_name, {"result": result.to_json(), "conflicts": done.conflicts})
        written[result.file_name] = done
    return [written[shard.file_name] for shard in plan.shards]


def _jobs(
    filling: Filling,
    folder: Path,
    shards: Sequence[ShardPlan],
    on_error: str,
    conflicts: dict[str, Mapping[str, int]],
) -> Iterator[ShardJob]:
    """The jobs of shards; what each dropped is put into ``conflicts`` under its name."""
    taxonomy = filling.plan.taxonomy
    for shard, table, counts in filling.tables(shards):
        conflicts[shard.file_name] = _by_class(counts, taxonomy) if counts else {}
        yield ShardJob(str(folder), shard.file_name, table, taxonomy, on_error)


def _by_class(counts: FillCounts, taxonomy: Taxonomy) -> dict[str, int]:
    dropped = counts.conflicts.tolist()
    return {name: dropped[class_id - 1] for class_id, name in taxonomy.names.items() if dropped[class_id - 1]}


def _sum_conflicts(shards: Sequence[_WrittenShard]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for shard in shards:
        total.update(shard.conflicts)
    return dict(total)


def _finished_shards(staging: Staging) -> dict[str, _WrittenShard]:
    """Shards that an earlier run noted as finished and whose bytes still are what it noted."""
    written = {}
    for name, facts in staging.notes().items():
        result = ShardResult.from_json(facts["result"])
        path = staging.folder / name
        if path.is_file() and seal_shard(path) == (result.num_bytes, result.sha256):
            written[name] = _WrittenShard(result, facts["conflicts"])
    return written


def _finish(plan: CompilePlan, staging: Staging, manifest: JsonObject, overwrite: bool) -> JsonObject:
    """Write the label maps and the manifest, and publish."""
    maps = {name: render(plan.taxonomy).encode() for name, render in LABEL_MAPS.items()}
    files = {name: hashlib.sha256(data).hexdigest() for name, data in maps.items()}
    manifest = seal_manifest({**manifest, "files": files})
    for name, data in {**maps, MANIFEST_NAME: manifest_bytes(manifest)}.items():
        write_whole(staging.folder / name, data, durable=True)
    staging.publish(overwrite=overwrite)
    return manifest
