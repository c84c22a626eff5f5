"""``unify compile``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unify.cli.options import Config, ExecutorName, Json, MethodOption, OnErrorOption, Seed, Workers, Workspace


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify compile adas_v7 --method partial --output unified/adas-v7")(compile)


def compile(
    config: Config,
    method: MethodOption = None,
    output: Annotated[Path | None, typer.Option(help="Output folder, instead of the config's.")] = None,
    workers: Workers = None,
    executor: Annotated[ExecutorName, typer.Option(help="local processes, or a Ray cluster.")] = ExecutorName.LOCAL,
    seed: Seed = None,
    on_error: OnErrorOption = "stop",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an output of other inputs.")] = False,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Write the unified dataset of a config.

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
            executor=str(executor),
            seed=seed,
            on_error=str(on_error),
            overwrite=overwrite,
            progress=bars,
        )
    summary = report.summary()
    if json:
        print_json(summary)
        return
    print_warnings(report.warnings)
    if summary["skipped"]:
        print(f'{plural(summary["skipped"], "picture")} skipped; see "skipped" in {report.output}/manifest.json')
    what = f"{plural(summary['examples'], 'example')}, {plural(summary['boxes'], 'box')}"
    done = "is up to date" if report.up_to_date else f"written in {report.seconds:.1f} s"
    print(f"{shown_path(report.output)} {done}: {what}, {plural(len(report.manifest['shards']), 'shard')}")
