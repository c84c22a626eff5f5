"""What each step of a round does. Repeating one that was done, or begun, does no harm and changes nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from unify.compiler import compile
from unify.core.types import JsonObject
from unify.errors import LabelError, Problem, UnifyError
from unify.looping.growing import grow_config
from unify.looping.oracle import open_oracle
from unify.looping.state import LoopState
from unify.progress import Progress
from unify.ranking.costs import Costs
from unify.ranking.rank import rank
from unify.ranking.settings import RankSettings
from unify.registry.load import load_registry
from unify.registry.loop_objects import LoopConfig
from unify.reviewing.bring_back import ReviewImportReport, review_import
from unify.reviewing.changes import Change
from unify.reviewing.export import review_export
from unify.reviewing.project import read_project
from unify.trials import trial


@dataclass(frozen=True)
class How:
    """How a loop goes about it; see `loop`."""

    workspace: Path
    cache: str | os.PathLike | None
    workers: int
    executor: str
    progress: Progress


@dataclass(frozen=True)
class Round:
    """A round of a loop.

    Attributes:
        asked: the loop's config.
        number: from 1.
        state: what is done of the loop.
        auto: the oracle answers.
        how: how to go about it.
    """

    asked: LoopConfig
    number: int
    state: LoopState
    auto: bool
    how: How

    @property
    def folder(self) -> Path:
        return self.asked.output / f"round-{self.number}"

    @property
    def queue(self) -> Path:
        return self.folder / "queue.json"

    def project(self, task: str) -> Path:
        """What people of a task are shown."""
        return self.folder / "review" / task

    def answers(self, task: str) -> Path:
        """Where their tool's export is put."""
        return self.folder / "answers" / task

    @cached_property
    def tasks(self) -> tuple[str, ...]:
        """The tasks that are asked about, once the queue is there."""
        queries = json.loads(self.queue.read_bytes())["queries"]
        return tuple(dict.fromkeys(each["task"] for each in queries))

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Tasks whose answers are not there yet."""
        return tuple(task for task in self.tasks if not _files(self.answers(task)))

    def grown(self, config: Path, name: str, rounds: int, output: str) -> Path:
        """A config with the batches of so many rounds."""
        registry = load_registry(self.how.workspace)
        path, folder = self.folder / f"{name}.yaml", self.folder / output
        return grow_config(config, registry, self.state.batches(rounds), path, folder)


def rank_step(now: Round) -> JsonObject | None:
    """Write the queue of the round; None where nothing is left to ask."""
    config, how = now.grown(now.asked.config, "ask", now.number - 1, "asked"), now.how
    report = rank(
        config,
        budget=now.asked.budget,
        settings=_settings(now.asked),
        tasks=now.asked.tasks or None,
        output=now.queue,
        workspace=how.workspace,
        cache=how.cache,
        workers=how.workers,
        progress=how.progress,
    )
    if not report.queries:
        if report.missing:
            raise _nobody_looked(now, report.missing, report.fill_command)
        return None
    return {
        "questions": len(report.queries),
        "pictures": len({each.picture for each in report.queries}),
        "candidates": report.pairs,
        "expected_cost": {task: round(cost, 3) for task, cost in report.spent.items()},
        "warnings": list(report.warnings),
    }


def _settings(asked: LoopConfig) -> RankSettings:
    return RankSettings(
        measures=asked.measures,
        costs=Costs(**asked.costs),
        task_weights=asked.task_weights,
        learning_weights=asked.learning_weights,
        together=asked.together,
        floors=asked.floors,
        ceilings=asked.ceilings,
        explain=True,
    )


def _nobody_looked(now: Round, missing: Mapping[str, int], command: str) -> UnifyError:
    got = ", ".join(f"{who}: {count:,} pictures not looked at" for who, count in missing.items())
    what = "nothing can be ranked: the prediction cache holds no answers about these pictures"
    return UnifyError(Problem(str(now.asked.config), what, got=got, fix=f"have them looked at: {command}"))


def export_step(now: Round) -> JsonObject:
    """Write the queue for the annotation tool, and make the folders for what comes back."""
    how = now.how
    report = review_export(
        now.queue,
        to="coco" if now.auto else now.asked.tool,
        output=now.folder / "review",
        hidden=now.asked.oracle,
        workspace=how.workspace,
        cache=how.cache,
        workers=how.workers,
        progress=how.progress,
    )
    for task in now.tasks:
        now.answers(task).mkdir(parents=True, exist_ok=True)
    return {
        "tool": report.projects[0].tool,
        "projects": [
            {"task": each.task, "pictures": len(each.pictures), "boxes": sum(len(p.boxes) for p in each.pictures)}
            for each in report.projects
        ],
        "warnings": list(report.warnings),
    }


def import_step(now: Round) -> JsonObject:
    """Register what people said as batches, or what the oracle says."""
    if now.auto:
        _ask_oracle(now)
    if now.unanswered:
        raise LabelError([_no_answers(now.answers(task), task) for task in now.unanswered])
    reports = [_bring_back(now, task) for task in now.tasks]
    costs = Costs(**now.asked.costs)
    return {
        "batches": [each.batch for each in reports],
        "pictures": sum(len(each.verdicts) for each in reports),
        "empty": sum(not len(verdict.class_ids) for each in reports for verdict in each.verdicts),
        "boxes": sum(len(verdict.class_ids) for each in reports for verdict in each.verdicts),
        "changes": {str(change): sum(each.changes.total(change) for each in reports) for change in Change},
        "cost": round(sum(_cost(each, costs) for each in reports), 3),
        "warnings": [text for each in reports for text in each.warnings],
    }


def _ask_oracle(now: Round) -> None:
    registry = load_registry(now.how.workspace)
    oracle = open_oracle(registry, now.asked.oracle, workers=now.how.workers, progress=now.how.progress)
    for task in now.tasks:
        project = read_project(now.project(task))
        if project.tool != "coco":
            what = f"the oracle cannot answer in {project.tool}, for which this round was exported"
            fix = f"let people answer this round: {now.answers(task)}"
            raise UnifyError(Problem(str(now.project(task)), what, expected="coco", fix=fix))
        oracle.answer(project, now.answers(task))


def _no_answers(folder: Path, task: str) -> Problem:
    what = f"there are no answers of the annotators of {task} yet"
    return Problem(str(folder), what, expected="the export of their tool", fix="put it there, then try again")


def _bring_back(now: Round, task: str) -> ReviewImportReport:
    how = now.how
    return review_import(
        now.project(task),
        _files(now.answers(task)),
        batch=f"{task}:{now.asked.name}-r{now.number}",
        measure=now.asked.calibrate,
        hidden=now.asked.oracle,
        workspace=how.workspace,
        cache=how.cache,
        workers=how.workers,
        progress=how.progress,
    )


def _files(folder: Path) -> list[Path]:
    """What people put into a folder, without what systems hide there."""
    return sorted(path for path in folder.glob("*") if path.is_file() and not path.name.startswith("."))


def _cost(report: ReviewImportReport, costs: Costs) -> float:
    """What people's work did cost: boxes that were shown were reviewed, the others drawn."""
    added = report.changes.total(Change.ADDED)
    shown = sum(report.changes.total(change) for change in Change) - added
    return costs.look * len(report.verdicts) + costs.review * shown + costs.draw * added


def compile_step(now: Round) -> JsonObject:
    """Compile the config with all that came back so far."""
    config = now.grown(now.asked.config, "dataset", now.number, "dataset")
    report = compile(config, overwrite=True, cache=now.how.cache, **_common(now.how))
    summary = report.summary()
    kept = ("examples", "boxes", "auto_label_ratio", "warnings")
    return {"digest": report.manifest["digest"], **{name: summary[name] for name in kept}}


def trial_step(now: Round) -> JsonObject:
    """Try the methods on all that came back so far."""
    config = now.grown(now.asked.trial, "trial", now.number, "trial")
    report = trial(config, **_common(now.how))
    scores = {method: each["overall"] for method, each in report.content["scores"].items()}
    means = {name: {metric: each[metric]["mean"] for metric in ("f1", "ap50")} for name, each in scores.items()}
    return {"scores": means, "warnings": list(report.warnings)}


def _common(how: How) -> dict[str, Any]:
    return {
        "workspace": how.workspace,
        "workers": how.workers,
        "executor": how.executor,
        "progress": how.progress,
    }
