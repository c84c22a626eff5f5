"""One round of labeling: what is worth most is asked, the scenes' truth answers, and ``soft`` is compiled again."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from unify.core.types import JsonObject
from unify.demo.cut import CLASSES, TASKS, people_searched
from unify.demo.judge import Judgment, judge
from unify.demo.workspace import DemoWorkspace
from unify.looping.loop import loop
from unify.looping.state import Step, read_state
from unify.progress import Progress
from unify.records.decode import iterate_examples
from unify.registry.load import load_registry
from unify.registry.loop_file import load_loop
from unify.registry.loop_objects import LoopConfig


@dataclass(frozen=True)
class Gain:
    """Labels that nobody was asked for before the round, on some pictures.

    Attributes:
        before: as ``soft`` found them.
        after: with what came back.
    """

    before: Judgment
    after: Judgment


@dataclass(frozen=True)
class PlayedRound:
    """A round, and what it brought.

    Attributes:
        steps: step -> what it found, as JSON.
        queries: the questions, best first, as ``unify rank`` writes them.
        first: file name of the picture of the first one.
        asked: what changed on the asked pictures, of the classes that were asked for.
        everywhere: what changed on all training pictures.
        seconds: wall time; None where the round was played before.
    """

    steps: Mapping[str, JsonObject]
    queries: tuple[JsonObject, ...]
    first: str
    asked: Gain
    everywhere: Gain
    seconds: float | None


def play_round(made: DemoWorkspace, soft: Path, progress: Progress) -> PlayedRound | None:
    """Play the first round of the demo's loop; one that was played is not played again, one that broke off goes on.

    Args:
        made: the workspace, its specialists measured.
        soft: what ``soft`` made of its batches.
        progress: told how the work goes.

    Returns:
        The round; None where nothing is left to ask.

    Raises:
        UnifyError: anything is wrong with the workspace, which a person may have edited.
    """
    config = made.loop()
    asked = load_loop(config, load_registry(made.folder))
    began, played = time.perf_counter(), _is_played(asked)
    if not played:
        loop(config, auto=True, workspace=made.folder, progress=progress)
    rounds = read_state(asked.output, asked.name).rounds
    if not rounds:
        return None
    seconds = None if played else time.perf_counter() - began
    return _told(made, soft, asked.output / "round-1", rounds[0], seconds)


def _is_played(asked: LoopConfig) -> bool:
    rounds = read_state(asked.output, asked.name).rounds
    return bool(rounds) and Step.COMPILE in rounds[0]


def _told(
    made: DemoWorkspace, soft: Path, folder: Path, steps: Mapping[str, JsonObject], seconds: float | None
) -> PlayedRound:
    queries = tuple(json.loads((folder / "queue.json").read_bytes())["queries"])
    datasets = [list(iterate_examples(each, "train")) for each in (soft, folder / "dataset")]
    # Of the round's own: a person may have taken batches out of ``soft`` since.
    name_of = {example.sha256: PurePosixPath(example.filename).name for example in datasets[1]}
    searched = people_searched(made.cuts)
    asked: dict[str, set[str]] = {name: set() for name in searched}
    for query in queries:
        asked[name_of[query["picture"]]].update(TASKS[query["task"]])
    others = {name: classes | (set(CLASSES) - asked[name]) for name, classes in searched.items()}
    truth_of = {truth.file_name: truth for truth in made.truths}
    return PlayedRound(
        steps,
        queries,
        name_of[queries[0]["picture"]],
        Gain(*(judge(examples, truth_of, others) for examples in datasets)),
        Gain(*(judge(examples, truth_of, searched) for examples in datasets)),
        seconds,
    )
