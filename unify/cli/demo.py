"""``unify demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify demo my-demo")(demo)


def demo(
    folder: Annotated[Path, typer.Argument(help="A new folder for the demo's workspace.", show_default=False)],
    pictures: Annotated[int, typer.Option(min=40, help="How many scenes to draw.")] = 600,
) -> None:
    """Show the whole story on drawn driving scenes, in two to three minutes on two free cores.

    Draws them, cuts them into partially labeled batches of three teams, compiles those (partial), trains a small
    specialist for each team's classes, lets the specialists fill what nobody labeled (hard, soft), draws one scene by
    each method beside its truth, and plays a round of labeling: asks what helps most, takes the answers in, compiles.

    The same command goes on with a demo that was interrupted. Without TensorFlow the story ends before the training.
    """
    from unify.cli.output import Bars
    from unify.demo.run import run_demo

    with Bars() as bars:

        def say(text: str) -> None:
            bars.close()
            print(text, flush=True)  # progress goes another way, and must not overtake

        run_demo(folder, num_pictures=pictures, progress=bars, say=say)
