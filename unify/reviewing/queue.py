"""The review queue: what `unify rank --json` prints, best first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unify.core.types import JsonObject
from unify.errors import LabelError, Problem, did_you_mean, shorten

_DIGEST = re.compile(r"[0-9a-f]{64}")
_FIX = "give the file that `unify rank --json` or `unify review errors --json` printed"


@dataclass(frozen=True)
class Query:
    """One picture that people should look at for one task.

    Attributes:
        picture: hex sha256 of the picture file.
        task: the task whose classes they are asked for.
        score: what is gained; the queue is ordered by whoever made it.
        cost: what it costs.
        difficulty: ``easy``, ``medium``, ``hard``, or "".
        reasons: why it was chosen, one sentence each.
    """

    picture: str
    task: str
    score: float = 0.0
    cost: float = 0.0
    difficulty: str = ""
    reasons: tuple[str, ...] = ()

    def as_json(self) -> JsonObject:
        return {**self.__dict__, "reasons": list(self.reasons)}


def read_queue(path: Path, tasks: Sequence[str]) -> list[Query]:
    """The queries of a file, in its order.

    Args:
        path: JSON with ``queries``.
        tasks: tasks of the taxonomy.

    Raises:
        LabelError: it cannot be read or is no queue; lists all that is wrong.
    """
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise LabelError(Problem(str(path), f"the queue cannot be read: {error.strerror}", fix=_FIX)) from error
    except ValueError as error:
        raise LabelError(Problem(str(path), "the queue is not JSON", got=str(error), fix=_FIX)) from error
    rows = value.get("queries") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise LabelError(Problem(str(path), "is not a queue", expected='{"queries": [...]}', fix=_FIX))
    problems = [*_problems(path, rows, tasks)]
    if problems:
        raise LabelError(problems)
    return [_query(row) for row in rows]


def _query(row: dict[str, Any]) -> Query:
    return Query(
        picture=row["picture"],
        task=row["task"],
        score=float(row.get("score") or 0),
        cost=float(row.get("cost") or 0),
        difficulty=str(row.get("difficulty") or ""),
        reasons=tuple(map(str, row.get("reasons") or ())),
    )


def _problems(path: Path, rows: list[Any], tasks: Sequence[str]) -> Iterator[Problem]:
    if not rows:
        yield Problem(str(path), "the queue is empty", fix="ask `unify rank` for more")
    met: set[tuple[str, str]] = set()
    for number, row in enumerate(rows):
        where = f"{path}: queries[{number}]"
        if not isinstance(row, dict) or not _DIGEST.fullmatch(str(row.get("picture"))):
            yield Problem(where, "names no picture", got=_shown(row), expected="the picture's sha256, 64 hex digits")
            continue
        task = row.get("task")
        if task not in tasks:
            fix = did_you_mean(str(task), tasks)
            yield Problem(where, "unknown task", got=f"'{task}'", expected=f"one of {shorten(tasks)}", fix=fix)
        if (row["picture"], task) in met:
            yield Problem(where, "picture and task are in the queue twice", got=f"{row['picture'][:12]}…, {task}")
        met.add((row["picture"], str(task)))
        for key in ("score", "cost"):
            if isinstance(row.get(key), bool) or not isinstance(row.get(key, 0), (int, float, type(None))):
                yield Problem(where, f"{key} is not a number", got=_shown(row[key]))
        if not isinstance(row.get("reasons") or [], list):
            yield Problem(where, "reasons is not a list", got=_shown(row["reasons"]))


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
