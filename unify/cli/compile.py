"""``unify compile``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unify.cli.cache import CacheRoot
from unify.cli.options import (
    Config,
    ExecutorOption,
    GpusPerWorker,
    Json,
    MethodOption,
    OnErrorOption,
    RayAddress,
    Seed,
    Workers,
    Workspace,
)

if TYPE_CHECKING:
    from unify.inference.run import InferenceReport


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify compile adas_v7 --method partial --output unified/adas-v7")(compile)


def compile(
    config: Config,
    method: MethodOption = None,
    output: Annotated[Path | None, typer.Option(help="Output folder, instead of the config's.")] = None,
    workers: Workers = None,
    executor: ExecutorOption = None,
    ray_address: RayAddress = None,
    gpus_per_worker: GpusPerWorker = None,
    seed: Seed = None,
    on_error: OnErrorOption = "stop",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an output of other inputs.")] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Ask auto-labelers again about pictures they failed on.")
    ] = False,
    cache: CacheRoot = None,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Write the unified dataset of a config.

    Classes nobody labeled are filled by auto-labelers where the method is hard or soft; what they say of a picture is
    kept, so that they look at it once.

    The output appears whole or not at all; an interrupted compile resumes when the same command is given again.
    """
    from unify.cli.output import Bars, plural, print_json, print_warnings, shown_path
    from unify.compiler import compile as run

    with Bars() as bars:
        report = run(
            config,
            workspace=workspace,
            method=method,
            output=output,
            workers=workers,
            executor=executor and str(executor),
            ray_address=ray_address,
            gpus_per_worker=gpus_per_worker,
            seed=seed,
            on_error=str(on_error),
            overwrite=overwrite,
            cache=cache,
            retry_failed=retry_failed,
            progress=bars,
        )
    summary = report.summary()
    if json:
        print_json(summary)
        return
    print_warnings(report.warnings)
    if summary["skipped"]:
        print(f'{plural(summary["skipped"], "picture")} skipped; see "skipped" in {report.output}/manifest.json')
    if report.inference.inferred or report.inference.cached:
        print(f"auto-labeling: {_answers(report.inference)}; machine boxes: {_machine_boxes(summary)}")
    what = f"{plural(summary['examples'], 'example')}, {plural(summary['boxes'], 'box')}"
    done = "is up to date" if report.up_to_date else f"written in {report.seconds:.1f} s"
    print(f"{shown_path(report.output)} {done}: {what}, {plural(len(report.manifest['shards']), 'shard')}")


def _answers(inference: InferenceReport) -> str:
    from unify.cli.output import plural

    return f"{plural(inference.inferred, 'answer')} inferred, {inference.cached:,} cached"


def _machine_boxes(summary: dict) -> str:
    """``car 1,204 (31 %), truck 80 (4 %)``."""
    ratio = summary["auto_label_ratio"]
    found = [f"{name} {boxes:,} ({ratio[name]:.0%})" for name, boxes in summary["machine_boxes"].items() if boxes]
    return ", ".join(found) or "none"
