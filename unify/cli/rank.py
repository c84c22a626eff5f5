"""``unify rank``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unify.cli.cache import CacheRoot
from unify.cli.options import Json, OnErrorOption, Workers, Workspace

if TYPE_CHECKING:
    from unify.ranking.report import RankReport
    from unify.ranking.settings import RankSettings

_SHOWN = 20  # questions in a terminal


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify rank adas_v7 --budget 500 --explain --output queue.json")(rank)


def rank(
    target: Annotated[
        str, typer.Argument(help="A config, or the folder of a unified dataset.", metavar="CONFIG|DATASET")
    ],
    budget: Annotated[
        float | None,
        typer.Option(help="What all questions together may cost, in the work of drawing one box.", show_default=False),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(help="Such as entropy or bald=2, which counts twice; repeat.", show_default=False),
    ] = None,
    pooling: Annotated[str, typer.Option(help="From boxes to a picture: top5, max, mean or sum.")] = "top5",
    task: Annotated[
        list[str] | None, typer.Option(help="Ask about this task only; repeat. Default: all.", show_default=False)
    ] = None,
    weight: Annotated[
        list[str] | None, typer.Option(help="TASK=NUMBER: how much its gain counts; repeat.", show_default=False)
    ] = None,
    learning_weights: Annotated[
        bool, typer.Option("--learning-weights", help="Weigh tasks by how much one more box is likely to help each.")
    ] = False,
    together: Annotated[
        float, typer.Option(help="A question counts so many times on a picture labeled for anything else as well.")
    ] = 3.0,
    floor: Annotated[
        list[str] | None, typer.Option(help="TASK=COST: spend at least this on it; repeat.", show_default=False)
    ] = None,
    ceiling: Annotated[
        list[str] | None, typer.Option(help="TASK=COST: spend at most this on it; repeat.", show_default=False)
    ] = None,
    cost: Annotated[
        list[str] | None,
        typer.Option(
            help="look=1, review=0.3 or draw=1, also TASK.look=1: what a question costs; repeat.", show_default=False
        ),
    ] = None,
    shortlist: Annotated[
        float, typer.Option(help="Unlike pictures are looked for among this many times the budget.")
    ] = 4.0,
    density: Annotated[float, typer.Option(help="Prefer pictures like many others: power of their likeness.")] = 0.0,
    balance: Annotated[
        float | None,
        typer.Option(
            help="Prefer rare classes: a class with this share of the boxes counts e times less.", show_default=False
        ),
    ] = None,
    skip_empty: Annotated[
        bool, typer.Option("--skip-empty", help="Leave out pictures without any box of the task.")
    ] = False,
    stream: Annotated[
        Path | None,
        typer.Option(
            help="Judge the config's pictures as one batch of many; this file remembers the others. Needs --share.",
            show_default=False,
        ),
    ] = None,
    share: Annotated[
        float | None, typer.Option(help="With --stream: part of the pictures to ask about.", show_default=False)
    ] = None,
    hard_examples: Annotated[
        Path | None,
        typer.Option(help="Also write labeled pictures that auto-labelers got wrong, *.csv.", show_default=False),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say of every question why it was chosen.")] = False,
    output: Annotated[
        Path | None, typer.Option(help="Also write it: *.json, *.csv or *.coco.json.", show_default=False)
    ] = None,
    on_error: OnErrorOption = "stop",
    workers: Workers = None,
    cache: CacheRoot = None,
    workspace: Workspace = None,
    json: Json = False,
) -> None:
    """Say what to label next: pairs of picture and task, best first, within a budget.

    Scores come from the prediction cache; no model is run. Pictures that no auto-labeler looked at are counted, with
    the command that has them looked at.
    """
    from unify.cli.output import Bars, print_json
    from unify.cli.place import dataset_folder
    from unify.ranking.mining import mine_hard_examples
    from unify.ranking.rank import rank as run
    from unify.ranking.settings import RankSettings
    from unify.ranking.stream import stream as run_stream

    if (budget is None) == (stream is None) or (share is None) != (stream is None):
        raise typer.BadParameter("give --budget, or --stream with --share", param_hint="--budget")
    settings = RankSettings(
        measures=_weighted(measure),
        pooling=pooling,
        **_costs(cost),
        task_weights=_numbers("--weight", weight),
        learning_weights=learning_weights,
        together=together,
        floors=_numbers("--floor", floor),
        ceilings=_numbers("--ceiling", ceiling),
        shortlist=shortlist,
        density=density,
        balance=balance,
        skip_empty=skip_empty,
        explain=explain,
    )
    folder = dataset_folder(Path(target), workspace)
    named = folder if (folder / "manifest.json").is_file() else target
    common: dict[str, Any] = {"workspace": workspace, "cache": cache, "tasks": task, "output": output}
    with Bars() as bars:
        if stream is not None:
            report = run_stream(named, state=stream, share=share, settings=settings, **common, progress=bars)
        else:
            how = {"on_error": str(on_error), "workers": workers}
            report = run(named, budget=budget, settings=settings, **common, **how, progress=bars)
        if hard_examples is not None:
            mine_hard_examples(named, **{**common, "output": hard_examples}, progress=bars)
    if json:
        print_json(report.summary())
    else:
        _print(report, settings, [path for path in (output, stream, hard_examples) if path is not None])


def _print(report: RankReport, settings: RankSettings, written: Sequence[Path]) -> None:
    from unify.cli.output import plural, print_table, print_warnings, shown_path

    columns = ["Picture", "Batch", "Task", "Score", "Cost", "Difficulty"]
    for place, query in enumerate(report.queries[:_SHOWN]):
        if settings.explain:
            print(f"{place + 1:>3}  {query.file} ({query.batch}) for {query.task}: {query.score:.3f}")
            print("".join(f"       {reason}\n" for reason in query.reasons), end="")
    if not settings.explain and report.queries:
        rows = [
            [each.file, each.batch, each.task, f"{each.score:.3f}", f"{each.cost:.2f}", each.difficulty]
            for each in report.queries[:_SHOWN]
        ]
        print_table(columns, rows)
    if len(report.queries) > _SHOWN:
        print(f"and {len(report.queries) - _SHOWN:,} more")
    pictures = len({query.picture for query in report.queries})
    by_task = ", ".join(f"{task} {cost:.1f}" for task, cost in report.spent.items())
    print(
        f"\n{plural(len(report.queries), 'question')} about {plural(pictures, 'picture')}, of "
        f"{plural(report.pairs, 'candidate')}, by {', '.join(report.measures)}"
    )
    of = f" of {report.budget:g}" if report.budget is not None else ""
    print(f"cost {sum(report.spent.values()):.1f}{of}" + (f": {by_task}" if by_task else ""))
    if report.near_duplicates:
        print(f"{plural(report.near_duplicates, 'near-duplicate')} passed over")
    print_warnings(report.warnings)
    for path in written:
        print(f"{shown_path(path)} written")


def _weighted(given: Sequence[str] | None) -> dict[str, float]:
    """``entropy`` counts once; ``bald=2`` twice."""
    return _numbers("--measure", [text if "=" in text else f"{text}=1" for text in given or ()])


def _costs(given: Sequence[str] | None) -> dict:
    """``costs`` and ``task_costs`` of the settings."""
    from dataclasses import fields, replace

    from unify.ranking.costs import Costs

    known = [each.name for each in fields(Costs)]
    by_task: dict[str, dict[str, float]] = {}
    for name, number in _numbers("--cost", given).items():
        task, _, key = name.rpartition(".")
        if key not in known:
            raise typer.BadParameter(f"'{key}' is none of {', '.join(known)}", param_hint="--cost")
        by_task.setdefault(task, {})[key] = number
    common = Costs(**by_task.pop("", {}))
    return {"costs": common, "task_costs": {task: replace(common, **keys) for task, keys in by_task.items()}}


def _numbers(option: str, given: Sequence[str] | None) -> dict[str, float]:
    """NAME=NUMBER, each name once."""
    numbers: dict[str, float] = {}
    for text in given or ():
        name, _, number = text.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            raise typer.BadParameter(f"'{text}' is not NAME=NUMBER", param_hint=option) from None
        if not name or name in numbers:
            wrong = f"'{name}' is given twice" if name else f"'{text}' names nothing"
            raise typer.BadParameter(wrong, param_hint=option)
        numbers[name] = value
    return numbers
