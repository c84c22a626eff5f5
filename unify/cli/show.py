"""``unify show``."""

from __future__ import annotations

from typing import Annotated

import typer

from unify.cli.options import Json, Workspace

Reference = Annotated[
    str,
    typer.Argument(
        help="A dataset's folder, an auto-labeler (pedestrian:v3) or a batch (pedestrian:b1).", show_default=False
    ),
]


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify show pedestrian:b1")(show)


def show(ref: Reference, workspace: Workspace = None, json: Json = False) -> None:
    """Show all there is to know of a batch, an auto-labeler or a unified dataset."""
    from unify.cli.output import Bars, print_json
    from unify.reporting.show import show as run

    with Bars() as bars:
        facts = run(ref, workspace=workspace, progress=bars)
    if json:
        print_json(facts.content)
        return
    for line in facts.lines():
        print(line)
