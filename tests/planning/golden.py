"""Exact texts kept in files."""

from __future__ import annotations

from pathlib import Path


def assert_golden(path: Path, text: str) -> None:
    """``text`` is what the file holds, less the file's last newline."""
    assert text == path.read_text(encoding="utf-8").removesuffix("\n")
