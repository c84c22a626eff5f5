"""``unify review export``, ``import`` and ``errors``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unify.cli.cache import CacheRoot
from unify.cli.options import Json, OnErrorOption, Workers, Workspace

if TYPE_CHECKING:
    from unify.reviewing.bring_back import ReviewImportReport
    from unify.reviewing.errors_report import LabelErrorReport

AutoLabelers = Annotated[
    list[str] | None,
    typer.Option("--autolabeler", help="name:version or name; repeat. Default: every stack's top.", show_default=False),
]
MOST_ROWS = 20


class Tool(StrEnum):
    """Where people draw."""

    LABELSTUDIO = "labelstudio"
    CVAT = "cvat"
    COCO = "coco"


class VotingName(StrEnum):
    """Who decides where several people drew."""

    MAJORITY = "majority"
    DAWID_SKENE = "dawid-skene"


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="What people should look at again: out to their annotation tool, and back as a batch.")
    group.command("export", epilog="Example: unify review export queue.json --to labelstudio --output reviews/r1")(
        review_export
    )
    group.command("import", epilog="Example: unify review import reviews/r1/vehicle export.json --batch vehicle:b7")(
        review_import
    )
    group.command("errors", epilog="Example: unify review errors 'pedestrian:[b1-b4]' --json > errors.json")(errors)
    app.add_typer(group, name="review")


def review_export(
    queue: Annotated[Path, typer.Argument(help="What unify rank --json printed.", show_default=False)],
    to: Annotated[Tool, typer.Option(help="The annotation tool.", show_default=False)],
    output: Annotated[Path, typer.Option(help="The folder to write: one folder a task.", show_default=False)],
    autolabelers: AutoLabelers = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Pictures a task, at most.", show_default=False)] = None,
    images_root: Annotated[
        Path | None, typer.Option(help="Folder the tool is served from. Default: the workspace.", show_default=False)
    ] = None,
    image_url: Annotated[
        str | None,
        typer.Option(help="Before a picture's path below it. Default: the tool's local files.", show_default=False),
    ] = None,
    workers: Workers = None,
    cache: CacheRoot = None,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Write a review queue for Label Studio, CVAT or as COCO: a project for each task, in the order of the queue."""
    from unify.cli.output import Bars, plural, print_json, print_warnings, shown_path
    from unify.reviewing.export import review_export as run

    with Bars() as bars:
        report = run(
            queue,
            to=str(to),
            output=output,
            autolabelers=autolabelers,
            limit=limit,
            images_root=images_root,
            image_url=image_url,
            workspace=workspace,
            cache=cache,
            workers=workers,
            progress=bars,
        )
    if json:
        print_json(report.summary())
        return
    print_warnings(report.warnings)
    for each in report.projects:
        boxes = plural(sum(len(picture.boxes) for picture in each.pictures), "box")
        print(f"{shown_path(report.output / each.task)}: {plural(len(each.pictures), 'picture')}, {boxes}")
    if report.up_to_date:
        print("nothing to do: all of it was there already")


def review_import(
    project: Annotated[Path, typer.Argument(help="A task's folder of unify review export.", show_default=False)],
    returned: Annotated[
        list[Path], typer.Argument(help="The tool's export; of CVAT and COCO one an annotator.", show_default=False)
    ],
    batch: Annotated[
        str | None, typer.Option(help="The new batch, task:batch. Default: after the review.", show_default=False)
    ] = None,
    voting: Annotated[
        VotingName, typer.Option(help="Whose class counts where several people drew.")
    ] = VotingName.MAJORITY,
    measure: Annotated[bool, typer.Option("--measure/--no-measure", help="Measure the auto-labelers again.")] = True,
    workers: Workers = None,
    cache: CacheRoot = None,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Register what people said as a batch, and measure the auto-labelers again.

    A picture submitted without a box is labeled and empty; one that nobody submitted is left out.
    """
    from unify.cli.output import Bars, print_json
    from unify.reviewing.bring_back import review_import as run

    with Bars() as bars:
        report = run(
            project,
            returned,
            batch=batch,
            voting=str(voting),
            measure=measure,
            workspace=workspace,
            cache=cache,
            workers=workers,
            progress=bars,
        )
    if json:
        print_json(report.summary())
    else:
        _print_import(report)


def _print_import(report: ReviewImportReport) -> None:
    from unify.cli.output import plural, print_table, print_warnings, shown_path

    summary = report.summary()
    changes = summary["changes"]
    rows = [
        [source, name, *(entry[fate] for fate in ("accepted", "moved", "relabeled", "deleted")), entry["precision"]]
        for source, classes in changes["shown"].items()
        for name, entry in classes.items()
    ]
    if rows:
        print_table(["Shown by", "Class", "Accepted", "Moved", "Relabeled", "Deleted", "Precision"], rows)
        print()
    added = ", ".join(f"{count:,} {name}" for name, count in changes["added_classes"].items())
    print(f"added: {added or 'no box'}; {plural(summary['empty'], 'picture')} of {summary['pictures']:,} without a box")
    if report.agreement is not None:
        several = plural(summary["annotated_by_several"], "picture")
        print(f"agreement {report.agreement:.3f} on {several} that several people looked at")
    for each in report.measured:
        numbers = ", ".join(f"{name} {value:.3f}" for name, value in each.metrics.items())
        print(f"{each.autolabeler} measured again: {numbers}")
    print_warnings(report.warnings)
    done = "registered" if report.registered else "was registered already"
    print(f"{report.batch} {done}: {shown_path(report.annotations)}")


def errors(
    on: Annotated[list[str], typer.Argument(help="Batches, such as 'pedestrian:[b1-b4]'.", show_default=False)],
    autolabelers: AutoLabelers = None,
    confident: Annotated[
        float, typer.Option(help="Probability, or recall, from which an auto-labeler may contradict people.")
    ] = 0.95,
    workers: Workers = None,
    on_error: OnErrorOption = "stop",
    cache: CacheRoot = None,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Find human boxes that are likely missing, spurious, of another class, or badly placed.

    From cached predictions. A class that nobody searched for on a picture counts for nothing there. What --json prints
    is a queue for unify review export too.
    """
    from unify.cli.output import Bars, print_json, print_warnings
    from unify.reviewing.find_errors import find_label_errors

    with Bars() as bars:
        report = find_label_errors(
            on,
            autolabelers=autolabelers,
            confident=confident,
            workspace=workspace,
            cache=cache,
            workers=workers,
            on_error=str(on_error),
            progress=bars,
        )
    if json:
        print_json(report.summary())
        return
    _print_errors(report)
    print_warnings(report.warnings)


def _print_errors(report: LabelErrorReport) -> None:
    from unify.cli.output import plural, print_table

    rows = [
        [each.name, each.kind.replace("_", " "), each.sentence(), f"{each.score:.3f}", each.autolabeler]
        for each in report.errors[:MOST_ROWS]
    ]
    if rows:
        print_table(["Picture", "Kind", "What", "Score", "Auto-labeler"], rows)
        print()
    more = f", the first {MOST_ROWS} shown" if len(report.errors) > MOST_ROWS else ""
    print(f"{plural(len(report.errors), 'likely error')} in {plural(report.pictures, 'picture')}{more}")
