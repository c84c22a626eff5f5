"""``unify check``."""

from __future__ import annotations

from typing import Annotated

import typer

from unify.cli.options import Json, OnErrorOption, Workers, Workspace


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify check --json")(check)


def check(
    workspace: Workspace = None,
    relock: Annotated[
        list[str] | None,
        typer.Option(help="Lock this batch (task:batch) as it is now. For a batch nobody has compiled yet."),
    ] = None,
    on_error: OnErrorOption = "stop",
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Validate the whole workspace, lock new batches.

    Reads every YAML file, annotation file and picture, and reports everything that is wrong at once.
    """
    from unify.checking import check as run
    from unify.cli.output import Bars, plural, print_json, print_table, print_warnings
    from unify.errors import UnifyError

    try:
        with Bars() as bars:
            report = run(workspace, relock=relock or (), on_error=str(on_error), workers=workers, progress=bars)
    except UnifyError as error:
        if not json:
            raise
        print_json({"ok": False, "problems": [vars(problem) for problem in error.problems]})
        raise typer.Exit(1) from None
    if json:
        print_json(report.summary())
        return
    rows = [[b["batch"], b["split"], b["pictures"], b["boxes"], b["skipped"], b["lock"]] for b in report.batches]
    if rows:
        print_table(["Batch", "Split", "Pictures", "Boxes", "Skipped", "Lock"], rows)
    print_warnings(report.warnings)
    print(f"ok: {plural(len(rows), 'batch')}, {plural(report.configs, 'config')}")
