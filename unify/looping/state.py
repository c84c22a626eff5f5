"""Where a loop stands: what is done of which round."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from unify.core.types import BatchRef, JsonObject
from unify.errors import OutputError, Problem
from unify.files import TEMPORARY, write_whole

STATE = "loop.json"
MARK = {"format": "unify-loop", "version": 1}


class Step(StrEnum):
    """What a round is made of, in this order."""

    RANK = "rank"
    EXPORT = "export"
    IMPORT = "import"
    COMPILE = "compile"
    TRIAL = "trial"


@dataclass(frozen=True)
class LoopState:
    """What is done.

    Attributes:
        name: the loop's.
        rounds: of each round, the first one first: step -> what it found, as JSON.
    """

    name: str
    rounds: tuple[Mapping[str, JsonObject], ...] = ()

    def next_step(self, steps: Sequence[Step]) -> tuple[int, Step]:
        """The round, from 1, and the first of ``steps`` that it lacks; of the next round, where it lacks none."""
        for step in steps if self.rounds else ():
            if step not in self.rounds[-1]:
                return len(self.rounds), step
        return len(self.rounds) + 1, steps[0]

    def with_step(self, number: int, step: Step, found: JsonObject) -> LoopState:
        """The state after a step of a round."""
        before = self.rounds[number - 1] if number <= len(self.rounds) else {}
        return LoopState(self.name, (*self.rounds[: number - 1], {**before, step: found}))

    def batches(self, number: int) -> list[BatchRef]:
        """What came back in the rounds up to a number, that one included."""
        refs = [text for done in self.rounds[:number] for text in done.get(Step.IMPORT, {}).get("batches", ())]
        return [BatchRef(*text.split(":", 1)) for text in refs]


def read_state(folder: Path, name: str) -> LoopState:
    """What is done of the loop in a folder; nothing, where the folder is empty or not there.

    Raises:
        OutputError: the folder holds something else.
    """
    fix = "choose another 'output', or move this folder away"
    try:
        value = json.loads((folder / STATE).read_bytes())
        found = value["name"] if value["format"] == MARK["format"] and value["version"] == MARK["version"] else None
        rounds = tuple(value["rounds"])
    except FileNotFoundError:
        if folder.exists() and any(TEMPORARY not in path.name for path in folder.iterdir()):
            raise OutputError(Problem(str(folder), "the output holds something that is no loop", fix=fix)) from None
        return LoopState(name)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise OutputError(Problem(str(folder / STATE), "is no state of a loop", got=str(error), fix=fix)) from error
    if found != name:
        raise OutputError(Problem(str(folder / STATE), "is of another loop", got=f"'{found}'", expected=name, fix=fix))
    return LoopState(name, rounds)


def write_state(folder: Path, state: LoopState) -> None:
    """Write the state, whole or not at all. Raises OutputError."""
    content = {**MARK, "name": state.name, "rounds": list(state.rounds)}
    write_whole(folder / STATE, (json.dumps(content, indent=1) + "\n").encode(), durable=True)
