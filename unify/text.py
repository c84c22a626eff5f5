"""Tables in plain text, for whoever shows them."""

from __future__ import annotations

from collections.abc import Sequence


def table_lines(columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> list[str]:
    """A header and rows, padded to columns; ``right`` says which are right-aligned."""
    cells = [columns, *rows]
    widths = [max(map(len, column)) for column in zip(*cells)]
    return [
        "   ".join(
            f"{cell:{'>' if at_right else '<'}{width}}" for cell, at_right, width in zip(row, right, widths)
        ).rstrip()
        for row in cells
    ]


def markdown_lines(columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> list[str]:
    """The same as a table in Markdown."""
    rule = ["---:" if at_right else "---" for at_right in right]
    return [f"| {' | '.join(row)} |" for row in (columns, rule, *rows)]
