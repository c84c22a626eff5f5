"""Options that several verbs take."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[str, typer.Argument(help="A config: a path, or the name of a file in configs/.", show_default=False)]
Dataset = Annotated[Path, typer.Argument(help="Folder of a unified dataset, e.g. unified/adas-v7.", show_default=False)]
Workspace = Annotated[
    Path | None,
    typer.Option(help="Folder that holds registry/. Default: the nearest parent that does.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print machine-readable JSON on standard output.")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Worker processes. Default: the cores of this machine.", show_default=False)
]
MethodOption = Annotated[
    str | None, typer.Option("--method", help="partial, hard, soft or naive, instead of the config's.")
]
Seed = Annotated[int | None, typer.Option(min=0, help="Order of the examples, instead of the config's.")]


class OnError(StrEnum):
    """What to do with a bad picture."""

    STOP = "stop"
    SKIP = "skip"


OnErrorOption = Annotated[
    OnError, typer.Option("--on-error", help="stop, or skip bad pictures and list them in the manifest.")
]


class ExecutorName(StrEnum):
    """Where the work runs."""

    LOCAL = "local"
    RAY = "ray"


ExecutorOption = Annotated[
    ExecutorName | None,
    typer.Option(
        "--executor", help="local processes, or a Ray cluster. Default: the config's, else local.", show_default=False
    ),
]
RayAddress = Annotated[
    str | None,
    typer.Option(
        help="Of a Ray cluster, e.g. ray://head:10001. Default: the config's, RAY_ADDRESS, or a Ray of its own.",
        show_default=False,
    ),
]
GpusPerWorker = Annotated[
    float | None,
    typer.Option(min=0, help="On Ray, for auto-labelers; 0 hides GPUs. Default: an even share.", show_default=False),
]
