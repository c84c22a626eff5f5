"""``unify loop``."""

from __future__ import annotations

from typing import Annotated

import typer

from unify.cli.cache import CacheRoot
from unify.cli.options import Config, ExecutorName, Json, Workers, Workspace


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify loop loops/night")(loop)


def loop(
    config: Config,
    auto: Annotated[
        bool, typer.Option("--auto", help="The config's oracle answers in place of people, to the end of the round.")
    ] = False,
    rounds: Annotated[int, typer.Option(min=1, help="With --auto: how many rounds.")] = 1,
    workers: Workers = None,
    executor: Annotated[ExecutorName, typer.Option(help="local processes, or a Ray cluster.")] = ExecutorName.LOCAL,
    cache: CacheRoot = None,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Do the next step of a round of labeling: rank, export, import, compile, trial.

    Each call does one step and says what people must do and which command comes after. What came back is a batch of
    its own a round and task, and is compiled with the others.
    """
    from unify.cli.output import Bars, print_json, print_warnings, shown_path
    from unify.looping.loop import loop as run
    from unify.looping.told import report_lines

    with Bars() as bars:
        report = run(
            config,
            auto=auto,
            rounds=rounds,
            workspace=workspace,
            cache=cache,
            workers=workers,
            executor=str(executor),
            progress=bars,
        )
    if json:
        print_json(report.summary())
        return
    print_warnings(report.warnings)
    command = f"unify loop {config}" + (f" --workspace {workspace}" if workspace else "")
    for line in report_lines(report, command + (" --auto" if auto else ""), shown_path):
        print(line)
