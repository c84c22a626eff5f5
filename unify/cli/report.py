"""``unify report``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unify.cli.cache import CacheRoot
from unify.cli.options import Dataset, Json, Workspace

if TYPE_CHECKING:
    from unify.reporting.report import DatasetReport

ALL = "all"


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify report unified/adas-v7 --against unified/adas-v6")(report)


def report(
    dataset: Dataset,
    against: Annotated[
        Path | None, typer.Option(help="Another unified dataset: also show what changed since that one.")
    ] = None,
    gallery: Annotated[str, typer.Option(help="How many pictures to show, or all.")] = "200",
    output: Annotated[
        Path | None, typer.Option(help="The page, *.html. Default: report.html in the dataset.", show_default=False)
    ] = None,
    cache: CacheRoot = None,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Write a page about a unified dataset: coverage, boxes, weights, pictures, lineage.

    The page needs no other file, no server and no network. Its numbers are in report.json beside it. Of a trial's
    folder it makes trial.html.
    """
    from unify.cli.output import print_json, print_warnings, shown_path
    from unify.cli.place import dataset_folder
    from unify.reporting.trial import TRIAL_NAME

    folder = dataset_folder(dataset, workspace)
    if (folder / TRIAL_NAME).is_file():
        from unify.reporting.trial_report import report_trial

        page = report_trial(folder, output=output)
        if json:
            print_json({"files": [str(page)]})
        else:
            print(f"{shown_path(page)} written")
        return
    options = {"against": against, "gallery": _number(gallery), "output": output}
    made = _report(folder, workspace=workspace, cache=cache, **options)
    if json:
        print_json(made.summary())
        return
    print_warnings(made.warnings)
    shown = len(made.content["gallery"]["pictures"])
    print(
        f"{shown_path(made.page)} written: {made.content['headline']['examples']:,} pictures, {shown:,} of them shown"
    )


def _report(folder: Path, **options: Any) -> DatasetReport:
    from unify.cli.output import Bars
    from unify.reporting.report import report as run

    with Bars() as bars:
        return run(folder, progress=bars, **options)


def _number(text: str) -> int | None:
    """None for ``all``."""
    if text == ALL:
        return None
    if not text.isdecimal():
        raise typer.BadParameter(f"'{text}' is neither a number nor '{ALL}'", param_hint="--gallery")
    return int(text)
