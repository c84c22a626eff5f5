"""YAML as plain values that remember where they stand: ``file:line:col`` for every key and every value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from unify.errors import Problem, RegistryError
from unify.registry import yaml_text
from unify.registry.wording import misread

KeyPath = tuple[Any, ...]

# The C parser is some ten times faster; where it is missing the pure one reads the same files.
_FastLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TAG = "tag:yaml.org,2002:"
_KNOWN_TAGS = {_TAG + kind for kind in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")}

# Aliases of aliases grow exponentially: a file of ten lines may stand for more values than fit in memory.
_MOST_VALUES = 1_000_000


@dataclass(frozen=True)
class YamlFile:
    """One YAML file, read.

    Attributes:
        path: the file.
        shown: how messages name it: relative to the workspace, with ``/``.
        lines: its text.
        value: its top-level mapping as plain Python values.
        keys: path of a value, such as ``("batches", "b1", "split")`` -> the node of its key.
        nodes: path of a value -> its node.
    """

    path: Path
    shown: str
    lines: tuple[str, ...]
    value: dict[str, Any]
    keys: Mapping[KeyPath, yaml.Node]
    nodes: Mapping[KeyPath, yaml.Node]

    def where(self, path: KeyPath, *, key: bool = False) -> str:
        """``file:line:col`` of a value, or of its key; of the nearest value around it where it is not there."""
        line, column = self.position(path, key=key)
        return f"{self.shown}:{line}:{column}"

    def position(self, path: KeyPath, *, key: bool = False) -> tuple[int, int]:
        """Line and column, both from 1."""
        table = self.keys if key and path in self.keys else self.nodes
        while path not in table:
            path, table = path[:-1], self.nodes
        mark = table[path].start_mark
        return mark.line + 1, mark.column + 1

    def raw(self, path: KeyPath) -> str:
        """A scalar as it is written in the file (``no``, not False); "" for anything else."""
        node = self.nodes.get(path)
        return node.value if isinstance(node, yaml.ScalarNode) else ""

    def problem(
        self, path: KeyPath, what: str, *, key: bool = False, got: str = "", expected: str = "", fix: str = ""
    ) -> Problem:
        """A problem at a value, or at its key."""
        line, column = self.position(path, key=key)
        return yaml_text.problem_at(self.shown, self.lines, line, column, what, got=got, expected=expected, fix=fix)


def read_yaml(path: Path, shown: str) -> YamlFile:
    """Reads one YAML file whose top level is a mapping.

    Raises:
        RegistryError: with every problem of the file that keeps it from being read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RegistryError(Problem(shown, f"cannot be read: {error.strerror}", fix="check the path")) from error
    return parse_yaml(content, path, shown)


def parse_yaml(content: bytes, path: Path, shown: str) -> YamlFile:
    """`read_yaml` of bytes that are not, or not yet, in the file."""
    text = yaml_text.decode(content, shown)
    lines = tuple(text.splitlines())
    problems = yaml_text.text_problems(shown, lines)
    if problems:
        raise RegistryError(problems)
    root = _compose(text, lines, shown)
    builder = _Builder(shown, lines)
    value = builder.build(root, ())
    if not builder.problems and not isinstance(value, dict):
        builder.report(root, "the top level is not a mapping", got=_kind(root), expected="keys and values")
    if builder.problems:
        raise RegistryError(builder.problems)
    return YamlFile(path, shown, lines, value, builder.keys, builder.nodes)


def _compose(text: str, lines: tuple[str, ...], shown: str) -> yaml.Node:
    try:
        root = yaml.compose(text, Loader=_FastLoader)
    except yaml.YAMLError:
        root = _compose_slowly(text, lines, shown)
    if root is None:
        raise RegistryError(Problem(shown, "the file is empty", fix="fill it or delete it"))
    return root


def _compose_slowly(text: str, lines: tuple[str, ...], shown: str) -> yaml.Node | None:
    """The pure-Python parser: its messages are the same on every machine.

    It reads some text that the C one refuses, such as ``[task:[b1-b4]]``, which gets a better message later on.
    """
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise RegistryError(yaml_text.syntax_problem(shown, lines, text, error)) from error


class _Builder:
    """Turns nodes into plain values, noting their places and everything that is wrong with them."""

    def __init__(self, shown: str, lines: tuple[str, ...]) -> None:
        self.shown = shown
        self.lines = lines
        self.keys: dict[KeyPath, yaml.Node] = {}
        self.nodes: dict[KeyPath, yaml.Node] = {}
        self.problems: list[Problem] = []
        self._scalars = yaml.constructor.SafeConstructor()
        self._open: list[yaml.Node] = []

    def report(self, node: yaml.Node, what: str, *, got: str = "", expected: str = "", fix: str = "") -> None:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        self.problems.append(
            yaml_text.problem_at(self.shown, self.lines, line, column, what, got=got, expected=expected, fix=fix)
        )

    def build(self, node: yaml.Node, path: KeyPath) -> Any:
        self.nodes[path] = node
        if node.tag not in _KNOWN_TAGS:
            tag = node.tag.replace(_TAG, "!!")
            return self.report(node, f"tag '{tag}' is not read", fix="delete the tag, or put the text in quotes")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if any(node is parent for parent in self._open):
            return self.report(node, "the value contains itself", fix="write the value out instead of an alias")
        if len(self.nodes) > _MOST_VALUES:
            raise RegistryError(Problem(self.shown, f"more than {_MOST_VALUES:,} values", fix="use fewer aliases"))
        self._open.append(node)
        value = self._mapping(node, path) if isinstance(node, yaml.MappingNode) else self._sequence(node, path)
        self._open.pop()
        return value

    def _sequence(self, node: yaml.Node, path: KeyPath) -> list[Any]:
        return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]

    def _mapping(self, node: yaml.Node, path: KeyPath) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                continue
            if key in mapping:
                first = self.keys[(*path, key)].start_mark.line + 1
                fix = f"keep one; the first is on line {first}"
                self.report(key_node, f"duplicate key '{key}'", expected="each key once", fix=fix)
                continue
            self.keys[(*path, key)] = key_node
            mapping[key] = self.build(value_node, (*path, key))
        return mapping

    def _key(self, node: yaml.Node) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            return self.report(node, "a key must be text", got=_kind(node), expected="text", fix="put it in quotes")
        if node.tag == _TAG + "merge":
            return self.report(node, "merge keys ('<<') are not read", fix="write the keys out")
        if node.tag != _TAG + "str":
            got, fix = misread(node.value, self._scalar(node))
            self.report(node, "a key must be text", got=got, expected="text", fix=fix)
        return node.value

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        try:
            value = self._scalars.construct_object(node)
            node.value.encode()  # half a character, such as a lone surrogate, cannot be written anywhere
            return value
        except (yaml.YAMLError, ValueError):
            kind, text = node.tag.removeprefix(_TAG), node.value.encode("utf-8", "backslashreplace").decode()
            return self.report(node, f"not a valid {kind}", got=text, fix=f'put it in quotes: "{text}"')


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    return "a list" if isinstance(node, yaml.SequenceNode) else f"'{node.value}'"
