"""Adds an entry to YAML text and leaves every other byte as the person wrote it.

A YAML round trip (ruamel.yaml's too) rewrites spacing: ``car:   {id: 1}`` loses its aligned columns. So the parser only
says where the entry belongs, and the text is put there.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from unify.errors import Problem, RegistryError
from unify.registry.wording import inline
from unify.registry.yaml_layout import insert_in_braces, last_line, step_of
from unify.registry.yaml_source import YamlFile, parse_yaml


def insert_entry(
    content: bytes, path: Path, shown: str, section: str, name: str, entry: Mapping[str, Any], *, on_top: bool
) -> bytes:
    """Adds ``name: entry`` to a top-level mapping of a YAML file, as its first or its last entry.

    Args:
        content: the file's bytes; valid, and without an entry of that name.
        path: the file.
        shown: how messages name it.
        section: top-level key of the mapping; its value may be empty.
        name: key of the new entry.
        entry: its keys and values.
        on_top: first rather than last.

    Raises:
        RegistryError: the file is laid out in a way that this does not know; the fix shows the lines to add by hand.
    """
    file = parse_yaml(content, path, shown)
    text = content.decode("utf-8-sig")
    edited = _insert(text, file, section, name, entry, on_top).encode()
    edited = codecs.BOM_UTF8 * content.startswith(codecs.BOM_UTF8) + edited
    if not _is_right(edited, file, section, name, entry, on_top):
        by_hand = "".join(block(name, entry, 2, 2, "\n"))
        raise RegistryError(Problem(shown, "cannot be edited: unusual layout", fix=f"add by hand:\n{by_hand}"))
    return edited


def block(name: str, entry: Mapping[str, Any], column: int, step: int, newline: str) -> list[str]:
    """Lines of an entry in block style, a line a key."""
    lines = [f"{' ' * column}{inline(name)}:{newline}"]
    return lines + [f"{' ' * (column + step)}{inline(key)}: {inline(value)}{newline}" for key, value in entry.items()]


def _insert(text: str, file: YamlFile, section: str, name: str, entry: Mapping[str, Any], on_top: bool) -> str:
    node = file.nodes[(section,)]
    if isinstance(node, yaml.MappingNode) and node.flow_style:
        return insert_in_braces(text, node, f"{inline(name)}: {inline(dict(entry))}", on_top)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    if not lines[-1].endswith(("\n", "\r")):
        lines[-1] += newline
    key = file.keys[(section,)].start_mark
    if isinstance(node, yaml.MappingNode):
        first_key, first_value = node.value[0]
        column = first_key.start_mark.column
        step = step_of(first_value, column)
        at = first_key.start_mark.line if on_top else last_line(node, file.lines) + 1
    else:
        column, step, at = key.column + 2, 2, key.line + 1
        lines[key.line] = lines[key.line].replace(node.value, "", 1) if node.value else lines[key.line]
    return "".join([*lines[:at], *block(name, entry, column, step, newline), *lines[at:]])


def _is_right(edited: bytes, before: YamlFile, section: str, name: str, entry: Mapping[str, Any], on_top: bool) -> bool:
    try:
        value = parse_yaml(edited, before.path, before.shown).value
    except RegistryError:
        return False
    names = list(value[section] or {})
    wanted = before.value | {section: (before.value[section] or {}) | {name: dict(entry)}}
    return value == wanted and names[0 if on_top else -1] == name
