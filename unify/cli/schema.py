"""``unify schema``."""

from __future__ import annotations

from pathlib import Path

import typer

from unify.cli.options import Json, Workspace


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify schema")(schema)


def schema(workspace: Workspace = None, json: Json = False) -> None:
    """Write the JSON Schemas of the YAML files.

    Into registry/.schema/, where editors find them.
    """
    from unify.cli.output import print_json
    from unify.registry.file_kinds import json_schemas
    from unify.registry.load import find_workspace
    from unify.registry.workspace import SCHEMAS, export_schemas

    if json:
        print_json(json_schemas())
        return
    for path in export_schemas((workspace or find_workspace(Path.cwd())) / SCHEMAS):
        print(path)
