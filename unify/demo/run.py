"""``unify demo``: the whole story on drawn scenes, from batches that each know a part to one dataset that knows more.

Scenes → batches of three teams → ``partial`` → a specialist for each task → ``hard`` and ``soft`` → beside each other
→ a round of questions.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from unify.calibrating.report import CalibrationReport
from unify.calibrating.requirements import MODULES
from unify.compiler import CompileReport, compile
from unify.demo import told, told_round
from unify.demo.cut import TASKS, people_searched
from unify.demo.judge import Judgment, judge
from unify.demo.known import draw_known
from unify.demo.methods import draw_methods
from unify.demo.round import play_round
from unify.demo.workspace import DemoWorkspace, open_workspace
from unify.progress import Progress
from unify.records.decode import iterate_examples
from unify.registry.trial_objects import DetectorSettings
from unify.request import default_workers
from unify.specialists import SpecialistTask, make_specialists

NUM_PICTURES = 600
DETECTOR = DetectorSettings(image_hw=(96, 160), width=24, steps=600)

_SEED = 7
_LONG_STAGES = ("drawing", "training", "auto-labeling")


def run_demo(
    folder: Path,
    *,
    num_pictures: int = NUM_PICTURES,
    detector: DetectorSettings = DETECTOR,
    progress: Progress,
    say: Callable[[str], None],
) -> dict[str, CompileReport]:
    """Tell the story in a folder; what is there already is kept, so a demo that was interrupted goes on.

    Args:
        folder: of the demo's workspace: not there, empty, or of a demo of as many pictures.
        num_pictures: scenes to draw, at least 8; a fifth of them are for validation.
        detector: how the specialists are built and trained.
        progress: told how the long parts of the work go.
        say: called with what a person should read, some lines at a time.

    Returns:
        method -> what its first compile did; ``partial`` alone where what specialists need is not installed.

    Raises:
        OutputError: the folder holds something else.
        UnifyError: training broke down, or there are too few pictures to measure a specialist on.
    """
    progress = LongStages(progress)
    made = open_workspace(folder, num_pictures, progress)
    say(told.batches(made, folder))
    reports = {"partial": _compile("partial", made, progress)}
    known = draw_known(reports["partial"].output, made.truths, made.folder / "known.png")
    say(told.partial(reports["partial"], known))

    missing = [name for name in ("tensorflow", *MODULES) if find_spec(name) is None]
    if missing:
        say(told.not_installed(missing, folder))
        return reports
    say(told.training(detector))
    began = time.perf_counter()
    specialists = _make_specialists(made, detector, progress)
    say(told.specialists(specialists, time.perf_counter() - began))

    reports |= {method: _compile(method, made, progress) for method in ("hard", "soft")}
    say(told.methods(reports, {method: _judge(report, made) for method, report in reports.items()}))
    draw_methods({method: report.output for method, report in reports.items()}, made, made.folder / "demo.png")
    able = any(each.thresholds.usable for report in specialists for each in report.calibration.classes.values())
    say(told_round.played(play_round(made, reports["soft"].output, progress)) if able else told_round.UNABLE)
    say(told.farewell(folder))
    return reports


def _compile(method: str, made: DemoWorkspace, progress: Progress) -> CompileReport:
    return compile(made.config(method), workspace=made.folder, overwrite=True, progress=progress)


def _make_specialists(made: DemoWorkspace, detector: DetectorSettings, progress: Progress) -> list[CalibrationReport]:
    """Each learns from what its team labeled to train on, and is measured on what the team labeled besides."""

    def refs(task: str, split: str) -> tuple[str, ...]:
        return tuple(cut.ref for cut in made.cuts if (cut.task, cut.split) == (task, split))

    return make_specialists(
        made.folder,
        [SpecialistTask(task, refs(task, "train"), refs(task, "val")) for task in TASKS],
        detector,
        seed=_SEED,
        workers=default_workers(),
        executor="local",
        progress=progress,
    )


def _judge(report: CompileReport, made: DemoWorkspace) -> Judgment:
    truth_of = {truth.file_name: truth for truth in made.truths}
    return judge(iterate_examples(report.output, "train"), truth_of, people_searched(made.cuts))


class LongStages:
    """Passes on only the stages that a person waits for: the others would bury the story."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def stage(self, what: str, total: int | None = None, unit: str = "pictures") -> Callable[[int], None]:
        if what.startswith(_LONG_STAGES):
            return self._progress.stage(what, total, unit)
        return lambda count: None
