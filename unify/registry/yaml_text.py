"""What is wrong with a YAML file before it is YAML: bytes, tabs, merge conflicts, syntax."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import yaml

from unify.errors import Problem, RegistryError

_CONFLICT = re.compile(r"(<{7}|>{7})( |$)")
_TAB = re.compile(r" *\t\s*\S")
_WHERE = re.compile(r"(.*):(\d+):(\d+)")
_WIDEST_LINE = 160


def problem_at(
    shown: str,
    lines: Sequence[str],
    line: int,
    column: int,
    what: str,
    *,
    got: str = "",
    expected: str = "",
    fix: str = "",
) -> Problem:
    """A problem at a line and column, both from 1, with the lines around it."""
    where = f"{shown}:{line}:{column}"
    return Problem(where, what, got=got, expected=expected, fix=fix, snippet=snippet(lines, line))


def snippet(lines: Sequence[str], line: int) -> str:
    """Line ``line`` (from 1) and the one before it, numbered."""
    numbers = range(max(line - 1, 1), min(line, len(lines)) + 1)
    return "\n".join(f"{number:>5} | {_visible(lines[number - 1])}" for number in numbers)


def _visible(line: str) -> str:
    shown = line.replace("\t", "→").rstrip()
    return shown if len(shown) <= _WIDEST_LINE else shown[:_WIDEST_LINE] + "…"


def in_order(problems: Iterable[Problem], files: Sequence[str] = ()) -> list[Problem]:
    """Problems in the order of the files, then of the lines; those of other files behind them."""
    rank = {shown: index for index, shown in enumerate(files)}
    return sorted(problems, key=lambda problem: _place(problem.where, rank))


def _place(where: str, rank: Mapping[str, int]) -> tuple[int, int, int]:
    match = _WHERE.fullmatch(where)
    shown, line, column = match.groups() if match else (where, 0, 0)
    return rank.get(shown, len(rank)), int(line), int(column)


def decode(content: bytes, shown: str) -> str:
    """UTF-8 text of a file's bytes, a byte order mark dropped.

    Raises:
        RegistryError: a byte is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        what = f"not UTF-8 text (byte {content[error.start]:#04x})"
        raise RegistryError(Problem(f"{shown}:{line}:{column}", what, fix="save the file as UTF-8")) from error


def text_problems(shown: str, lines: Sequence[str]) -> list[Problem]:
    """Merge-conflict markers, else tabs in the indentation."""
    conflicts = [number for number, line in enumerate(lines, 1) if line.startswith("<") and _CONFLICT.match(line)]
    conflicts = conflicts or [number for number, line in enumerate(lines, 1) if _CONFLICT.match(line)]
    if conflicts:
        return [_conflict(shown, lines, number) for number in conflicts]
    tabs = [number for number, line in enumerate(lines, 1) if _TAB.match(line)]
    return [_tab(shown, lines, tabs)] if tabs else []


def _conflict(shown: str, lines: Sequence[str], line: int) -> Problem:
    fix = "resolve the conflict: keep one side and delete the marker lines"
    return problem_at(shown, lines, line, 1, "merge conflict marker", got=f"'{lines[line - 1].strip()}'", fix=fix)


def _tab(shown: str, lines: Sequence[str], tabs: Sequence[int]) -> Problem:
    column = lines[tabs[0] - 1].index("\t") + 1
    more = f" (and on {len(tabs) - 1} more lines)" if len(tabs) > 1 else ""
    return problem_at(
        shown, lines, tabs[0], column, f"tab in the indentation{more}", expected="spaces", fix="replace tabs by spaces"
    )


def syntax_problem(shown: str, lines: Sequence[str], text: str, error: yaml.YAMLError) -> Problem:
    """A parser's complaint as a problem at its place."""
    if isinstance(error, yaml.reader.ReaderError):
        line, column = _line_and_column(text, error.position)
        what = f"character U+{error.character:04X} is not allowed in YAML"
        return problem_at(shown, lines, line, column, what, fix="delete the character")
    mark = error.problem_mark or error.context_mark
    line, column = mark.line + 1, mark.column + 1
    if error.context == "expected a single document in the stream":
        return problem_at(shown, lines, line, column, "several YAML documents in one file", fix="delete the '---' line")
    return problem_at(shown, lines, line, column, f"not valid YAML: {error.problem}", fix=_syntax_fix(error))


def _line_and_column(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, index - before.rfind("\n")


def _syntax_fix(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or ""
    if "mapping values are not allowed" in problem:
        return "check the indentation; text that contains ': ' must be put in quotes"
    if "cannot start any token" in problem:
        return "put text that begins with a special character in quotes"
    if "alias" in problem or "anchor" in (error.context or ""):
        return "put text that begins with '*' or '&' in quotes"
    if error.context_mark is not None and error.context:
        return f"look at line {error.context_mark.line + 1} too ({error.context})"
    return "check the indentation, quotes and brackets around this place"
