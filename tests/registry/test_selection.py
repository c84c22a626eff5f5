"""The selection grammar."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unify.core.types import BatchRef
from unify.errors import RegistryError
from unify.registry.selection import batch_names, parse_selection

KNOWN = {
    "ped": ("b1", "b2", "b3", "b10", "night-1", "night-2", "n01", "n02", "n10", "2024-05"),
    "empty": (),
}


def selected(text: str) -> list[str]:
    return [str(ref) for ref in parse_selection(text, KNOWN)]


def problems(text: str) -> list[str]:
    with pytest.raises(RegistryError) as raised:
        parse_selection(text, KNOWN)
    return [problem.what for problem in raised.value.problems]


@pytest.mark.parametrize(
    ("text", "batches"),
    [
        ("ped:b1", ["b1"]),
        ("ped:[b1]", ["b1"]),
        ("ped:[b3,b1]", ["b3", "b1"]),
        ("ped:[b1-b3,b10]", ["b1", "b2", "b3", "b10"]),
        ("ped: [ b1 - b3 , b10 ]", ["b1", "b2", "b3", "b10"]),
        ("ped:b1-b3", ["b1", "b2", "b3"]),
        ("ped:[b2-b2]", ["b2"]),
        ("ped:night-1", ["night-1"]),
        ("ped:[night-1-night-2]", ["night-1", "night-2"]),
        ("ped:[n01-n02]", ["n01", "n02"]),
        ("ped:2024-05", ["2024-05"]),
        ("ped:all", list(KNOWN["ped"])),
    ],
)
def test_selections(text: str, batches: list[str]) -> None:
    assert selected(text) == [f"ped:{batch}" for batch in batches]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("ped", "not a selection of batches"),
        ("ped:", "not a selection of batches"),
        (":b1", "not a selection of batches"),
        ("ped:[b1", "not a selection of batches"),
        ("ped:b1,b2", "not a selection of batches"),
        ("ped:[b1],[b2]", "not a selection of batches"),
        ("ped:[]", "an empty item in a selection"),
        ("ped:[b1,,b2]", "an empty item in a selection"),
        ("ped:b4", "unknown batch 'ped:b4'"),
        ("ped:[b1-b4]", "unknown batch 'ped:b4'"),
        ("ped:[b3-b1]", "reversed range 'b3-b1'"),
        ("ped:[b3-b10]", "range 'b3-b10' covers batches of 'ped' that are not registered"),
        ("ped:[n02-n10]", "range 'n02-n10' covers batches of 'ped' that are not registered"),
        ("ped:[b1-3]", "malformed range 'b1-3'"),
        ("ped:[b1-n02]", "malformed range 'b1-n02'"),
        ("ped:[b1-b3,b2]", "batch 'ped:b2' is selected twice"),
        ("empty:all", "task 'empty' has no batches"),
        ("empty:b1", "unknown batch 'empty:b1'"),
        ("vehicle:b1", "no batches of a task 'vehicle'"),
    ],
)
def test_wrong_selections(text: str, what: str) -> None:
    assert problems(text) == [what]


def test_every_wrong_item_is_reported() -> None:
    assert problems("ped:[b4,b3-b1,b1]") == ["unknown batch 'ped:b4'", "reversed range 'b3-b1'"]


def test_a_wide_gap_names_the_first_batches_that_lack() -> None:
    with pytest.raises(RegistryError) as raised:
        parse_selection("t:[b1-b900000000]", {"t": ("b1", "b900000000")})
    assert raised.value.problems[0].got == "no b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, …"


@given(st.integers(0, 200), st.integers(0, 50), st.integers(1, 5))
@settings(deadline=None)
def test_a_range_is_the_list_of_its_batches(low: int, length: int, width: int) -> None:
    names = [f"b{number:0{width}d}" for number in range(low, low + length + 1)]
    if len(names[0]) != width + 1:
        names = [f"b{number}" for number in range(low, low + length + 1)]
    known = {"t": tuple(reversed(names))}
    by_range = parse_selection(f"t:[{names[0]}-{names[-1]}]", known)
    assert by_range == parse_selection(f"t:[{','.join(names)}]", known) == tuple(BatchRef("t", name) for name in names)


@given(st.text("t:[b1-2,]all ", max_size=20))
@settings(deadline=None)
def test_any_text_is_a_selection_or_refused(text: str) -> None:
    try:
        assert parse_selection(text, {"t": ("b1", "b2", "a-1")})
    except RegistryError as error:
        assert error.problems


def test_names_by_task_keep_the_order_of_the_references() -> None:
    refs = [BatchRef("a", "b2"), BatchRef("c", "b1"), BatchRef("a", "b1")]
    assert batch_names(["a", "d"], refs) == {"a": ("b2", "b1"), "d": (), "c": ("b1",)}
