"""Sets keys of an entry in YAML text and leaves every other byte as the person wrote it."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from unify.errors import Problem, RegistryError
from unify.registry.wording import inline
from unify.registry.yaml_layout import insert_in_braces, last_line, offset
from unify.registry.yaml_source import KeyPath, YamlFile, parse_yaml


def set_keys(content: bytes, path: Path, shown: str, entry: KeyPath, values: Mapping[str, Any]) -> bytes:
    """Gives keys of a mapping new values. Of a value that is a mapping itself, keys that are not named stay.

    Args:
        content: the file's bytes; valid.
        path: the file.
        shown: how messages name it.
        entry: path of the mapping, such as ``("versions", "v3")``; it is there and has a key.
        values: key -> scalar, or mapping of scalars.

    Returns:
        The new bytes; the old ones where all values were there already.

    Raises:
        RegistryError: the file is laid out in a way that this does not know; the fix shows the lines to write by hand.
    """
    before = parse_yaml(content, path, shown)
    wanted = _with_values(before.value, entry, values)
    edited = content
    for place, value in _places(before, entry, values):
        edited = _set_one(edited, path, shown, place, value)
    if not _says(edited, before, wanted):
        by_hand = "".join(f"{inline(key)}: {inline(value)}\n" for key, value in values.items())
        where = before.where(entry, key=True)
        raise RegistryError(Problem(where, "cannot be edited: unusual layout", fix=f"write by hand:\n{by_hand}"))
    return edited


def _with_values(value: Mapping[str, Any], entry: KeyPath, values: Mapping[str, Any]) -> dict[str, Any]:
    if entry:
        return {**value, entry[0]: _with_values(value[entry[0]], entry[1:], values)}
    merged = {key: {**value.get(key, {}), **new} for key, new in values.items() if isinstance(new, Mapping)}
    return {**value, **values, **merged}


def _places(file: YamlFile, entry: KeyPath, values: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Any]]:
    """Key paths and what stands there afterwards; a mapping that is in the file is set key by key."""
    for key, value in values.items():
        if isinstance(value, Mapping) and (*entry, key) in file.nodes:
            yield from (((*entry, key, inner), each) for inner, each in value.items())
        else:
            yield (*entry, key), dict(value) if isinstance(value, Mapping) else value


def _set_one(content: bytes, path: Path, shown: str, place: KeyPath, value: Any) -> bytes:
    file = parse_yaml(content, path, shown)
    text = content.decode("utf-8-sig")
    node = file.nodes.get(place)
    if isinstance(node, yaml.ScalarNode):
        edited = text if _value_at(file, place) == value else _replace(text, node, inline(value))
    else:
        edited = _insert(text, file, file.nodes[place[:-1]], f"{inline(place[-1])}: {inline(value)}")
    return codecs.BOM_UTF8 * content.startswith(codecs.BOM_UTF8) + edited.encode()


def _value_at(file: YamlFile, place: KeyPath) -> Any:
    value: Any = file.value
    for key in place:
        value = value[key]
    return value


def _replace(text: str, node: yaml.ScalarNode, written: str) -> str:
    return text[: offset(text, node.start_mark)] + written + text[offset(text, node.end_mark) :]


def _insert(text: str, file: YamlFile, mapping: yaml.Node, line: str) -> str:
    """A key as the last of a mapping."""
    if mapping.flow_style:
        return insert_in_braces(text, mapping, line, on_top=False)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    if not lines[-1].endswith(("\n", "\r")):
        lines[-1] += newline
    at = last_line(mapping, file.lines) + 1
    return "".join([*lines[:at], f"{' ' * mapping.value[0][0].start_mark.column}{line}{newline}", *lines[at:]])


def _says(edited: bytes, before: YamlFile, wanted: Mapping[str, Any]) -> bool:
    try:
        return parse_yaml(edited, before.path, before.shown).value == wanted
    except RegistryError:
        return False
