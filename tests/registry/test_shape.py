"""Whatever stands where in a file, it is read or it is a problem with a place; never a traceback."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.registry.design_workspace import FILES, KINDS
from unify.registry.file_kinds import FILE_KINDS
from unify.registry.shape import check_shape
from unify.registry.yaml_source import KeyPath, parse_yaml

odd = st.sampled_from(
    [None, True, -1, 0, 7, 10**30, 0.5, float("nan"), float("inf"), "", "x", "<text>", [], [1], {}, {"a": 1}, {"<": []}]
)


def paths_of(value: Any, path: KeyPath = ()) -> list[KeyPath]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(below for key, item in items for below in paths_of(item, (*path, key)))]


def put(value: Any, path: KeyPath, new: Any) -> Any:
    value = copy.deepcopy(value)
    inner = value
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = new
    return value


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_any_value_anywhere_is_read_or_reported(kind: str, data: st.DataObject) -> None:
    value = yaml.safe_load(FILES[KINDS[kind]])
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(paths_of(value)[1:]))
        value = put(value, path, data.draw(odd))
    text = yaml.safe_dump(value, sort_keys=False)
    file = parse_yaml(text.encode(), Path("x.yaml"), "x.yaml")
    entry, problems = check_shape(file, FILE_KINDS[kind])
    assert entry is not None or problems
    assert all(problem.where.startswith("x.yaml:") and problem.what for problem in problems)


def test_what_is_right_survives_what_is_wrong() -> None:
    text = "task: t\nbatches:\n  b1: {annotations: a}\n  b2: {annotations: a, images: b, split: 3}\n  b3: 7\n"
    entry, problems = check_shape(parse_yaml(text.encode(), Path("x.yaml"), "x.yaml"), FILE_KINDS["datasets"])
    assert list(entry.batches) == ["b2"]
    assert entry.batches["b2"].split == "train"
    assert [problem.where for problem in problems] == ["x.yaml:3:3", "x.yaml:4:42", "x.yaml:5:7"]
