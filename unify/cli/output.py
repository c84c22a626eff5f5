"""What a person sees: tables, warnings, progress. Results go to standard output, all else to standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from unify.text import table_lines

REFRESH_SECONDS = 0.1
PLAIN_LINE_SECONDS = 10.0


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table; columns of whole numbers are right-aligned, with thousands separators."""
    numeric = [bool(rows) and all(isinstance(row[index], int) for row in rows) for index in range(len(columns))]
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    print("\n".join(table_lines(columns, cells, numeric)))


def print_warnings(warnings: Sequence[str]) -> None:
    """One line each on standard error."""
    for text in warnings:
        print(f"warning: {text}", file=sys.stderr)


class Bars:
    """Progress with rate and time left: one live line on a terminal, a line every ten seconds elsewhere.

    No thread refreshes it: worker processes are forked, and a fork beside a running thread may hang.
    """

    def __init__(self) -> None:
        self._stage: _Stage | None = None

    def stage(self, what: str, total: int | None = None, unit: str = "pictures") -> Callable[[int], None]:
        self.close()
        self._stage = _Stage(what, total, unit)
        return self._stage.advance

    def close(self) -> None:
        """End the current line."""
        if self._stage:
            self._stage.end()
            self._stage = None

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class _Stage:
    """What comes before the first report, such as loading a model, does not count into the rate."""

    def __init__(self, what: str, total: int | None, unit: str) -> None:
        self._what, self._total, self._unit, self._done, self._first = what, total, unit, 0, 0
        self._began = self._shown = time.monotonic()
        self._live = sys.stderr.isatty()

    def advance(self, count: int) -> None:
        now = time.monotonic()
        if not self._done:
            self._began, self._first = now, count
        self._done += count
        if now - self._shown >= (REFRESH_SECONDS if self._live else PLAIN_LINE_SECONDS):
            self._shown = now
            self._show()

    def end(self) -> None:
        if self._live and self._done:
            self._show()
            sys.stderr.write("\n")

    def _show(self) -> None:
        seconds = time.monotonic() - self._began
        rate = (self._done - self._first) / seconds if seconds > 0 else 0.0
        line = progress_line(self._what, self._done, self._total, self._unit, rate)
        sys.stderr.write(f"\r\x1b[2K{line}" if self._live else f"{line}\n")
        sys.stderr.flush()


def progress_line(what: str, done: int, total: int | None, unit: str, rate: float) -> str:
    """``writing  1,200 of 5,000 pictures  2,400/s  2 s left``; a rate of 0 is not known yet."""
    of = f" of {total:,}" if total else ""
    parts = [f"{what}  {done:,}{of} {unit}"]
    if rate:
        parts.append(f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s")
    if total and rate and done < total:
        parts.append(f"{duration((total - done) / rate)} left")
    return "  ".join(parts)


def shown_path(path: Path) -> str:
    """A path as seen from the current folder where it lies below it, else as it is."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def duration(seconds: float) -> str:
    """``3 s``, ``4 min 10 s``, ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def plural(count: int, noun: str) -> str:
    """``1 picture``, ``2,000 pictures``, ``3 boxes``, ``4 batches``."""
    ending = "" if count == 1 else "es" if noun.endswith(("x", "ch")) else "s"
    return f"{count:,} {noun}{ending}"
