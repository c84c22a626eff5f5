"""``unify autolabeler check`` and ``look-again``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unify.cli.cache import CacheRoot
from unify.cli.options import ExecutorName, GpusPerWorker, Json, OnErrorOption, RayAddress, Workers, Workspace

if TYPE_CHECKING:
    from unify.autolabel.check import AutoLabelerCheck
    from unify.core.types import JsonObject
    from unify.ranking.second_look import SecondLookReport


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="Auto-labelers: does one load and keep the contract, and does it see the same twice?")
    group.command(epilog="Example: unify autolabeler check pedestrian:v3 --on picture.jpg --out drawn.png")(check)
    group.command(epilog="Example: unify autolabeler look-again pedestrian --on adas_v7 --mirror")(look_again)
    app.add_typer(group, name="autolabeler")


def check(
    ref: Annotated[str, typer.Argument(help="An auto-labeler, name:version or name.", show_default=False)],
    on: Annotated[Path, typer.Option(help="A picture.", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="Draw the boxes into this file.", show_default=False)] = None,
    least: Annotated[float, typer.Option(min=0, max=1, help="Show boxes of at least this score.")] = 0.3,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Let an auto-labeler look at one picture: load it, check its answer, print and draw its boxes."""
    from unify.autolabel.check import check_autolabeler
    from unify.cli.output import print_json, print_warnings
    from unify.registry.find import find_version
    from unify.registry.load import find_workspace, load_registry

    registry = load_registry(workspace or find_workspace(Path.cwd()))
    checked = check_autolabeler(find_version(registry, ref), registry.workspace, on)
    print_warnings([str(doubt) for doubt in checked.doubts])
    if out:
        _draw(checked, out, least)
    if json:
        print_json(_as_json(checked, least))
    else:
        _print(checked, least, out)


def look_again(
    ref: Annotated[str, typer.Argument(help="An auto-labeler, name:version or name.", show_default=False)],
    on: Annotated[str, typer.Option(help="A config, or the folder of a unified dataset.", show_default=False)],
    mirror: Annotated[bool, typer.Option("--mirror", help="Look at mirrored pictures.")] = False,
    noise: Annotated[float, typer.Option(min=0, max=1, help="Look at pictures with noise, such as 0.05.")] = 0.0,
    dropout: Annotated[int, typer.Option(min=0, help="So many passes with dropout left on; Keras models only.")] = 0,
    workers: Workers = None,
    executor: Annotated[ExecutorName, typer.Option(help="local processes, or a Ray cluster.")] = ExecutorName.LOCAL,
    ray_address: RayAddress = None,
    gpus_per_worker: GpusPerWorker = None,
    on_error: OnErrorOption = "stop",
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Ask again about pictures that could not be processed.")
    ] = False,
    cache: CacheRoot = None,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Have an auto-labeler look again at the pictures that people could be asked about: mirrored, noisy or by dropout.

    Each look is a version at the bottom of the stack, and its answers are cached. The `unify rank` that is printed last
    finds the pictures on which the looks differ.
    """
    from unify.cli.output import Bars, print_json
    from unify.cli.place import dataset_folder
    from unify.ranking.second_look import look_again as run

    folder = dataset_folder(Path(on), workspace)
    with Bars() as bars:
        report = run(
            ref,
            on=folder if (folder / "manifest.json").is_file() else on,
            mirror=mirror,
            noise=noise,
            dropout=dropout,
            workspace=workspace,
            cache=cache,
            workers=workers,
            executor=str(executor),
            ray_address=ray_address,
            gpus_per_worker=gpus_per_worker,
            on_error=str(on_error),
            retry_failed=retry_failed,
            progress=bars,
        )
    if json:
        print_json(report.summary())
    else:
        _print_looks(report, on)


def _print_looks(report: SecondLookReport, on: str) -> None:
    from unify.cli.output import plural

    if not report.pictures:
        print(f"no picture of {on} is unknown for a class of {report.autolabeler}: there is nothing to look at")
        return
    for ref, meaning in report.looks.items():
        print(f"{ref}: {meaning}" + (", registered" if ref in report.registered else ""))
    inferred, cached = report.inference.inferred, report.inference.cached
    print(f"{plural(report.pictures, 'picture')}: {plural(inferred, 'answer')} inferred, {cached:,} cached")
    for ref, failed in report.failed.items():
        print(f"{ref} could not process {plural(failed, 'picture')}; ask it again with --retry-failed")
    tasks = "".join(f" --task {task}" for task in report.tasks)
    print(f"next, rank by what differs: unify rank {on} --budget 500 --measure {report.measure}{tasks}")


def _as_json(checked: AutoLabelerCheck, least: float) -> JsonObject:
    return {
        "autolabeler": str(checked.version.ref),
        "load_seconds": round(checked.load_seconds, 3),
        "seconds": round(checked.seconds, 3),
        "found": len(checked.prediction),
        "boxes": [
            {"class": name, "score": round(score, 4), "box": [round(edge, 2) for edge in box]}
            for name, score, box in _shown(checked, least)
        ],
        "doubts": [doubt.what for doubt in checked.doubts],
    }


def _shown(checked: AutoLabelerCheck, least: float) -> list[tuple[str, float, list[float]]]:
    found = checked.prediction
    rows = zip(checked.names(), found.scores.tolist(), found.boxes_xyxy.tolist())
    return [row for row in rows if row[1] >= least]


def _print(checked: AutoLabelerCheck, least: float, out: Path | None) -> None:
    from unify.cli.output import plural, print_table

    shown = _shown(checked, least)
    if shown:
        rows = [[name, f"{score:.3f}", *(round(edge) for edge in box)] for name, score, box in shown]
        print_table(["Class", "Score", "Left", "Top", "Right", "Bottom"], rows)
        print()
    found = plural(len(checked.prediction), "box")
    print(f"{checked.version.ref} finds {found}, {len(shown):,} of score {least:g} or more")
    print(f"loaded in {checked.load_seconds:.2f} s, looked for {checked.seconds:.3f} s")
    if out:
        print(f"drawn in {out}")


def _draw(checked: AutoLabelerCheck, out: Path, least: float) -> None:
    import io

    import numpy as np

    from unify.drawing import CLASS_COLOURS, draw_boxes, enlarge
    from unify.files import write_whole

    shown = _shown(checked, least)
    classes = checked.version.classes
    picture, factor = enlarge(checked.picture)
    draw_boxes(
        picture,
        np.array([box for *_, box in shown]).reshape(-1, 4) * factor,
        [f"{name} {score:.2f}" for name, score, _ in shown],
        [CLASS_COLOURS[classes.index(name) % len(CLASS_COLOURS)] for name, *_ in shown],
    )
    drawn = io.BytesIO()
    picture.save(drawn, "PNG")
    write_whole(out, drawn.getbuffer())
