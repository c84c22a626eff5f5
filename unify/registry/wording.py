"""How messages write values and numbers."""

from __future__ import annotations

from typing import Any

from unify.errors import shorten


def show(value: Any) -> str:
    """A value in one line, text in quotes."""
    return f"'{value}'" if isinstance(value, str) else plain(value)


def plain(value: Any) -> str:
    """A value in one line as a person would write it in YAML."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{shorten([plain(item) for item in value])}]"
    if isinstance(value, dict):
        return f"{{{shorten([f'{key}: {plain(item)}' for key, item in value.items()])}}}"
    return str(value)


def misread(raw: str, value: Any) -> tuple[str, str]:
    """What YAML made of a scalar that was meant to be text, and the fix: ``no`` is read as false, ``1:30`` as 90."""
    if value is None:
        return "nothing", "write a value, or delete the key"
    if isinstance(value, bool):
        return f"{raw}, which YAML reads as {str(value).lower()}", f'put it in quotes: "{raw}"'
    kind = "number" if isinstance(value, (int, float)) else "date"
    return f"{raw}, which YAML reads as a {kind}", f'put it in quotes: "{raw}"'


def count(number: int, noun: str) -> str:
    """``1 problem``, ``1,234 problems``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
