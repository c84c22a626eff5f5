"""``unify init``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify init my-workspace")(init)


def init(folder: Annotated[Path, typer.Argument(help="Where to make the workspace.", show_default=False)]) -> None:
    """Make a workspace.

    An example registry to edit, and JSON Schemas so that editors complete and check it as you type.
    """
    from unify.registry.workspace import init_workspace

    for path in init_workspace(folder):
        print(path)
    print(f"\nNext: edit {folder}/registry/taxonomy.yaml, add a batch in registry/datasets/, then: unify check")
