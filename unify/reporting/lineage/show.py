"""A lineage as JSON, as Mermaid and as text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from unify.core.types import JsonObject
from unify.reporting.lineage.graph import Kind, Lineage, accounting, levels

_SHAPES = {
    Kind.BATCH: ('[("', '")]'),
    Kind.AUTOLABELER: ('(["', '"])'),
    Kind.FUSION: ('{{"', '"}}'),
    Kind.DATASET: ('["', '"]'),
    Kind.UNKNOWN: ('>"', '"]'),
}
_NAMES = {
    Kind.BATCH: "batch",
    Kind.AUTOLABELER: "auto-labeler",
    Kind.FUSION: "fused auto-labelers",
    Kind.DATASET: "unified dataset",
    Kind.UNKNOWN: "unknown",
}


def lineage_json(lineage: Lineage) -> JsonObject:
    """``lineage`` of the report."""
    column, edges = levels(lineage), lineage.edges
    places: defaultdict[int, int] = defaultdict(int)
    nodes = []
    for name, origin in lineage.origins.items():
        row = places[column[name]]
        places[column[name]] += 1
        nodes.append(
            {
                "id": name,
                "kind": str(origin.kind),
                "title": origin.title,
                "level": column[name],
                "row": row,
                "flow": flow_through(lineage, name),
                "details": dict(origin.details),
            }
        )
    return {
        "target": lineage.target,
        "unit": "boxes",
        "nodes": nodes,
        "edges": [{"from": start, "to": end, "flow": boxes} for (start, end), boxes in edges.items()],
        "accounting": accounting(lineage),
        "notes": list(lineage.notes),
        "mermaid": lineage_mermaid(lineage),
    }


def flow_through(lineage: Lineage, name: str) -> int:
    """Boxes of the target that come through an origin; of the target itself all of them."""
    return sum(
        boxes for (start, end), boxes in lineage.edges.items() if (end if name == lineage.target else start) == name
    )


def lineage_mermaid(lineage: Lineage) -> str:
    """A Mermaid flowchart, from left to right."""
    numbers = {name: f"n{number}" for number, name in enumerate(lineage.origins)}
    lines = ["flowchart LR"]
    for name, origin in lineage.origins.items():
        opening, closing = _SHAPES[origin.kind]
        lines.append(f"  {numbers[name]}{opening}{_escaped(origin.title)}{closing}")
    lines += [
        f'  {numbers[start]} -->|"{boxes:,} {_noun(boxes)}"| {numbers[end]}'
        for (start, end), boxes in lineage.edges.items()
    ]
    return "\n".join(lines) + "\n"


def lineage_lines(lineage: Lineage) -> Iterator[str]:
    """The target and what is behind it as an indented tree, then the accounting. What was shown is not repeated."""
    yield from _tree(lineage, lineage.target, None, "", set())
    counted = accounting(lineage)
    if lineage.origins[lineage.target].parents:
        yield ""
        yield from _account(counted)
    if lineage.notes:
        yield ""
        yield from (f"note: {note}" for note in lineage.notes)


def _tree(lineage: Lineage, name: str, boxes: int | None, indent: str, seen: set[str]) -> Iterator[str]:
    origin = lineage.origins[name]
    said = "" if boxes is None else f", {boxes:,} {_noun(boxes)}"
    again = name in seen and bool(origin.parents)
    yield f"{indent}{_NAMES[origin.kind]} {origin.title}{said}{' (see above)' if again else ''}"
    if not again:
        seen.add(name)
        for parent in origin.parents:
            yield from _tree(lineage, parent.id, lineage.edges[parent.id, name], indent + "  ", seen)


def _account(counted: JsonObject) -> Iterator[str]:
    yield f"{counted['boxes']:,} {_noun(counted['boxes'])} go back to"
    for row in counted["batches"]:
        if row["human"] or row["machine"]:
            yield f"  {row['batch']}: {row['human']:,} drawn by people, {row['machine']:,} by machines trained on it"
    if counted["unknown"]:
        yield f"  unknown: {counted['unknown']:,} by machines"


def _noun(boxes: int) -> str:
    return "box" if boxes == 1 else "boxes"


def _escaped(text: str) -> str:
    """Mermaid reads ``#name;`` as a character, as HTML does ``&name;``."""
    return text.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
