"""Puts the entries of a mapping in YAML text into another order; their comments go with them.

An entry is its lines with the comments right above it and those indented below it. What stands apart, behind a blank
line, stays where it is.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path

import yaml

from unify.errors import Problem, RegistryError
from unify.registry.yaml_layout import last_line, offset
from unify.registry.yaml_source import YamlFile, parse_yaml

_Spans = dict[str, tuple[int, int]]  # entry -> where it begins and ends, in characters


def reorder_entries(content: bytes, path: Path, shown: str, section: str, order: Sequence[str]) -> bytes:
    """The file with the entries of a top-level mapping in another order.

    Args:
        content: the file's bytes; valid.
        path: the file.
        shown: how messages name it.
        section: top-level key of the mapping.
        order: all its keys.

    Raises:
        RegistryError: the file is laid out in a way that this does not know.
    """
    file = parse_yaml(content, path, shown)
    if list(file.value[section]) == list(order):
        return content
    text = content.decode("utf-8-sig")
    text += "" if text.endswith(("\n", "\r")) else "\n"  # the last entry may become the first
    node = file.nodes[(section,)]
    spans = _in_braces(text, node) if node.flow_style else _in_lines(text, file, node)
    edited = codecs.BOM_UTF8 * content.startswith(codecs.BOM_UTF8) + _rearranged(text, spans, order).encode()
    if not _is_right(edited, file, section, order):
        fix = f"write the entries of '{section}' in this order: {', '.join(order)}"
        raise RegistryError(Problem(shown, "cannot be edited: unusual layout", fix=fix))
    return edited


def _rearranged(text: str, spans: _Spans, order: Sequence[str]) -> str:
    """What stands between the entries stays where it is."""
    parts, end = [], 0
    for (start, stop), name in zip(spans.values(), order):
        parts += [text[end:start], text[slice(*spans[name])]]
        end = stop
    return "".join([*parts, text[end:]])


def _in_braces(text: str, node: yaml.MappingNode) -> _Spans:
    return {key.value: (offset(text, key.start_mark), offset(text, value.end_mark)) for key, value in node.value}


def _in_lines(text: str, file: YamlFile, node: yaml.MappingNode) -> _Spans:
    lines = text.splitlines(keepends=True)
    at = [0]
    for line in lines:
        at.append(at[-1] + len(line))
    return {
        key.value: (at[_first_line(key, file.lines)], at[_last_line(key, value, file.lines) + 1])
        for key, value in node.value
    }


def _first_line(key: yaml.Node, lines: Sequence[str]) -> int:
    """The line, from 0, where the comments right above a key begin."""
    first = key.start_mark.line
    while _is_comment(lines[first - 1]) and _indent(lines[first - 1]) <= key.start_mark.column:
        first -= 1
    return first


def _last_line(key: yaml.Node, value: yaml.Node, lines: Sequence[str]) -> int:
    """The last line, from 0, of a value and of the comments right below it that are indented deeper than its key."""
    last = last_line(value, lines)
    while last + 1 < len(lines) and _is_comment(lines[last + 1]) and _indent(lines[last + 1]) > key.start_mark.column:
        last += 1
    return last


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_right(edited: bytes, before: YamlFile, section: str, order: Sequence[str]) -> bool:
    try:
        value = parse_yaml(edited, before.path, before.shown).value
    except RegistryError:
        return False
    return value == before.value and list(value[section]) == list(order)
