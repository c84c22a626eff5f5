"""``unify simulate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unify.cli.options import Config, Json, Workers, Workspace


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify simulate simulations/digits --strategies random,ours")(simulate)


def simulate(
    config: Config,
    strategies: Annotated[
        str | None,
        typer.Option(
            help="Of random,random-pairs,rank,ours and measures, instead of the config's.", show_default=False
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Output folder, instead of the config's.")] = None,
    workers: Workers = None,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Compare ways to choose what to label, on pictures whose truth is known.

    Round by round a strategy asks, the truth answers, and a detector is trained and scored: F1 against the cost of
    people's work, in boxes. What is finished is never done again.
    """
    from unify.cli.output import Bars, print_json, shown_path
    from unify.simulating.simulate import simulate as run

    chosen = [name.strip() for name in strategies.split(",")] if strategies is not None else None
    with Bars() as bars:
        report = run(config, workspace=workspace, strategies=chosen, output=output, workers=workers, progress=bars)
    if json:
        print_json(report.summary())
        return
    for line in report.lines():
        print(line)
    print(f"\nwritten to {shown_path(report.output)}")
