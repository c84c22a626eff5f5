"""``unify verify``."""

from __future__ import annotations

import typer

from unify.cli.options import Dataset, Json, Workspace


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify verify unified/adas-v7")(verify)


def verify(dataset: Dataset, workspace: Workspace = None, json: Json = False) -> None:
    """Check every byte against the manifest."""
    from unify.cli.output import Bars, plural, print_json
    from unify.cli.place import dataset_folder
    from unify.records.verify import verify_dataset

    folder = dataset_folder(dataset, workspace)
    with Bars() as bars:
        report = verify_dataset(folder, progress=bars.stage("verifying"))
    if json:
        print_json({"ok": report.ok, "problems": [str(problem) for problem in report.problems]})
    elif report.ok:
        print(f"{folder} is whole: {plural(report.examples, 'example')} in {plural(report.shards, 'shard')}")
    else:
        print(*report.problems, sep="\n\n")
    raise typer.Exit(0 if report.ok else 1)
