"""Lineage as a graph, and every box of its target accounted to where it finally comes from; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from unify.core.types import JsonObject
from unify.errors import Problem, RegistryError

RULE = (
    "A human box counts for the batch whose people drew it: the last batch of its picture that labels its class. A "
    "machine box counts once, for the batches its auto-labeler was trained on, in proportion to their boxes (equally "
    "where these are not known), and through a unified dataset for what is behind that, in proportion to its boxes; a "
    "box fused of several auto-labelers is parted equally among them. Parts are rounded to whole boxes so that every "
    "sum holds."
)


class Kind(StrEnum):
    """What a place in the graph is."""

    BATCH = "batch"
    AUTOLABELER = "autolabeler"
    FUSION = "fusion"
    DATASET = "dataset"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Parent:
    """Where labels of an origin come from.

    Attributes:
        id: of another origin.
        boxes: how many boxes come from there; None where that is not known.
    """

    id: str
    boxes: int | None


@dataclass(frozen=True)
class Origin:
    """One place in the graph.

    Attributes:
        id: ``<kind>:<title>``.
        kind: what it is.
        title: what a person calls it.
        parents: where its labels come from; none for people, and where nobody knows.
        details: what there is to know of it, in the order to show.
    """

    id: str
    kind: Kind
    title: str
    parents: tuple[Parent, ...] = ()
    details: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Lineage:
    """An origin with all that is behind it.

    Attributes:
        target: id of the origin that was asked about.
        origins: id -> origin, the target and everything behind it.
        flows: direct parent of the target -> edge (from, to) -> boxes of the target that went along it.
        notes: what could not be told, one sentence each.
    """

    target: str
    origins: Mapping[str, Origin]
    flows: Mapping[str, Mapping[tuple[str, str], int]]
    notes: tuple[str, ...] = ()

    @property
    def edges(self) -> dict[tuple[str, str], int]:
        """(from, to) -> boxes of the target, every edge of the graph."""
        total = {(parent.id, each.id): 0 for each in self.origins.values() for parent in each.parents}
        for of_parent in self.flows.values():
            for edge, boxes in of_parent.items():
                total[edge] += boxes
        return total

    def leaves(self, parent: str) -> dict[str, int]:
        """Origin without parents -> boxes that the target got from there by way of one direct parent."""
        flow: Counter[str] = Counter({parent: self.flows[parent][parent, self.target]})
        for (start, end), boxes in self.flows[parent].items():
            if end != self.target:
                flow[start] += boxes
        return {name: boxes for name, boxes in flow.items() if not self.origins[name].parents}


def trace(target: str, origins: Mapping[str, Origin], boxes: Mapping[str, int], notes: Sequence[str] = ()) -> Lineage:
    """Follow the boxes of the target back to where nothing is behind them.

    Args:
        target: id of an origin.
        origins: id -> origin, the target and everything behind it.
        boxes: direct parent of the target -> boxes it got from there, 0 by default.
        notes: what could not be told.

    Raises:
        RegistryError: something is trained on what it labeled itself.
    """
    order = in_order(target, origins)
    flows = {
        parent.id: _flow(target, parent.id, boxes.get(parent.id, 0), origins, order)
        for parent in origins[target].parents
    }
    return Lineage(target, {name: origins[name] for name in order}, flows, tuple(notes))


def in_order(target: str, origins: Mapping[str, Origin]) -> list[str]:
    """The target and everything behind it, parents first.

    Raises:
        RegistryError: there is a cycle; names all of it.
    """
    done: dict[str, None] = {}
    path: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in done:
            return
        if name in path:
            raise _cycle([*list(path)[list(path).index(name) :], name], origins)
        path[name] = None
        for parent in origins[name].parents:
            visit(parent.id)
        del path[name]
        done[name] = None

    visit(target)
    return list(done)


def levels(lineage: Lineage) -> dict[str, int]:
    """id -> column from the left: one more than the rightmost of its parents, 0 without."""
    found: dict[str, int] = {}
    for name in in_order(lineage.target, lineage.origins):
        found[name] = 1 + max((found[parent.id] for parent in lineage.origins[name].parents), default=-1)
    return found


def apportion(total: int, weights: Sequence[int | None]) -> list[int]:
    """``total`` in whole parts in proportion to weights, by largest remainder; the first of equals goes first.

    Equal parts where a weight is None or all are 0. The parts add up to ``total``.
    """
    known = [0 if weight is None else weight for weight in weights]
    if None in weights or not sum(known):
        known = [1] * len(weights)
    whole = sum(known)
    parts = [total * weight // whole for weight in known]
    remainders = sorted(range(len(known)), key=lambda place: -(total * known[place] % whole))
    for place in remainders[: total - sum(parts)]:
        parts[place] += 1
    return parts


def accounting(lineage: Lineage) -> JsonObject:
    """``lineage.accounting`` of the report: every box of the target, by where it finally comes from."""
    origins = lineage.origins
    human: Counter[str] = Counter()
    machine: Counter[str] = Counter()
    sources = []
    for parent in origins[lineage.target].parents:
        leaves = lineage.leaves(parent.id)
        if origins[parent.id].kind is Kind.BATCH:
            human.update(leaves)
            continue
        known = {name: boxes for name, boxes in leaves.items() if origins[name].kind is Kind.BATCH}
        machine.update(known)
        sources.append(
            {
                "source": origins[parent.id].title,
                "boxes": sum(leaves.values()),
                "batches": {origins[name].title: boxes for name, boxes in known.items()},
                "unknown": sum(leaves.values()) - sum(known.values()),
            }
        )
    batches = [origin for origin in origins.values() if origin.kind is Kind.BATCH]
    of_sources = sum(each["boxes"] for each in sources)
    return {
        "boxes": human.total() + of_sources,
        "human": human.total(),
        "machine": machine.total(),
        "unknown": of_sources - machine.total(),
        "batches": [
            {"batch": each.title, "human": human[each.id], "machine": machine[each.id]}
            for each in sorted(batches, key=lambda each: each.title)
        ],
        "sources": sources,
        "rule": RULE,
    }


def _flow(
    target: str, parent: str, boxes: int, origins: Mapping[str, Origin], order: Sequence[str]
) -> dict[tuple[str, str], int]:
    """The boxes that the target got from one parent, along every edge behind it."""
    edges = {(parent, target): boxes}
    through: Counter[str] = Counter({parent: boxes})
    for name in reversed(order):
        parents = origins[name].parents if name != target else ()
        if not through[name] or not parents:
            continue
        for behind, part in zip(parents, apportion(through[name], [each.boxes for each in parents])):
            edges[behind.id, name] = part
            through[behind.id] += part
    return edges


def _cycle(path: Sequence[str], origins: Mapping[str, Origin]) -> RegistryError:
    """``path`` goes from something to what its labels come from, and ends where it begins."""
    labeler = next((name for name in path if origins[name].kind is Kind.AUTOLABELER), path[0])
    return RegistryError(
        Problem(
            origins[labeler].title,
            "labels come from themselves: it was trained on what it labeled",
            got=" ← ".join(origins[name].title for name in path),
            expected="every label to go back to people",
            fix="correct 'trained_on:' of the auto-labeler; a model trained on its own labels is a new version",
        )
    )
