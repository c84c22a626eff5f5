"""How numbers and names are written on a page. What is not known is a dash, never a zero."""

from __future__ import annotations

from collections.abc import Mapping

UNKNOWN = "–"
_DIGEST_SHOWN = 12


def number(value: int | None) -> str:
    """``12,345``."""
    return UNKNOWN if value is None else f"{value:,}"


def rounded(value: float | None) -> str:
    """An expected count: ``12,345``, ``8.4`` below ten."""
    if value is None:
        return UNKNOWN
    return f"{value:,.1f}" if 0 < value < 9.95 else f"{value:,.0f}"


def share(value: float | None) -> str:
    """``43 %``; what is nearly none or nearly all does not round to it."""
    if value is None:
        return UNKNOWN
    if 0 < value < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < value < 1 else f"{100 * value:.0f} %"


def percent(value: float | None) -> str:
    """A score with a decimal and without its sign: ``82.2``."""
    return UNKNOWN if value is None else f"{100 * value:.1f}"


def signed_percent(value: float | None) -> str:
    """A difference of scores: ``+3.1``, ``−0.2``."""
    return UNKNOWN if value is None else f"{100 * value:+.1f}".replace("-", "−")


def decimal(value: float | None) -> str:
    """A weight or a score: ``0.83``."""
    return UNKNOWN if value is None else f"{value:.2f}"


def size(num_bytes: int) -> str:
    """``512 B``, ``1.4 MB``."""
    value = float(num_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} TB"


def short_digest(digest: str) -> str:
    """The first letters of a digest: enough to tell two apart."""
    return digest[:_DIGEST_SHOWN]


def plural(count: int | None, noun: str) -> str:
    """``1 picture``, ``2,000 boxes``."""
    ending = "" if count == 1 else "es" if noun.endswith(("x", "ch", "ss")) else "s"
    return f"{number(count)} {noun}{ending}"


def methods(method_of_task: Mapping[str, str]) -> str:
    """``soft``; where tasks differ ``soft (vehicle, signal), partial (pedestrian)``."""
    tasks_of: dict[str, list[str]] = {}
    for task, method in method_of_task.items():
        tasks_of.setdefault(method, []).append(task)
    if len(tasks_of) < 2:
        return "".join(tasks_of)
    return ", ".join(f"{method} ({', '.join(tasks)})" for method, tasks in tasks_of.items())


def in_words(shares: Mapping[str, float]) -> str:
    """``labeled 67 %, unknown 33 %``: a cell for who cannot see its colours."""
    return ", ".join(f"{state} {share(value)}" for state, value in shares.items() if value) or "no pictures"
