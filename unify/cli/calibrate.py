"""``unify calibrate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from unify.cli.cache import CacheRoot
from unify.cli.options import ExecutorName, GpusPerWorker, Json, OnErrorOption, RayAddress, Workers, Workspace

if TYPE_CHECKING:
    from unify.calibrating.ranking import Ranking
    from unify.calibrating.report import CalibrationReport


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify calibrate pedestrian:v3 --on 'pedestrian:[b7-b9]'")(calibrate)


def calibrate(
    on: Annotated[
        list[str],
        typer.Option(help="Batches it was not trained on, such as 'pedestrian:[b7-b9]'; repeat.", show_default=False),
    ],
    ref: Annotated[
        str | None,
        typer.Argument(help="An auto-labeler, name:version or name; with --all a name.", show_default=False),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every version of the stack, or of all stacks; ranked by F1.")
    ] = False,
    beta: Annotated[
        float | None, typer.Option(help="Of the F-beta that chooses thresholds; below 1 for precision. Default 0.5.")
    ] = None,
    least_precision: Annotated[
        float | None, typer.Option(help="A class that surely reaches this at no threshold stays unknown. Default 0.5.")
    ] = None,
    confidence: Annotated[float | None, typer.Option(help='How sure "surely" is. Default 0.95.')] = None,
    low_probability: Annotated[
        float | None, typer.Option(help="Boxes this probable are not background. Default 0.1.")
    ] = None,
    trusted_recall: Annotated[
        float | None, typer.Option(help="Recall from which the absence of a box is trusted. Default 0.8.")
    ] = None,
    low_trust: Annotated[float | None, typer.Option(help="Weight of an absence below it. Default 0.25.")] = None,
    workers: Workers = None,
    executor: Annotated[ExecutorName, typer.Option(help="local processes, or a Ray cluster.")] = ExecutorName.LOCAL,
    ray_address: RayAddress = None,
    gpus_per_worker: GpusPerWorker = None,
    on_error: OnErrorOption = "stop",
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Ask again about pictures that an auto-labeler failed on.")
    ] = False,
    cache: CacheRoot = None,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Measure an auto-labeler on pictures it has not seen.

    Chooses a threshold for each of its classes, fits how probable its boxes are, and writes the calibration file, a
    plot beside it, and thresholds and metrics in the registry. What the model says is cached.
    """
    from unify.autolabel.calibration.settings import CalibrationSettings
    from unify.calibrating.calibrate import calibrate as run
    from unify.calibrating.ranking import calibrate_all as run_all
    from unify.cli.output import Bars

    if ref is None and not every:
        raise typer.BadParameter("name an auto-labeler, or give --all", param_hint="REF")
    knobs = {
        "beta": beta,
        "least_precision": least_precision,
        "confidence": confidence,
        "low_probability": low_probability,
        "trusted_recall": trusted_recall,
        "low_trust": low_trust,
    }
    options: dict[str, Any] = {
        "on": on,
        "workspace": workspace,
        "cache": cache,
        "executor": str(executor),
        "workers": workers,
        "ray_address": ray_address,
        "gpus_per_worker": gpus_per_worker,
        "settings": CalibrationSettings(**{name: value for name, value in knobs.items() if value is not None}),
        "on_error": str(on_error),
        "retry_failed": retry_failed,
    }
    with Bars() as bars:
        report = run_all(ref, **options, progress=bars) if every else run(ref, **options, progress=bars)
    _show(report, json)
    if every and not report.measured:
        raise typer.Exit(1)


def _show(report: CalibrationReport | Ranking, json: bool) -> None:
    from unify.calibrating.ranking import Ranking
    from unify.cli.output import print_json

    if json:
        print_json(report.summary())
    elif isinstance(report, Ranking):
        _print_ranking(report)
    else:
        _print(report)


def _print(report: CalibrationReport) -> None:
    from unify.cli.output import plural, print_table, print_warnings, shown_path
    from unify.errors import shorten

    found, quality = report.calibration, report.calibration.quality
    print(f"{report.autolabeler} on {plural(found.pictures, 'picture')} of {shorten(found.batches)}\n")
    columns = ["Class", "Threshold", "Low", "Precision", "Recall", "D-ECE before", "D-ECE after", "Boxes", "Pictures"]
    rows = [
        [
            name,
            f"{each.thresholds.threshold:g}",
            f"{each.thresholds.low:g}",
            *map(_shown, (each.thresholds.precision, each.thresholds.recall, each.d_ece_before, each.d_ece_after)),
            each.boxes,
            each.pictures,
        ]
        for name, each in found.classes.items()
    ]
    print_table(columns, rows)
    print(f"\nD-ECE {_shown(quality.d_ece_before)}, calibrated {_shown(quality.d_ece_after)}")
    print(f"LaECE {_shown(quality.la_ece_before)}, calibrated {_shown(quality.la_ece_after)}")
    print(f"auto-labeling: {plural(report.inference.inferred, 'answer')} inferred, {report.inference.cached:,} cached")
    print_warnings(report.warnings)
    registry = "the registry has its thresholds" if report.registry_changed else "the registry had its thresholds"
    print(f"{shown_path(report.path)} written, drawn in {shown_path(report.plot)}; {registry}")


def _print_ranking(ranking: Ranking) -> None:
    from unify.cli.output import print_table, print_warnings

    rows = [
        [
            report.autolabeler if first else "",
            _shown(report.metrics["f1"]) if first else "",
            name,
            *map(_shown, (each.f1, each.thresholds.precision, each.thresholds.recall)),
            f"{each.thresholds.threshold:g}",
        ]
        for report in ranking.measured
        for first, (name, each) in _firsts(report.calibration.classes)
    ]
    if rows:
        print_table(["Auto-labeler", "F1", "Class", "F1", "Precision", "Recall", "Threshold"], rows)
    for what, reasons in (("refused", ranking.refused), ("failed", ranking.failed)):
        for ref, reason in reasons.items():
            print(f"{ref} {what}: {reason}")
    for report in ranking.measured:
        print_warnings(
            [text if report.autolabeler in text else f"{report.autolabeler}: {text}" for text in report.warnings]
        )
    for top, best in ranking.better_than_top():
        print(f"{best} is better than {top}, which is used: unify promote {best}")


def _firsts(classes: dict) -> list[tuple[bool, tuple]]:
    return [(index == 0, item) for index, item in enumerate(classes.items())]


def _shown(number: float | None) -> str:
    return "-" if number is None else f"{number:.3f}"
