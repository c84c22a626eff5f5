"""The lineage graph laid out: nodes in columns, and ribbons between them as wide as the boxes they carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from unify.core.types import JsonObject

NODE_WIDTH, NODE_HEIGHT = 196.0, 58.0
_PAGE_WIDTH, _NARROWEST_GAP = 1080.0, 120.0
_ROW_GAP, _LANE_GAP = 22.0, 9.0
_WIDEST, _NARROWEST = 44.0, 1.5  # of a ribbon
_MARGIN = 8.0
_LETTERS_SHOWN = 24
_TEXT_OFF, _TEXT_PITCH = 26.0, 13.0  # where a ribbon's count is written, and the least distance of two


class Node(NamedTuple):
    """A placed node; ``x`` and ``y`` are its upper left corner."""

    id: str
    kind: str
    title: str
    shown: str
    flow: int
    details: Mapping[str, object]
    x: float
    y: float


class Ribbon(NamedTuple):
    """A placed edge: an SVG path to be stroked ``width`` wide, and where its count is written."""

    path: str
    width: float
    kind: str
    title: str
    text_x: float
    text_y: float
    flow: int


class Flow(NamedTuple):
    """The whole drawing."""

    width: float
    height: float
    nodes: list[Node]
    ribbons: list[Ribbon]


def lay_out(nodes: Sequence[JsonObject], edges: Sequence[JsonObject]) -> Flow:
    """Columns by ``level``, each centred. A ribbon that passes a column has a lane in it, so that it hides no node.

    Args:
        nodes: of the report's ``lineage``.
        edges: the same.
    """
    levels = sorted({node["level"] for node in nodes})
    gap = max(_NARROWEST_GAP, (_PAGE_WIDTH - NODE_WIDTH * len(levels)) / max(1, len(levels) - 1))
    left = {level: _MARGIN + column * (NODE_WIDTH + gap) for column, level in enumerate(levels)}
    most = max((each["flow"] for each in nodes), default=0) or 1
    widths = [max(_NARROWEST, round(_WIDEST * each["flow"] / most, 2)) for each in edges]
    middles = _middles(_columns(levels, nodes, edges), widths)
    placed = [_node(node, left[node["level"]], middles[node["id"]] - NODE_HEIGHT / 2) for node in nodes]
    height = max((node.y for node in placed), default=0) + NODE_HEIGHT + _MARGIN
    width = max(left.values(), default=0) + NODE_WIDTH + _MARGIN
    return Flow(width, round(height, 2), placed, _ribbons(nodes, edges, widths, left, middles))


def _columns(
    levels: Sequence[int], nodes: Sequence[JsonObject], edges: Sequence[JsonObject]
) -> dict[int, list[str | tuple[int, int]]]:
    """Level -> what is in its column from top to bottom: ids of nodes, and lanes, (edge, level).

    From the second column on, things stand as high as what flows into them.
    """
    level_of = {node["id"]: node["level"] for node in nodes}
    columns: dict[int, list[str | tuple[int, int]]] = {}
    rank: dict[str | tuple[int, int], float] = {}
    for level in levels:
        lanes = [
            (index, level) for index, edge in enumerate(edges) if level_of[edge["from"]] < level < level_of[edge["to"]]
        ]
        own = sorted((node for node in nodes if node["level"] == level), key=lambda each: each["row"])
        heights = {lane: rank[edges[lane[0]]["from"]] for lane in lanes}
        for node in own:
            sources = [rank[edge["from"]] for edge in edges if edge["to"] == node["id"]]
            heights[node["id"]] = sum(sources) / len(sources) if sources else float(node["row"])
        columns[level] = sorted(heights, key=heights.__getitem__)
        rank |= {thing: place / max(1, len(heights) - 1) for place, thing in enumerate(columns[level])}
    return columns


def _middles(
    columns: Mapping[int, Sequence[str | tuple[int, int]]], widths: Sequence[float]
) -> dict[str | tuple[int, int], float]:
    """The height of the middle of every node and lane."""

    def room(thing: str | tuple[int, int]) -> float:
        return NODE_HEIGHT + _ROW_GAP if isinstance(thing, str) else widths[thing[0]] + _LANE_GAP

    tallest = max((sum(map(room, things)) for things in columns.values()), default=0)
    middles = {}
    for things in columns.values():
        top = _MARGIN - _ROW_GAP / 2 + (tallest - sum(map(room, things))) / 2
        for thing in things:
            middles[thing] = round(top + room(thing) / 2, 2)
            top += room(thing)
    return middles


def _node(node: JsonObject, x: float, y: float) -> Node:
    title = node["title"]
    shown = title if len(title) <= _LETTERS_SHOWN else f"{title[: _LETTERS_SHOWN - 1]}…"
    return Node(node["id"], node["kind"], title, shown, node["flow"], node["details"], round(x, 2), round(y, 2))


def _ribbons(
    nodes: Sequence[JsonObject],
    edges: Sequence[JsonObject],
    widths: Sequence[float],
    left: Mapping[int, float],
    middles: Mapping[str | tuple[int, int], float],
) -> list[Ribbon]:
    """Ribbons leave and reach a node side by side, in the order of what is at their other ends."""
    by_id = {each["id"]: each for each in nodes}
    toward = [_first_stop(index, edge, by_id, middles) for index, edge in enumerate(edges)]
    back = [_last_stop(index, edge, by_id, middles) for index, edge in enumerate(edges)]
    out = _side_by_side([edge["from"] for edge in edges], toward, widths, middles)
    into = _side_by_side([edge["to"] for edge in edges], back, widths, middles)
    texts = _apart([edge["from"] for edge in edges], out)
    ribbons = []
    for index, edge in enumerate(edges):
        start, end = by_id[edge["from"]], by_id[edge["to"]]
        x1, x2 = left[start["level"]] + NODE_WIDTH, left[end["level"]]
        lanes = sorted(lane for lane in middles if isinstance(lane, tuple) and lane[0] == index)
        stops = [(left[lane[1]], left[lane[1]] + NODE_WIDTH, middles[lane]) for lane in lanes]
        path = _path((x1, out[index]), stops, (x2, into[index]))
        title = f"{start['title']} → {end['title']}: {edge['flow']:,} boxes"
        kind = "human" if start["kind"] == "batch" and end["kind"] == "dataset" else "machine"
        ribbons.append(Ribbon(path, widths[index], kind, title, x1 + _TEXT_OFF, texts[index], edge["flow"]))
    return ribbons


def _first_stop(index: int, edge: JsonObject, by_id: Mapping, middles: Mapping) -> float:
    lanes = [lane for lane in middles if isinstance(lane, tuple) and lane[0] == index]
    return middles[min(lanes)] if lanes else middles[edge["to"]]


def _last_stop(index: int, edge: JsonObject, by_id: Mapping, middles: Mapping) -> float:
    lanes = [lane for lane in middles if isinstance(lane, tuple) and lane[0] == index]
    return middles[max(lanes)] if lanes else middles[edge["from"]]


def _side_by_side(
    ends: Sequence[str], others: Sequence[float], widths: Sequence[float], middles: Mapping
) -> dict[int, float]:
    """Edge -> height at which it touches the node ``ends[edge]``; ``others`` are the heights it goes to."""
    heights = {}
    for node, indices in _grouped(ends, others).items():
        top = middles[node] - sum(widths[index] for index in indices) / 2
        for index in indices:
            heights[index] = round(top + widths[index] / 2, 2)
            top += widths[index]
    return heights


def _apart(starts: Sequence[str], heights: Mapping[int, float]) -> dict[int, float]:
    """Edge -> height of its count: its own, or as far off as keeps counts of one node legible."""
    placed = {}
    for indices in _grouped(starts, [heights[index] for index in range(len(starts))]).values():
        middle = sum(heights[index] for index in indices) / len(indices)
        first = middle - _TEXT_PITCH * (len(indices) - 1) / 2
        for place, index in enumerate(indices):
            placed[index] = round(first + _TEXT_PITCH * place if len(indices) > 1 else heights[index], 2)
    return placed


def _grouped(ends: Sequence[str], heights: Sequence[float]) -> dict[str, list[int]]:
    """Node -> its edges from top to bottom."""
    grouped: dict[str, list[int]] = defaultdict(list)
    for index in sorted(range(len(ends)), key=heights.__getitem__):
        grouped[ends[index]].append(index)
    return grouped


def _path(start: tuple[float, float], lanes: Sequence[tuple[float, float, float]], end: tuple[float, float]) -> str:
    """From start to end, straight through every lane (left, right, height)."""
    (x, y), path = start, f"M{start[0]:.1f} {start[1]:.1f}"
    for left, right, height in [*lanes, (end[0], end[0], end[1])]:
        bend = (left - x) / 2
        path += f"C{x + bend:.1f} {y:.1f} {left - bend:.1f} {height:.1f} {left:.1f} {height:.1f}"
        if right > left:
            path += f"H{right:.1f}"
        x, y = right, height
    return path
