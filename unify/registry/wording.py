"""How messages write values and numbers."""

from __future__ import annotations

from typing import Any

import yaml

from unify.errors import shorten


def show(value: Any) -> str:
    """A value in one line, text in quotes."""
    return f"'{value}'" if isinstance(value, str) else plain(value)


def plain(value: Any, most: int = 10) -> str:
    """A value in one line as a person would write it in YAML, of long lists the first ``most`` items."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{shorten([plain(item, most) for item in value], most)}]"
    if isinstance(value, dict):
        return f"{{{shorten([f'{key}: {plain(item, most)}' for key, item in value.items()], most)}}}"
    return str(value)


def inline(value: Any) -> str:
    """A value as YAML in one line, quoted where it must be, inside brackets too."""
    return yaml.safe_dump([value], default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**9).strip()[
        1:-1
    ]


def misread(raw: str, value: Any) -> tuple[str, str]:
    """What YAML made of a scalar that was meant to be text, and the fix: ``no`` is read as false, ``1:30`` as 90."""
    if value is None:
        return "nothing", "write a value, or delete the key"
    if isinstance(value, bool):
        return f"{raw}, which YAML reads as {str(value).lower()}", f'put it in quotes: "{raw}"'
    kind = "number" if isinstance(value, (int, float)) else "date"
    return f"{raw}, which YAML reads as a {kind}", f'put it in quotes: "{raw}"'


def count(number: int, noun: str, nouns: str = "") -> str:
    """``1 problem``, ``1,234 problems``; ``nouns`` is the plural where an s does not make it."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"
