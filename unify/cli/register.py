"""``unify register dataset`` and ``unify register autolabeler``: the edit a person would make, made for them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unify.cli.options import Workspace

Names = Annotated[list[str] | None, typer.Option(show_default=False)]


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="Add a batch or an auto-labeler version; comments and order stay.")
    group.command(epilog="Example: unify register dataset pedestrian:b7 --annotations data/b7.json --images data/b7")(
        dataset
    )
    group.command(
        epilog="Example: unify register autolabeler pedestrian:v4 --adapter keras "
        "--path autolabelers/pedestrian/v4/model.keras --class pedestrian --class cyclist"
    )(autolabeler)
    app.add_typer(group, name="register")


def dataset(
    ref: Annotated[str, typer.Argument(help="The new batch, task:batch.", show_default=False)],
    annotations: Annotated[str, typer.Option(help="Annotation file or folder, from the workspace.")],
    images: Annotated[str, typer.Option(help="Folder of the pictures, from the workspace.")],
    format: Annotated[str | None, typer.Option(help="coco (default), voc or yolo.")] = None,
    split: Annotated[str | None, typer.Option(help="train (default), val, ...")] = None,
    labeled_class: Annotated[
        list[str] | None, typer.Option(help="A class searched exhaustively; repeat. Default: the task's classes.")
    ] = None,
    notes: Annotated[str | None, typer.Option(help="Free text.")] = None,
    workspace: Workspace = None,
) -> None:
    """Add a batch of labeled pictures."""
    from unify.registry.edit import register_dataset
    from unify.registry.load import find_workspace

    path = register_dataset(
        (workspace or find_workspace(Path.cwd())).resolve(),
        ref,
        annotations,
        images,
        format=format,
        split=split,
        labeled_classes=labeled_class,
        notes=notes,
    )
    print(f"{ref} added to {path}")


def autolabeler(
    ref: Annotated[str, typer.Argument(help="The new version, name:version.", show_default=False)],
    adapter: Annotated[str, typer.Option(help="An adapter's name, or path/to/file.py:Class.")],
    path: Annotated[str | None, typer.Option(help="Weights, from the workspace.")] = None,
    class_: Annotated[
        list[str] | None, typer.Option("--class", help="A class it finds; repeat. Needed for its first version.")
    ] = None,
    trained_on: Annotated[
        list[str] | None, typer.Option(help="What it was trained on, e.g. 'pedestrian:[b1-b3]'; repeat.")
    ] = None,
    workspace: Workspace = None,
) -> None:
    """Put a new version on top of an auto-labeler's stack."""
    from unify.registry.edit import register_autolabeler
    from unify.registry.load import find_workspace

    file = register_autolabeler(
        (workspace or find_workspace(Path.cwd())).resolve(),
        ref,
        adapter,
        path,
        classes=class_,
        trained_on=trained_on,
    )
    print(f"{ref} added to {file}")
