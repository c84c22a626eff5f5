"""How messages write values."""

from __future__ import annotations

from typing import Any

from unify.errors import shorten


def show(value: Any) -> str:
    """A value as a person would write it in YAML, in one line."""
    if isinstance(value, str):
        return f"'{value}'"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{shorten([show(item).strip("'") for item in value])}]"
    if isinstance(value, dict):
        return f"{{{shorten([f'{key}: {show(item).strip("'")}' for key, item in value.items()])}}}"
    return str(value)


def misread(raw: str, value: Any) -> tuple[str, str]:
    """What YAML made of a scalar that was meant to be text, and the fix: ``no`` is read as false, ``1:30`` as 90."""
    if value is None:
        return "nothing", "write a value, or delete the key"
    if isinstance(value, bool):
        return f"{raw}, which YAML reads as {str(value).lower()}", f'put it in quotes: "{raw}"'
    kind = "number" if isinstance(value, (int, float)) else "date"
    return f"{raw}, which YAML reads as a {kind}", f'put it in quotes: "{raw}"'
