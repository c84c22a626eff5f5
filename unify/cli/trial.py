"""``unify trial``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from unify.cli.options import Config, ExecutorName, Json, RayAddress, Workers, Workspace


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify trial trials/digits_high --methods naive,partial")(trial)


def trial(
    config: Config,
    methods: Annotated[
        str | None,
        typer.Option(help="Of naive,partial,hard,soft,full and the config's mixtures, instead of the config's."),
    ] = None,
    seeds: Annotated[int | None, typer.Option(min=3, help="How many, instead of the config's.")] = None,
    output: Annotated[Path | None, typer.Option(help="Output folder, instead of the config's.")] = None,
    workers: Workers = None,
    executor: Annotated[ExecutorName, typer.Option(help="local processes, or a Ray cluster.")] = ExecutorName.LOCAL,
    ray_address: RayAddress = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an output of other inputs.")] = False,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Compare methods: which one suits this data?

    Trains a detector, with several seeds, on what each method makes of the same pictures, and scores it on fully
    labeled ones. Methods are naive, partial, hard, soft, full (all labels) and mixtures: a method for each task. Where
    a scenario is tried by hard or soft, specialists are trained and calibrated first, once for all seeds. An
    interrupted trial resumes when the same command is given again. Beside the numbers stands a page, trial.html.
    """
    from unify.cli.output import Bars, print_json, print_warnings, shown_path
    from unify.trials import trial as run

    with Bars() as bars:
        report = run(
            config,
            workspace=workspace,
            methods=[name.strip() for name in methods.split(",")] if methods is not None else None,
            seeds=seeds,
            output=output,
            workers=workers,
            executor=str(executor),
            ray_address=ray_address,
            overwrite=overwrite,
            progress=bars,
        )
    _write_page(report.output)
    if json:
        print_json(report.summary())
        return
    print_warnings(report.warnings)
    for line in report.lines():
        print(line)
    print(f"\nwritten to {shown_path(report.output)}")


def _write_page(folder: Path) -> None:
    """``trial.html``; a trial is whole without it, so that a missing library is only told."""
    from unify.reporting.page.environment import INSTALL, can_render
    from unify.reporting.trial_report import PAGE_NAME, report_trial

    if can_render():
        report_trial(folder)
        return
    from unify.cli.output import shown_path

    again = f"unify report {shown_path(folder)}"
    print(f"{PAGE_NAME} is not written, jinja2 is not installed: {INSTALL}, then {again}", file=sys.stderr)
