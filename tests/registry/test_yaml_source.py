"""YAML values, their places, and files that are not YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from unify.errors import RegistryError
from unify.registry import yaml_source
from unify.registry.yaml_source import YamlFile, parse_yaml, read_yaml

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))
documents = st.dictionaries(texts, values, min_size=1, max_size=4)


def parse(content: bytes | str) -> YamlFile:
    return parse_yaml(content.encode() if isinstance(content, str) else content, Path("x.yaml"), "x.yaml")


def message(content: bytes | str) -> str:
    with pytest.raises(RegistryError) as raised:
        parse(content)
    return str(raised.value)


@settings(deadline=None, max_examples=50)
@given(documents)
def test_values_are_those_of_safe_load(document: dict[str, Any]) -> None:
    text = yaml.safe_dump(document, allow_unicode=True)
    assert parse(text).value == yaml.safe_load(text) == document


@settings(deadline=None, max_examples=50)
@given(documents)
def test_the_pure_parser_sees_the_same_values_at_the_same_places(document: dict[str, Any]) -> None:
    text = yaml.safe_dump(document, allow_unicode=True)
    fast = parse(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_source, "_FastLoader", yaml.SafeLoader)
        slow = parse(text)
    assert fast.value == slow.value
    assert [fast.where(path) for path in fast.nodes] == [slow.where(path) for path in slow.nodes]


def test_places_of_keys_and_values() -> None:
    file = parse("task: a\nbatches:\n  b1: {split: val}\n  b2: [x, y]\n")
    assert file.where(("batches", "b1"), key=True) == "x.yaml:3:3"
    assert file.where(("batches", "b1", "split")) == "x.yaml:3:15"
    assert file.where(("batches", "b2", 1)) == "x.yaml:4:11"


def test_the_place_of_what_is_not_there_is_the_place_around_it() -> None:
    file = parse("task: a\nbatches:\n  b1: {split: val}\n")
    assert file.where(("batches", "b1", "images")) == file.where(("batches", "b1")) == "x.yaml:3:7"


def test_raw_text_is_as_written() -> None:
    file = parse("a: no\nb: [on]\n")
    assert (file.raw(("a",)), file.raw(("b", 0)), file.raw(("b",))) == ("no", "on", "")


def test_alias_stands_for_its_value() -> None:
    assert parse("a: &x {k: 1}\nb: *x\n").value == {"a": {"k": 1}, "b": {"k": 1}}


def test_aliases_of_aliases_stop_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_source, "_MOST_VALUES", 1000)
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    assert message("l0: &l0 [a]\n" + levels) == "x.yaml: more than 1,000 values\n  fix:      use fewer aliases"


def test_byte_order_mark_is_no_part_of_the_first_key() -> None:
    file = parse(b"\xef\xbb\xbftask: a\n")
    assert file.value == {"task": "a"}
    assert file.where(("task",)) == "x.yaml:1:7"
    assert "    1 | a: 1\n" in message(b"\xef\xbb\xbfa: 1\na: 2\n")


def test_windows_line_ends() -> None:
    file = parse("task: a\r\nbatches:\r\n  b1: {}\r\n")
    assert file.value == {"task": "a", "batches": {"b1": {}}}
    assert file.where(("batches", "b1"), key=True) == "x.yaml:3:3"


def test_bytes_that_are_not_utf8() -> None:
    assert message(b"task: a\nnotes: caf\xe9\n") == (
        "x.yaml:2:11: not UTF-8 text (byte 0xe9)\n  fix:      save the file as UTF-8"
    )


def test_control_character() -> None:
    assert message("task: a\nnotes: b\x07c\n") == (
        "x.yaml:2:9: character U+0007 is not allowed in YAML\n"
        "    1 | task: a\n"
        "    2 | notes: b\x07c\n"
        "  fix:      delete the character"
    )


def test_long_lines_are_cut_in_messages() -> None:
    assert f"    1 | {'a' * 160}…\n" in message("a" * 500 + ": [\n") + "\n"


def test_every_duplicate_key_is_reported() -> None:
    assert message("a: 1\na: 2\nb: {c: 1, c: 2}\n").count("duplicate key") == 2


def test_python_objects_are_not_made() -> None:
    assert message("a: !!python/object/apply:os.getcwd []\n") == (
        "x.yaml:1:4: tag '!!python/object/apply:os.getcwd' is not read\n"
        "    1 | a: !!python/object/apply:os.getcwd []\n"
        "  fix:      delete the tag, or put the text in quotes"
    )


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="^x.yaml: cannot be read: No such file or directory\n"):
        read_yaml(tmp_path / "x.yaml", "x.yaml")


def test_half_a_character_is_refused() -> None:
    assert message('a: "\\ud800"\n').startswith("x.yaml:1:4: not a valid str\n")


@pytest.mark.parametrize(
    "content", ["=: 1\n", "!mine a: 1\n", "a: =\n", "[a]: 1\n", "? {a: 1}\n: 2\n", "9" * 5000 + ": 1\n"]
)
def test_odd_keys_and_values_are_problems_rather_than_tracebacks(content: str) -> None:
    assert message(content).startswith("x.yaml:1:")


@given(st.binary(max_size=60) | st.text("ab:-[]{}#&*!|>'\"%@`?,\n \t0", max_size=40).map(str.encode))
@settings(deadline=None, max_examples=300)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        assert isinstance(parse(content).value, dict)
    except RegistryError as error:
        assert all(problem.where.startswith("x.yaml") for problem in error.problems)
