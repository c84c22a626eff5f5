"""``unify plan``."""

from __future__ import annotations

import typer

from unify.cli.cache import CacheRoot
from unify.cli.options import Config, Json, MethodOption, Workers, Workspace


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify plan adas_v7 --method soft")(plan)


def plan(
    config: Config,
    method: MethodOption = None,
    cache: CacheRoot = None,
    workspace: Workspace = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Show what compile would do, before it does it.

    Examples, labeled and unknown classes, what each batch adds, inference that hard or soft needs and how much of it
    is cached, shards.
    """
    from unify.cli.output import Bars, print_json
    from unify.compiler import plan as run
    from unify.planning.summary import plan_summary

    with Bars() as bars:
        planned = run(config, method=method, workspace=workspace, workers=workers, cache=cache, progress=bars)
    summary = plan_summary(planned)
    if json:
        print_json(summary)
    else:
        _print(summary)


def _print(summary: dict) -> None:
    from unify.cli.output import plural, print_table

    methods = sorted(set(summary["method"].values()))
    uniform = methods[0] if len(methods) == 1 else ", ".join(f"{t}: {m}" for t, m in summary["method"].items())
    print(f"{summary['name']}: {uniform}\n")
    print_table(
        ["Batch", "Split", "Pictures", "New", "Boxes", "Labeled classes"],
        [
            [b["batch"], b["split"], b["pictures"], b["new"], b["boxes"], ", ".join(b["labeled_classes"])]
            for b in summary["batches"]
        ],
    )
    print()
    print_table(
        ["Class", "Labeled", "Incomplete", "Unknown", "Boxes"],
        [[name, c["labeled"], c["incomplete"], c["unknown"], c["boxes"]] for name, c in summary["classes"].items()],
    )
    print()
    if summary["jobs"]:
        print_table(
            ["Auto-labeler", "Batch", "Pictures", "Cached"],
            [[job["autolabeler"], job["batch"], job["pictures"], job["cached"]] for job in summary["jobs"]],
        )
        print()
    for split, examples in summary["examples"].items():
        print(f"{split}: {plural(examples, 'example')} in {plural(summary['shards'][split], 'shard')}")
    for key, text in (
        ("duplicates", "found in more than one place, merged by content"),
        ("unlabeled", "without any labeled class, left out"),
        ("skipped", "bad, skipped"),
    ):
        if summary[key]:
            print(f"{plural(summary[key], 'picture')} {text}")
    for name, pictures in summary["disagreements"].items():
        print(f"{name}: two batches disagree on {plural(pictures, 'picture')}; the later batch wins")
