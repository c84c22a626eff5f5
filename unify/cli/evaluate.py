"""``unify evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unify.cli.options import Dataset, Json, Workspace

if TYPE_CHECKING:
    from unify.train.evaluate.report import EvaluationReport

_SCORES = ("ap", "ap50", "ap75", "ar100", "precision", "recall", "f1", "threshold")
_COUNTS = ("boxes", "labeled", "incomplete", "detections", "set_aside")


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify evaluate unified/adas-v7 --detections results.json")(evaluate)


def evaluate(
    dataset: Dataset,
    detections: Annotated[
        Path,
        typer.Option(
            help="COCO results JSON; image_id is that of 'unify export --to coco --split', or a picture's sha256.",
            show_default=False,
        ),
    ],
    split: Annotated[str, typer.Option(help="The split to evaluate on.")] = "val",
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Score detections, label-aware.

    Precision, recall, F1 and COCO's AP and AR per class; what nobody labeled counts neither way.
    """
    from unify.cli.output import Bars, print_json
    from unify.cli.place import dataset_folder
    from unify.train.evaluate import evaluate as evaluate_detections

    with Bars() as bars:
        folder = dataset_folder(dataset, workspace)
        report = evaluate_detections(folder, detections, split=split, progress=bars.stage("reading"))
    if json:
        print_json(report.summary())
    else:
        _print_report(report)


def _print_report(report: EvaluationReport) -> None:
    from unify.cli.output import plural, print_table

    print(f"{plural(report.detections, 'detection')} on {plural(report.pictures, 'picture')}\n")
    rows = [
        [name, *(_shown(getattr(scores, key)) for key in _SCORES), *(getattr(scores, key) for key in _COUNTS)]
        for name, scores in report.classes.items()
    ]
    overall = report.overall
    print_table(["class", *_SCORES, *(count.replace("_", " ") for count in _COUNTS)], rows)
    print("\nmean over the classes that have boxes to be found")
    sizes = ("", "_small", "_medium", "_large")
    print_table(
        ["", "all", "small", "medium", "large"],
        [
            ["AP", *(_shown(getattr(overall, f"ap{size}")) for size in sizes)],
            ["AR", *(_shown(getattr(overall, f"ar{size or '100'}")) for size in sizes)],
        ],
    )
    others = ("ap50", "ap75", "ar1", "ar10", "precision", "recall", "f1")
    print("\n" + "   ".join(f"{name} {_shown(getattr(overall, name))}" for name in others))


def _shown(score: float | None) -> str:
    return "-" if score is None else f"{score:.3f}"
