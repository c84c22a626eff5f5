"""Every error a user can meet, each saying where, what was found, what was expected and how to fix it.

    UnifyError
    ├── RegistryError     registry or config YAML is wrong (one error carries every problem of every file)
    ├── LockError         a locked batch no longer is what was locked
    ├── LabelError        an annotation file cannot be read or contradicts itself
    ├── PictureError      pictures are missing, broken or unlike their annotations
    ├── PlanError         the selection cannot become one dataset (overlapping splits, unfilled classes, ...)
    ├── OutputError       the output exists, is in use, or cannot be written
    ├── DatasetError      a unified dataset is damaged or is not one
    ├── AutoLabelerError  an auto-labeler cannot be loaded, or its answers break the contract
    ├── CalibrationError  these pictures cannot tell how good an auto-labeler is
    └── CacheError        the prediction cache cannot be used

The command line prints ``str(error)`` and exits with status 1; a traceback always means a bug of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and how to mend it.

    Attributes:
        where: ``file:line:col``, a file, a batch reference or a picture; what the user must open.
        what: one sentence without a full stop.
        got: what was found, or "".
        expected: what would have been right, or "".
        fix: what to do, or "".
        snippet: lines of the file around the place, already numbered, or "".
    """

    where: str
    what: str
    got: str = ""
    expected: str = ""
    fix: str = ""
    snippet: str = ""

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.snippet:
            lines.append(self.snippet)
        for label, text in (("got", self.got), ("expected", self.expected), ("fix", self.fix)):
            if text:
                lines.append(f"  {label + ':':<10}{text}")
        return "\n".join(lines)


class UnifyError(Exception):
    """Base of all errors that a user can mend; ``problems`` holds them one by one."""

    def __init__(self, problems: Problem | Iterable[Problem], *, summary: str = "") -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.summary = summary
        super().__init__(str(self))

    def __str__(self) -> str:
        return "\n\n".join([*map(str, self.problems), *([self.summary] if self.summary else [])])

    def __reduce__(self):
        # Errors cross process borders: rebuild from the problems, not from the rendered text.
        return (_rebuild, (type(self), self.problems, self.summary))


def _rebuild(cls: type[UnifyError], problems: tuple[Problem, ...], summary: str) -> UnifyError:
    return cls(problems, summary=summary)


class RegistryError(UnifyError):
    """Registry or config YAML is wrong."""


class LockError(UnifyError):
    """A locked batch no longer is what was locked."""


class LabelError(UnifyError):
    """An annotation file cannot be read or contradicts itself."""


class PictureError(UnifyError):
    """Pictures are missing, broken or unlike their annotations."""


class PlanError(UnifyError):
    """The selection cannot become one dataset."""


class OutputError(UnifyError):
    """The output exists, is in use, or cannot be written."""


class DatasetError(UnifyError):
    """A unified dataset is damaged or is not one."""


class AutoLabelerError(UnifyError):
    """An auto-labeler cannot be loaded, or its answers break the contract: no picture would fare better."""


class CalibrationError(UnifyError):
    """These pictures cannot tell how good an auto-labeler is: it learned from them, or people did not search them."""


class CacheError(UnifyError):
    """The prediction cache cannot be used, was written by a newer unify, or lacks a column that is asked for."""


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """ "did you mean 'truck'?" for the nearest known word, else ""."""
    import difflib

    lowered = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
    return f"did you mean '{lowered[near[0]]}'?" if near else ""


def shorten(items: Sequence[str], most: int = 10) -> str:
    """First ``most`` items, comma separated, and how many more there are."""
    shown = ", ".join(items[:most])
    return f"{shown} and {len(items) - most:,} more" if len(items) > most else shown
