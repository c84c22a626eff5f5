"""``unify.loop``: the next step of a round of labeling; the story top to bottom."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from unify.core.types import JsonObject
from unify.errors import Problem, RegistryError
from unify.looping import steps
from unify.looping.state import Step, read_state, write_state
from unify.looping.steps import How, Round
from unify.progress import Progress, Silent
from unify.registry.config import find_config
from unify.registry.load import load_registry
from unify.registry.loop_file import load_loop
from unify.registry.loop_objects import LoopConfig
from unify.request import default_workers, open_workspace
from unify.staging import only_writer

WORK = {
    Step.RANK: steps.rank_step,
    Step.EXPORT: steps.export_step,
    Step.IMPORT: steps.import_step,
    Step.COMPILE: steps.compile_step,
    Step.TRIAL: steps.trial_step,
}


@dataclass(frozen=True)
class DoneStep:
    """A step that a call did.

    Attributes:
        round: from 1.
        step: which.
        found: what it found, as JSON; its ``warnings`` among it.
    """

    round: int
    step: Step
    found: Mapping[str, object]


@dataclass(frozen=True)
class LoopReport:
    """What a call of `loop` did, and what comes next.

    Attributes:
        asked: the loop's config.
        done: the steps it did.
        finished: nothing is left to ask.
        next: the round that comes next, with all that it needs.
        next_step: the step of it.
    """

    asked: LoopConfig
    done: tuple[DoneStep, ...]
    finished: bool
    next: Round
    next_step: Step

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know, one sentence each."""
        return tuple(dict.fromkeys(text for each in self.done for text in each.found["warnings"]))

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Folders into which people's answers are to be put before the next step."""
        if self.next_step is not Step.IMPORT:
            return ()
        return tuple(str(self.next.answers(task)) for task in self.next.unanswered)

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify loop``."""
        done = [{"round": each.round, "step": str(each.step), **each.found} for each in self.done]
        following = {"round": self.next.number, "step": str(self.next_step), "waits_for": list(self.waits_for)}
        return {
            "output": str(self.asked.output),
            "done": done,
            "finished": self.finished,
            "next": None if self.finished else following,
        }


def loop(
    config: str | os.PathLike[str],
    *,
    auto: bool = False,
    rounds: int = 1,
    workspace: str | os.PathLike[str] | None = None,
    cache: str | os.PathLike | None = None,
    workers: int | None = None,
    executor: str = "local",
    progress: Progress | None = None,
) -> LoopReport:
    """Do the next step of a loop: rank, export, then, when people have answered, import, compile, trial.

    The state is ``loop.json`` in the loop's folder, written after every step. A call that was interrupted is made
    again. The config may be changed between steps; so may the registry.

    Args:
        config: a loop's YAML file, or its name under ``configs/``.
        auto: the loop's oracle answers in place of people, and the call goes on to the end of a round.
        rounds: with ``auto``: how many rounds to finish, 1 or more.
        workspace: folder that holds ``registry/``; the nearest parent of the current folder by default.
        cache: folder or URL of the prediction cache; ``.unify/cache`` in the workspace by default.
        workers: processes; the cores of this machine by default.
        executor: ``local`` or ``ray``.
        progress: told how the work goes.

    Raises:
        LabelError: people have not answered yet, or their answers cannot be read.
        OutputError: the loop's folder holds something else, is in use, or cannot be written.
        UnifyError: anything is wrong with config, registry, pictures or auto-labelers. What was done stays done.
    """
    root = open_workspace(workspace)
    asked = load_loop(find_config(root, str(config)), load_registry(root))
    if auto and not asked.oracle:
        fix = "add 'oracle:', batches that know the answers, or leave --auto out"
        raise RegistryError(Problem(asked.where, "nobody answers in place of people", fix=fix))
    how = How(root, cache, workers or default_workers(), executor, progress or Silent())
    with only_writer(asked.output):
        return _go_on(asked, auto, rounds, how)


def _go_on(asked: LoopConfig, auto: bool, rounds: int, how: How) -> LoopReport:
    """One step, or with ``auto`` those of some rounds."""
    wanted = tuple(step for step in Step if step is not Step.TRIAL or asked.trial)
    state, done = read_state(asked.output, asked.name), []
    number, step = state.next_step(wanted)
    last = number + rounds - 1
    while True:
        found = WORK[step](Round(asked, number, state, auto, how))
        if found is not None:
            state = state.with_step(number, step, found)
            write_state(asked.output, state)
            done.append(DoneStep(number, step, found))
            number, step = state.next_step(wanted)
        if found is None or not auto or number > last:
            return LoopReport(asked, tuple(done), found is None, Round(asked, number, state, auto, how), step)
