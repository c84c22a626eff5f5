"""``unify lineage``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from unify.cli.options import Workspace
from unify.cli.show import Reference


class LineageFormat(StrEnum):
    """How a lineage is printed."""

    TEXT = "text"
    MERMAID = "mermaid"
    JSON = "json"


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify lineage unified/adas-v7 --format mermaid")(lineage)


def lineage(
    ref: Reference,
    format: Annotated[LineageFormat, typer.Option(help="text, a Mermaid flowchart, or JSON.")] = LineageFormat.TEXT,
    workspace: Workspace = None,
) -> None:
    """Say where labels come from: the human batches behind every box, through all auto-labelers."""
    from unify.cli.output import Bars, print_json
    from unify.reporting.lineage.ask import lineage as run

    with Bars() as bars:
        found = run(ref, workspace=workspace, progress=bars)
    if format is LineageFormat.JSON:
        print_json(found.summary())
    elif format is LineageFormat.MERMAID:
        print(found.mermaid(), end="")
    else:
        for line in found.lines():
            print(line)
