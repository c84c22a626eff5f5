"""``unify browse``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unify.cli.cache import CacheRoot
from unify.cli.options import Dataset, Workspace


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify browse unified/adas-v7 --port 8600")(browse)


def browse(
    dataset: Dataset,
    against: Annotated[
        Path | None, typer.Option(help="Another unified dataset: also show what changed since that one.")
    ] = None,
    gallery: Annotated[int | None, typer.Option(min=0, help="How many pictures to show.", show_default="all")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8600,
    cache: CacheRoot = None,
    workspace: Workspace = None,
) -> None:
    """Serve the report's page to a browser on this machine, with all pictures.

    From another machine, open a tunnel first: ssh -L 8600:127.0.0.1:8600 HOST.
    """
    from unify.cli.output import Bars
    from unify.cli.place import dataset_folder
    from unify.reporting.browse import browse as run

    with Bars() as bars:

        def say(line: str) -> None:
            bars.close()
            print(line, flush=True)

        folder = dataset_folder(dataset, workspace)
        run(
            folder,
            against=against,
            gallery=gallery,
            port=port,
            workspace=workspace,
            cache=cache,
            progress=bars,
            say=say,
        )
