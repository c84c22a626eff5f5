"""The story: people's labels → who could add something → what the cache says → scores → a queue within a budget."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from unify.inference.autolabeling import open_cache
from unify.progress import Progress, Silent
from unify.ranking.queue import check_output, write_queue
from unify.ranking.ranking import open_ranking
from unify.ranking.report import RankReport, make_report
from unify.ranking.scores import gather_pairs
from unify.ranking.selection import select
from unify.ranking.settings import RankSettings
from unify.ranking.target import open_target


def rank(
    target: str | os.PathLike,
    *,
    budget: float,
    settings: RankSettings | None = None,
    tasks: Sequence[str] | None = None,
    output: str | os.PathLike | None = None,
    workspace: str | os.PathLike | None = None,
    cache: str | os.PathLike | None = None,
    on_error: str = "stop",
    workers: int | None = None,
    progress: Progress | None = None,
) -> RankReport:
    """What people should label next, best first, within a budget. Runs no model: it reads the prediction cache.

    Args:
        target: a config, or the folder of a unified dataset.
        budget: what all questions together may cost; the unit is that of `Costs`, by default drawing one box.
        settings: the knobs.
        tasks: ask about these tasks only; all by default.
        output: also write the queue to this file: ``*.json``, ``*.csv`` or ``*.coco.json``.
        workspace: folder that holds ``registry/``; the nearest parent by default.
        cache: folder or URL of the prediction cache; ``.unify/cache`` in the workspace by default.
        on_error: ``stop``, or ``skip`` to leave bad pictures out.
        workers: threads that look at pictures; the cores by default.
        progress: told how the work goes.

    Raises:
        UnifyError: anything is wrong with registry, config, labels or settings.
        CacheError: the cache lacks what a measure needs, or cannot be read.
        OutputError: the queue cannot be written.
    """
    began, settings, progress = time.perf_counter(), settings or RankSettings(), progress or Silent()
    if output is not None:
        check_output(Path(output))
    opened = open_target(target, workspace=workspace, on_error=on_error, workers=workers, progress=progress)
    settings.check([*opened.registry.taxonomy.tasks], budget)
    ranking = open_ranking(opened, settings, tasks, open_cache(opened.registry.workspace, cache))
    scored = ranking.score(progress)
    table = gather_pairs(scored, ranking.labeled_pictures)
    selection = select(table.pairs, ranking.budget(budget), ranking.diversity(scored, table))
    coco = output is not None and Path(output).name.endswith(".coco.json")
    report = make_report(
        opened,
        ranking,
        scored,
        tuple(ranking.queries(scored, table, selection, with_boxes=settings.explain or coco)),
        seconds=time.perf_counter() - began,
        budget=budget,
        near_duplicates=selection.near_duplicates,
    )
    if output is not None:
        write_queue(Path(output), report.queries, report.summary(), dict(opened.registry.taxonomy.ids))
    return report
