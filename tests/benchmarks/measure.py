"""What commands cost, and how figures are printed.

A command is measured as a whole process, start-up included. The process that measures stays small: Linux counts the
memory of a parent, at the moment it starts a child, towards that child's peak.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Figure = TypeVar("Figure")
Command = Sequence[str | os.PathLike]


@dataclass(frozen=True)
class Cost:
    """What one run of a command took.

    Attributes:
        wall: seconds from start to end.
        processor: seconds of all cores, of the process and of the children it waited for, system calls included.
        peak_bytes: resident memory of the largest of these processes at its peak.
        output: what it printed.
    """

    wall: float
    processor: float
    peak_bytes: int
    output: str


def cost_of(command: Command) -> Cost:
    """Run a command to its end.

    Raises:
        SystemExit: the command failed; shows what it printed.
    """
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=_environment())
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        output = log.read().decode(errors="replace")
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{output}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _RSS_UNIT, output)


def _environment() -> dict[str, str]:
    """This process's, but for a switch that would make every start compile what an installed package has compiled."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes there, KiB on Linux


def timed(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def alternate(contestants: Mapping[str, Callable[[], Figure]], repeats: int) -> dict[str, list[Figure]]:
    """One figure a contestant and round, in turn, so that a busy moment of the machine hits all of them."""
    figures: dict[str, list[Figure]] = {name: [] for name in contestants}
    for _ in range(repeats):
        for name, measure in contestants.items():
            os.sync()  # what an earlier run left to be written must not slow this one
            figures[name].append(measure())
    return figures


def print_figures(what: str, unit: str, figures: Sequence[float]) -> None:
    """The smallest figure, then all in the order of the rounds."""
    rounds = " ".join(f"{figure:.3g}" for figure in figures)
    print(f"{what:<58}{min(figures):>9.3g} {unit:<4} rounds: {rounds}", flush=True)


def print_ratio(what: str, larger: Sequence[float], smaller: Sequence[float], bar: str) -> None:
    """How many times the best of one is the best of the other, beside the ratio of every round."""
    rounds = " ".join(f"{one / other:.3g}" for one, other in zip(larger, smaller))
    print(f"{what:<58}{min(larger) / min(smaller):>9.3g} x    rounds: {rounds}   {bar and f'bar: {bar}'}", flush=True)


def unify_command(*arguments: str | os.PathLike) -> list[str | os.PathLike]:
    """The ``unify`` of the environment this Python belongs to."""
    return [Path(sys.executable).with_name("unify"), *arguments]


def this_module(module: str, *arguments: str | os.PathLike) -> list[str | os.PathLike]:
    """A module of this folder, as a command."""
    return [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments]
