"""The selection grammar: ``task:b1``, ``task:[b1-b4,b7]``, ``task:all``.

A range covers the batches with the same prefix and a number from the first to the last; each of them must exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from unify.core.types import BatchRef
from unify.errors import Problem, RegistryError, did_you_mean, shorten

ALL = "all"

_SELECTION = re.compile(r"(?P<task>[^:\[\],\s]+):\s*(?P<batches>\[[^\[\]]*\]|[^\[\],\s]+)")
_NUMBERED = re.compile(r"(?P<prefix>.*?)(?P<number>\d+)")

_HYPHEN = re.compile(r"\s*-\s*")
_GRAMMAR = "task:b1, task:[b1-b4,b7] or task:all"
_SHOWN_MISSING = 10


def batch_names(tasks: Iterable[str], refs: Iterable[BatchRef]) -> dict[str, tuple[str, ...]]:
    """task -> the names of its batches, in the order of ``refs``; empty for a task that has none."""
    names: dict[str, list[str]] = {task: [] for task in tasks}
    for ref in refs:
        names.setdefault(ref.task, []).append(ref.batch)
    return {task: tuple(batches) for task, batches in names.items()}


def parse_selection(text: str, known: Mapping[str, Sequence[str]]) -> tuple[BatchRef, ...]:
    """The batches that a selection names, in its order.

    Args:
        text: such as ``pedestrian:[b1-b4,b7]``.
        known: task -> the names of its batches, in the file's order.

    Raises:
        RegistryError: everything wrong with the selection; the problems have no ``where``.
    """
    match = _SELECTION.fullmatch(text.strip())
    if match is None:
        raise RegistryError(Problem("", "not a selection of batches", got=f"'{text}'", expected=_GRAMMAR))
    task, batches = match["task"], match["batches"]
    if task not in known:
        raise RegistryError(_unknown_task(task, known))
    if batches == ALL:
        return tuple(BatchRef(task, name) for name in _all_of(task, known[task]))
    names: list[str] = []
    problems: list[Problem] = []
    for item in batches.strip("[]").split(","):
        found = _names_of(task, _HYPHEN.sub("-", item.strip()), known[task])
        problems.extend([found] if isinstance(found, Problem) else [])
        names.extend([] if isinstance(found, Problem) else found)
    problems.extend(_repeated(task, names))
    if problems:
        raise RegistryError(problems)
    return tuple(BatchRef(task, name) for name in names)


def _all_of(task: str, known: Sequence[str]) -> Sequence[str]:
    if not known:
        raise RegistryError(Problem("", f"task '{task}' has no batches", fix=f"register one: {_file(task)}"))
    return known


def _names_of(task: str, item: str, known: Sequence[str]) -> Sequence[str] | Problem:
    """The batches of one item between the commas; a batch may itself have a hyphen in its name."""
    if item in known:
        return [item]
    ends = list(_range_ends(item))
    if ends:
        return _range(task, *ends[0], known)
    if not item:
        return Problem("", "an empty item in a selection", expected=_GRAMMAR, fix="delete a comma, or name a batch")
    first, hyphen, last = item.partition("-")
    if hyphen and first in known and last.isdigit():
        prefix = _NUMBERED.fullmatch(first)
        return _malformed(item, f"write '{first}-{prefix['prefix']}{last}'" if prefix else "name each batch")
    if hyphen and first in known:
        return _malformed(item, "name each batch: their names do not differ in the number alone")
    return _unknown_batch(task, item, known)


def _range_ends(item: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    for hyphen in re.finditer("-", item):
        first, last = _NUMBERED.fullmatch(item[: hyphen.start()]), _NUMBERED.fullmatch(item[hyphen.end() :])
        if first and last and first["prefix"] == last["prefix"] and first["prefix"]:
            yield first, last


def _range(task: str, first: re.Match[str], last: re.Match[str], known: Sequence[str]) -> Sequence[str] | Problem:
    for end in (first, last):
        if end.group() not in known:
            return _unknown_batch(task, end.group(), known)
    low, high = int(first["number"]), int(last["number"])
    if low > high:
        fix = f"write '{last.group()}-{first.group()}'"
        return Problem(
            "", f"reversed range '{first.group()}-{last.group()}'", expected="the smaller number first", fix=fix
        )
    existing = set(known)
    width = len(first["number"])
    names = (f"{first['prefix']}{number:0{width}d}" for number in range(low, high + 1))
    present = []
    for name in names:
        if name not in existing:
            return _gap(task, first, last, [name, *islice((n for n in names if n not in existing), _SHOWN_MISSING)])
        present.append(name)
    return present


def _gap(task: str, first: re.Match[str], last: re.Match[str], missing: Sequence[str]) -> Problem:
    what = f"range '{first.group()}-{last.group()}' covers batches of '{task}' that are not registered"
    more = ", …" if len(missing) > _SHOWN_MISSING else ""
    got = f"no {', '.join(missing[:_SHOWN_MISSING])}{more}"
    return Problem("", what, got=got, fix=f"leave them out of the selection, or add them to {_file(task)}")


def _malformed(item: str, fix: str) -> Problem:
    return Problem("", f"malformed range '{item}'", expected="such as 'b1-b4'", fix=fix)


def _unknown_task(task: str, known: Mapping[str, Sequence[str]]) -> Problem:
    fix = did_you_mean(task, list(known)) or "register its batches under registry/datasets/"
    return Problem("", f"no batches of a task '{task}'", got=f"'{task}'", expected=_one_of(list(known)), fix=fix)


def _unknown_batch(task: str, name: str, known: Sequence[str]) -> Problem:
    near = did_you_mean(name, known)
    add = f"add it to {_file(task)}"
    fix = f"{near} Otherwise {add}" if near else add
    return Problem("", f"unknown batch '{task}:{name}'", got=f"'{name}'", expected=_one_of(known), fix=fix)


def _repeated(task: str, names: Sequence[str]) -> Iterable[Problem]:
    twice = dict.fromkeys(name for index, name in enumerate(names) if name in names[:index])
    return [Problem("", f"batch '{task}:{name}' is selected twice", fix="select it once") for name in twice]


def _one_of(names: Sequence[str]) -> str:
    return f"one of {shorten(names)}" if names else "nothing: none is registered"


def _file(task: str) -> str:
    return f"registry/datasets/{task}.yaml"
