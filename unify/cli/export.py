"""``unify export``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from unify.cli.options import Dataset, Json, Workspace


class ExportFormat(StrEnum):
    """What other trainers read."""

    COCO = "coco"
    LVIS = "lvis"


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify export unified/adas-v7 --to lvis --output adas.json --pictures adas-pictures")(
        export
    )


def export(
    dataset: Dataset,
    to: Annotated[ExportFormat, typer.Option(help="coco, or lvis whose federated fields keep the states.")],
    output: Annotated[Path, typer.Option(help="The JSON file to write.", show_default=False)],
    split: Annotated[str | None, typer.Option(help="One split; all by default.", show_default=False)] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Also write the pictures into this folder.", show_default=False)
    ] = None,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Write a unified dataset as COCO or LVIS JSON.

    For trainers that read no TFRecords. LVIS keeps the difference between unknown and absent; COCO has no place for it.
    """
    from unify.cli.output import Bars, print_json, print_warnings
    from unify.cli.place import dataset_folder
    from unify.records.export import export_dataset

    with Bars() as bars:
        report = export_dataset(
            dataset_folder(dataset, workspace),
            to=str(to),
            output=output,
            split=split,
            pictures=pictures,
            progress=bars.stage("exporting"),
        )
    if json:
        print_json(report.summary())
        return
    print_warnings(report.warnings)
    print(f"{output}: {report.images:,} images, {report.annotations:,} annotations, {report.categories:,} categories")
