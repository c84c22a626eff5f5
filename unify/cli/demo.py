"""``unify demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify demo my-demo")(demo)


def demo(
    folder: Annotated[Path, typer.Argument(help="A new folder for the demo's workspace.", show_default=False)],
    pictures: Annotated[int, typer.Option(min=8, help="How many scenes to draw.")] = 240,
) -> None:
    """Show the whole story on drawn driving scenes.

    Draws them, cuts them into partially labeled batches, compiles those, and shows what is known of a picture.
    """
    from unify.cli.output import Bars
    from unify.demo.run import run_demo

    with Bars() as bars:
        run_demo(folder, num_pictures=pictures, progress=bars, say=print)
