"""``unify promote``."""

from __future__ import annotations

from typing import Annotated

import typer

from unify.cli.options import Json, Workspace


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify promote pedestrian --by f1")(promote)


def promote(
    ref: Annotated[
        str, typer.Argument(help="The version to put on top, name:version; with --by a name.", show_default=False)
    ],
    by: Annotated[
        str | None, typer.Option(help="Order the whole stack by this metric, the largest on top.", show_default=False)
    ] = None,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Choose an auto-labeler's default version.

    The top of its stack in the registry is used where no version is named. Comments move with their versions.
    """
    from unify.calibrating.promotion import promote as run
    from unify.cli.output import print_json, print_warnings

    report = run(ref, by=by, workspace=workspace)
    if json:
        print_json(report.summary())
        return
    print_warnings(report.warnings)
    if report.changed:
        print(f"{report.name}: {', '.join(report.after)} (was {', '.join(report.before)})")
    else:
        print(f"{report.name}: nothing to change, the order is {', '.join(report.after)}")
