from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unify.errors import RegistryError
from unify.reporting.lineage.graph import Kind, Lineage, Origin, Parent, accounting, apportion, levels, trace
from unify.reporting.lineage.show import lineage_json, lineage_lines, lineage_mermaid


def origin(text: str, **parents: int | None) -> Origin:
    """``autolabeler:a`` with parents ``batch__b1=3``."""
    kind, title = text.split(":", 1)
    behind = tuple(Parent(name.replace("__", ":"), boxes) for name, boxes in parents.items())
    return Origin(text, Kind(kind), title, behind)


def graph(*origins: Origin) -> dict[str, Origin]:
    return {each.id: each for each in origins}


TWO_LEVELS = graph(
    origin("batch:b1"),
    origin("batch:b2"),
    origin("batch:b3"),
    origin("autolabeler:old", batch__b1=10),
    origin("dataset:d1", batch__b2=6, autolabeler__old=2),
    origin("autolabeler:new", dataset__d1=8, batch__b3=2),
    origin("dataset:d2", batch__b3=5, autolabeler__new=10),
)
BOXES = {"batch:b3": 5, "autolabeler:new": 10}


def test_machine_boxes_go_back_to_people_through_datasets_and_auto_labelers():
    """new's 10 boxes are 8 of d1 and 2 of b3; d1's 8 are 6 of b2 and 2 of old, which is all b1."""
    found = accounting(trace("dataset:d2", TWO_LEVELS, BOXES))
    assert found["batches"] == [
        {"batch": "b1", "human": 0, "machine": 2},
        {"batch": "b2", "human": 0, "machine": 6},
        {"batch": "b3", "human": 5, "machine": 2},
    ]
    assert found["sources"] == [{"source": "new", "boxes": 10, "batches": {"b1": 2, "b2": 6, "b3": 2}, "unknown": 0}]
    assert [found[key] for key in ("boxes", "human", "machine", "unknown")] == [15, 5, 10, 0]


def test_columns_go_from_people_to_the_target():
    assert levels(trace("dataset:d2", TWO_LEVELS, BOXES)) == {
        "batch:b1": 0,
        "batch:b2": 0,
        "batch:b3": 0,
        "autolabeler:old": 1,
        "dataset:d1": 2,
        "autolabeler:new": 3,
        "dataset:d2": 4,
    }


def test_a_fused_box_is_accounted_once():
    origins = graph(
        origin("batch:b1"),
        origin("batch:b2"),
        origin("autolabeler:a", batch__b1=9),
        origin("autolabeler:b", batch__b2=1),
        Origin("fusion:a+b", Kind.FUSION, "a+b", (Parent("autolabeler:a", None), Parent("autolabeler:b", None))),
        Origin("dataset:d", Kind.DATASET, "d", (Parent("fusion:a+b", 7), Parent("autolabeler:a", 2))),
    )
    found = accounting(trace("dataset:d", origins, {"fusion:a+b": 7, "autolabeler:a": 2}))
    assert found["sources"] == [
        {"source": "a+b", "boxes": 7, "batches": {"b1": 4, "b2": 3}, "unknown": 0},
        {"source": "a", "boxes": 2, "batches": {"b1": 2}, "unknown": 0},
    ]
    assert (found["boxes"], found["machine"]) == (9, 9)


def test_an_origin_that_nobody_knows_is_told_apart():
    origins = graph(
        origin("unknown:lost"), origin("autolabeler:a", unknown__lost=None), origin("dataset:d", autolabeler__a=4)
    )
    found = accounting(trace("dataset:d", origins, {"autolabeler:a": 4}))
    assert (found["machine"], found["unknown"], found["batches"]) == (0, 4, [])


def test_a_cycle_is_refused_and_named():
    origins = graph(
        origin("batch:b1"),
        origin("dataset:d1", batch__b1=1, autolabeler__pedestrian=1),
        origin("autolabeler:pedestrian", dataset__d1=1),
        origin("dataset:d2", autolabeler__pedestrian=1),
    )
    with pytest.raises(RegistryError) as raised:
        trace("dataset:d2", origins, {})
    assert str(raised.value) == (
        "pedestrian: labels come from themselves: it was trained on what it labeled\n"
        "  got:      pedestrian ← d1 ← pedestrian\n"
        "  expected: every label to go back to people\n"
        "  fix:      correct 'trained_on:' of the auto-labeler; a model trained on its own labels is a new version"
    )


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (7, [0, 0], [4, 3]),
        (7, [5, None], [4, 3]),
        (5, [2, 3, 0], [2, 3, 0]),
        (1, [1, 2], [0, 1]),
        (0, [3, 4], [0, 0]),
    ],
)
def test_parts_by_largest_remainder(total: int, weights: list[int | None], parts: list[int]):
    assert apportion(total, weights) == parts


@given(st.integers(0, 10**9), st.lists(st.none() | st.integers(0, 10**6), min_size=1, max_size=8))
def test_parts_add_up(total: int, weights: list[int | None]):
    parts = apportion(total, weights)
    assert sum(parts) == total and min(parts) >= 0


@st.composite
def lineages(draw: st.DrawFn) -> Lineage:
    """Layers of origins; each has parents in the layers before it."""
    origins = [Origin(f"batch:b{number}", Kind.BATCH, f"b{number}") for number in range(draw(st.integers(1, 3)))]
    for number in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from([Kind.AUTOLABELER, Kind.DATASET]))
        behind = draw(st.lists(st.sampled_from(origins), min_size=1, max_size=3, unique_by=lambda each: each.id))
        parents = tuple(Parent(each.id, draw(st.none() | st.integers(0, 50))) for each in behind)
        origins.append(Origin(f"{kind}:{number}", kind, str(number), parents))
    target = origins[-1]
    return trace(target.id, graph(*origins), {each.id: draw(st.integers(0, 100)) for each in target.parents})


@given(lineages())
def test_what_flows_into_a_place_flows_out_of_it(lineage: Lineage):
    found = lineage_json(lineage)
    total = sum(edge["flow"] for edge in found["edges"] if edge["to"] == lineage.target)
    counted = found["accounting"]
    assert counted["boxes"] == total == counted["human"] + counted["machine"] + counted["unknown"]
    assert counted["human"] == sum(row["human"] for row in counted["batches"])
    assert counted["machine"] == sum(row["machine"] for row in counted["batches"])
    for source in counted["sources"]:
        assert source["boxes"] == sum(source["batches"].values()) + source["unknown"]
    for node in found["nodes"]:
        into = sum(edge["flow"] for edge in found["edges"] if edge["to"] == node["id"])
        out = sum(edge["flow"] for edge in found["edges"] if edge["from"] == node["id"])
        if lineage.origins[node["id"]].parents:
            assert node["flow"] == into
        if node["id"] != lineage.target:
            assert node["flow"] == out


@given(lineages())
def test_every_edge_goes_to_a_later_column(lineage: Lineage):
    found = lineage_json(lineage)
    column = {node["id"]: node["level"] for node in found["nodes"]}
    assert all(column[edge["from"]] < column[edge["to"]] for edge in found["edges"])
    assert len({(node["level"], node["row"]) for node in found["nodes"]}) == len(found["nodes"])


def test_as_mermaid():
    origins = graph(origin('batch:a"b#'), origin("dataset:d"))
    origins["dataset:d"] = Origin("dataset:d", Kind.DATASET, "d<1>", (Parent('batch:a"b#', 1),))
    assert lineage_mermaid(trace("dataset:d", origins, {'batch:a"b#': 1200})) == (
        'flowchart LR\n  n0[("a#quot;b#35;")]\n  n1["d#lt;1#gt;"]\n  n0 -->|"1,200 boxes"| n1\n'
    )


def test_as_text():
    assert list(lineage_lines(trace("dataset:d2", TWO_LEVELS, BOXES))) == [
        "unified dataset d2",
        "  batch b3, 5 boxes",
        "  auto-labeler new, 10 boxes",
        "    unified dataset d1, 8 boxes",
        "      batch b2, 6 boxes",
        "      auto-labeler old, 2 boxes",
        "        batch b1, 2 boxes",
        "    batch b3, 2 boxes",
        "",
        "15 boxes go back to",
        "  b1: 0 drawn by people, 2 by machines trained on it",
        "  b2: 0 drawn by people, 6 by machines trained on it",
        "  b3: 5 drawn by people, 2 by machines trained on it",
    ]
