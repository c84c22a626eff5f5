"""Where things stand in YAML text, by the parser's marks: what edits that keep a person's lines are made of."""

from __future__ import annotations

from collections.abc import Sequence

import yaml


def offset(text: str, mark: yaml.Mark) -> int:
    """The index of a mark in the text."""
    return sum(map(len, text.splitlines(keepends=True)[: mark.line])) + mark.column


def insert_in_braces(text: str, node: yaml.MappingNode, entry: str, on_top: bool) -> str:
    """The text with ``key: value`` added to a mapping in braces, as its first or its last entry."""
    if not node.value:
        at, added = offset(text, node.start_mark) + 1, entry
    elif on_top:
        at, added = offset(text, node.value[0][0].start_mark), f"{entry}, "
    else:
        at, added = offset(text, node.value[-1][1].end_mark), f", {entry}"
    return text[:at] + added + text[at:]


def step_of(value: yaml.Node, column: int) -> int:
    """How far the file indents the keys of an entry; 2 where its first entry does not show it."""
    if isinstance(value, yaml.MappingNode) and not value.flow_style:
        return value.value[0][0].start_mark.column - column
    return 2


def last_line(node: yaml.Node, lines: Sequence[str]) -> int:
    """The line, from 0, of a node's last character; comments and blank lines behind it are not part of it."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return last_line(node.value[-1][1], lines)
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        return last_line(node.value[-1], lines)
    line = node.end_mark.line
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        # A literal ends where the next token begins: behind its blank lines.
        line -= node.end_mark.column == 0
        while not lines[line].strip():
            line -= 1
    return line
