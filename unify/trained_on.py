"""The ``trained_on`` closure: everything that finally taught an auto-labeler.

``trained_on`` names batches, and unified datasets. Those hold batches too, and labels of other auto-labelers, which
were trained on something themselves, and so on down to the batches that people labeled.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from unify.core.types import JsonObject
from unify.errors import DatasetError, RegistryError
from unify.records.manifest import read_manifest
from unify.registry.objects import AutoLabelerVersion, Registry
from unify.registry.selection import batch_names, parse_selection

TRAINING_SPLIT = "train"  # of a unified dataset: a model does not learn from the others

ManifestOf = Callable[[str], JsonObject]  # a unified dataset as written in `trained_on` -> its manifest


class Kind(StrEnum):
    """What can teach an auto-labeler, and the auto-labeler itself."""

    AUTOLABELER = "autolabeler"
    BATCH = "batch"
    DATASET = "dataset"


@dataclass(frozen=True, order=True)
class Source:
    """A node of the closure; a batch and an auto-labeler may have one name.

    Attributes:
        kind: what it is.
        name: ``pedestrian:v3``, ``pedestrian:b1``, or a unified dataset as written: ``unified/adas-v6``.
    """

    kind: Kind
    name: str

    def __str__(self) -> str:
        return self.name


Way = tuple[Source, ...]


@dataclass(frozen=True)
class TrainingClosure:
    """Everything that taught an auto-labeler, over all levels.

    Attributes:
        root: where it begins.
        sources: what -> what it directly learned from, the root first. Batches have none: people made them.
        unreadable: a unified dataset of which nothing is known -> why its manifest cannot be read.
    """

    root: Source
    sources: Mapping[Source, tuple[Source, ...]]
    unreadable: Mapping[str, str]

    @property
    def batches(self) -> tuple[str, ...]:
        """References of all batches, sorted."""
        reached = {each for several in self.sources.values() for each in several}
        return tuple(sorted(each.name for each in reached if each.kind is Kind.BATCH))

    def way_to(self, batch: str) -> Way:
        """The shortest way from the root to a batch, both ends included; empty where there is none."""
        return _shortest(self.sources, self.root, Source(Kind.BATCH, batch))

    def cycle(self) -> Way:
        """A way from something back to itself, both ends included; empty where there is none, as it should be."""
        ways = (_shortest(self.sources, each, each) for each in self.sources)
        return next((way for way in ways if way), ())


def training_closure(version: AutoLabelerVersion, registry: Registry, manifest_of: ManifestOf) -> TrainingClosure:
    """The closure of an auto-labeler. Pure, but for what ``manifest_of`` does.

    An auto-labeler below the first level learned from what the registry says and from what the manifest of the dataset
    it labeled has recorded. A dataset that cannot be read is no gap where such a record names its batches.

    Args:
        version: a registered version.
        registry: the workspace's registry.
        manifest_of: reads a manifest; raises DatasetError where it cannot, which ends that way.
    """
    walk = _Walk(registry, manifest_of)
    root = Source(Kind.AUTOLABELER, str(version.ref))
    walk.visit(root)
    return walk.finish(root)


def manifests_of(registry: Registry) -> ManifestOf:
    """Reads the manifests of the unified datasets that a workspace names."""
    return lambda name: read_manifest(registry.workspace / name)


@dataclass
class _Walk:
    registry: Registry
    manifest_of: ManifestOf
    sources: dict[Source, dict[Source, None]] = field(default_factory=dict)  # a dict keeps order and drops repeats
    recorded: dict[Source, set[str]] = field(default_factory=dict)  # auto-labeler -> batches, by manifests
    unreadable: dict[str, str] = field(default_factory=dict)

    def visit(self, node: Source) -> None:
        if node.kind is Kind.BATCH or node in self.sources:
            return
        self.sources[node] = {}
        for source in self._of_version(node) if node.kind is Kind.AUTOLABELER else self._of_dataset(node):
            self._learned(node, source)

    def _learned(self, node: Source, source: Source) -> None:
        self.sources[node][source] = None
        self.visit(source)

    def finish(self, root: Source) -> TrainingClosure:
        for node, batches in self.recorded.items():
            known = {each.name for each in _reachable(self.sources, node) if each.kind is Kind.BATCH}
            self.sources[node].update(dict.fromkeys(Source(Kind.BATCH, name) for name in sorted(batches - known)))
        return TrainingClosure(root, {node: tuple(found) for node, found in self.sources.items()}, self.unreadable)

    def _of_version(self, node: Source) -> list[Source]:
        name = node.name.partition(":")[0]
        stack = self.registry.autolabelers.get(name, ())
        registered = [text for each in stack if str(each.ref) == node.name for text in each.trained_on]
        return [source for text in registered for source in self._named(text)]

    def _of_dataset(self, node: Source) -> list[Source]:
        try:
            manifest = self.manifest_of(node.name)
        except DatasetError as error:
            self.unreadable[node.name] = error.problems[0].what
            return []
        for entry in manifest["autolabelers"]:
            self._note(entry)
        labelers = [Source(Kind.AUTOLABELER, entry["autolabeler"]) for entry in manifest["autolabelers"]]
        return [*_training_batches(manifest["inputs"]), *labelers]

    def _note(self, entry: JsonObject) -> None:
        """What a manifest recorded of an auto-labeler's training, beside what the registry says of it now."""
        labeler = Source(Kind.AUTOLABELER, entry["autolabeler"])
        self.visit(labeler)
        self.recorded.setdefault(labeler, set()).update(entry.get("trained_on_batches", ()))
        for source in (source for text in entry.get("trained_on", ()) for source in self._named(text)):
            if source.kind is Kind.BATCH or self._can_be_read(source.name):
                self._learned(labeler, source)

    def _can_be_read(self, dataset: str) -> bool:
        try:
            self.manifest_of(dataset)
        except DatasetError:
            return False
        return True

    def _named(self, text: str) -> list[Source]:
        """What an item of ``trained_on`` names. A text with a slash, or without a colon, names a unified dataset."""
        if ":" not in text or "/" in text:
            return [Source(Kind.DATASET, text)]
        known = batch_names(self.registry.taxonomy.tasks, self.registry.batches)
        try:
            return [Source(Kind.BATCH, str(ref)) for ref in parse_selection(text, known)]
        except RegistryError:  # a manifest's, of batches that are registered no more: they are recorded by name
            return []


def _training_batches(inputs: Iterable[JsonObject]) -> list[Source]:
    return [
        Source(Kind.BATCH, each["batch"])
        for each in inputs
        if each.get("reading", {}).get("split", TRAINING_SPLIT) == TRAINING_SPLIT
    ]


def _reachable(sources: Mapping[Source, Iterable[Source]], start: Source) -> set[Source]:
    return {way[-1] for way in _ways(sources, start)}


def _shortest(sources: Mapping[Source, Iterable[Source]], start: Source, goal: Source) -> Way:
    return next((way for way in _ways(sources, start) if way[-1] == goal), ())


def _ways(sources: Mapping[Source, Iterable[Source]], start: Source) -> Iterator[Way]:
    """The shortest way to everything that can be reached in one step or more, shortest first."""
    waiting, seen = deque([(start,)]), set()
    while waiting:
        way = waiting.popleft()
        for source in sources.get(way[-1], ()):
            if source not in seen:
                seen.add(source)
                yield (*way, source)
                waiting.append((*way, source))
