"""Entries change places: comments go with their entry, what stands apart stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unify.registry.reorder import reorder_entries
from unify.registry.yaml_source import parse_yaml


def reorder(text: str, *order: str) -> str:
    return reorder_entries(text.encode(), Path("x.yaml"), "x.yaml", "versions", order).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "name: x\nversions:\n  # newest first\n\n  # about three\n  v3:  # night\n    adapter: a\n"
            "    # below three\n  # about two\n  v2:\n    adapter: b  # day\n\n  v1: {adapter: c}\n# the end\n",
            "name: x\nversions:\n  # newest first\n\n  # about two\n  v2:\n    adapter: b  # day\n"
            "  # about three\n  v3:  # night\n    adapter: a\n    # below three\n\n  v1: {adapter: c}\n# the end\n",
            id="comments go with their version, blank lines and what stands apart stay",
        ),
        pytest.param(
            "versions:\n  v3: {adapter: a}\n  v1: {adapter: c}\n  v2:\n    adapter: b",
            "versions:\n  v2:\n    adapter: b\n  v3: {adapter: a}\n  v1: {adapter: c}\n",
            id="no line end at the end of the file",
        ),
        pytest.param(
            "versions: {v3: {adapter: a},  v1: {adapter: c}, v2: {adapter: b}}  # all\nname: x\n",
            "versions: {v2: {adapter: b},  v3: {adapter: a}, v1: {adapter: c}}  # all\nname: x\n",
            id="in braces",
        ),
        pytest.param(
            "versions:\r\n  v3: {adapter: a}\r\n  v1: {adapter: c}\r\n  # two\r\n  v2: {adapter: b}\r\n",
            "versions:\r\n  # two\r\n  v2: {adapter: b}\r\n  v3: {adapter: a}\r\n  v1: {adapter: c}\r\n",
            id="Windows line ends",
        ),
    ],
)
def test_only_the_order_changes(before: str, after: str):
    order = sorted(parse_yaml(before.encode(), Path("x.yaml"), "x.yaml").value["versions"], key="v2 v3 v1".index)
    assert reorder(before, *order) == after


def test_the_same_order_is_the_same_file():
    text = "versions:\n  v1: {adapter: a}\n  v0:   {adapter: b}"
    assert reorder(text, "v1", "v0") == text


@settings(deadline=None, max_examples=30)
@given(st.permutations(["v1", "v2", "v3", "v4"]), st.lists(st.booleans(), min_size=8, max_size=8))
def test_there_and_back_is_the_same_file(order: list[str], flags: list[bool]):
    entries = [
        f"{'  # of ' + name + chr(10) if above else ''}  {name}:\n    adapter: a{name}\n{chr(10) if blank else ''}"
        for name, above, blank in zip(("v1", "v2", "v3", "v4"), flags, flags[4:])
    ]
    text = "versions:\n" + "".join(entries) + "name: x\n"
    moved = reorder(text, *order)
    assert sorted(moved.splitlines()) == sorted(text.splitlines())
    assert reorder(moved, "v1", "v2", "v3", "v4") == text
