"""Reads what is behind a dataset, an auto-labeler or a batch: registry, lock, manifests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from unify.core.types import BatchRef, JsonObject
from unify.errors import DatasetError, Problem, RegistryError
from unify.records.counts import HUMAN
from unify.records.manifest import read_manifest
from unify.registry.lock import LockEntry, read_lock
from unify.registry.objects import AutoLabelerVersion, Registry
from unify.registry.selection import batch_names, parse_selection
from unify.reporting.columns import TRAIN
from unify.reporting.labelers import FUSED
from unify.reporting.lineage.graph import Kind, Lineage, Origin, Parent, apportion, trace

UNKNOWN_ID = f"{Kind.UNKNOWN}:training data"


def dataset_lineage(
    folder: Path, manifest: JsonObject, registry: Registry | None, drawn: Mapping[str, int], boxes: Mapping[str, int]
) -> Lineage:
    """What is behind a unified dataset.

    Args:
        folder: the dataset.
        manifest: its manifest.
        registry: of the workspace it lies in; None where there is none.
        drawn: batch -> human boxes that count for it.
        boxes: source other than ``human`` -> boxes.

    Raises:
        RegistryError: something was trained on what it labeled itself, or the lock file is damaged.
    """
    gathering = _Gathering(registry)
    target = gathering.dataset(folder, manifest, whole=True)
    counted = {_id(Kind.BATCH, batch): number for batch, number in drawn.items()}
    counted |= {_source_id(source): number for source, number in boxes.items()}
    return trace(target, gathering.origins, counted, gathering.notes)


def labeler_lineage(version: AutoLabelerVersion, registry: Registry) -> Lineage:
    """What is behind an auto-labeler; boxes are those it was trained on. Raises RegistryError."""
    gathering = _Gathering(registry)
    target = gathering.labeler(str(version.ref), None)
    boxes = {parent.id: parent.boxes or 0 for parent in gathering.origins[target].parents}
    return trace(target, gathering.origins, boxes, gathering.notes)


def batch_lineage(ref: BatchRef, registry: Registry) -> Lineage:
    """A batch, which is where labels begin. Raises RegistryError."""
    gathering = _Gathering(registry)
    return trace(gathering.batch(str(ref)), gathering.origins, {})


class _Gathering:
    """Origins while they are gathered; each is looked at once."""

    def __init__(self, registry: Registry | None) -> None:
        self.origins: dict[str, Origin] = {}
        self.notes: list[str] = []
        self._registry = registry
        self._lock: dict[BatchRef, LockEntry] = read_lock(registry.workspace) if registry else {}
        self._begun: set[str] = set()
        self._inputs: dict[str, JsonObject] = {}  # batch -> what a manifest says of it

    def dataset(self, folder: Path, manifest: JsonObject, *, whole: bool = False) -> str:
        """``whole`` takes all of it in; else what a model that was trained on it saw of it."""
        title = self._shown(folder, manifest)
        own = _id(Kind.DATASET, title)
        if own in self._begun:
            return own
        self._begun.add(own)
        inputs = {str(each["batch"]): each for each in manifest["inputs"]}
        self._inputs = {**inputs, **self._inputs}
        sources = _boxes_by_source(manifest)
        human = apportion(sources.pop(HUMAN, 0), [each.get("num_boxes") for each in inputs.values()]) if inputs else []
        taught = [(batch, boxes) for batch, boxes in zip(inputs, human) if whole or _teaches(inputs[batch])]
        entries = {str(each["autolabeler"]): each for each in manifest["autolabelers"]}
        found = {ref for source in sources for ref in source.split(FUSED)}
        sources |= {ref: 0 for ref in entries if ref not in found}  # it looked, and found nothing
        parents = [Parent(self.batch(batch), boxes) for batch, boxes in taught]
        parents += [Parent(self._source(source, entries), boxes) for source, boxes in sources.items()]
        details = {
            "digest": manifest["digest"],
            "pictures": sum(each["examples"] for each in manifest["splits"].values()),
            "boxes": sum(each["boxes"] for each in manifest["splits"].values()),
            "method": ", ".join(f"{task}: {method}" for task, method in sorted(manifest["method"].items())),
        }
        self.origins[own] = Origin(own, Kind.DATASET, title, tuple(parents), details)
        return own

    def labeler(self, ref: str, entry: JsonObject | None) -> str:
        """``entry`` is what a manifest says of it; without one the registry is asked."""
        own = _id(Kind.AUTOLABELER, ref)
        if own in self._begun:
            return own
        self._begun.add(own)
        version = self._version(ref)
        trained_on = _trained_on(entry, version)
        parents = self._behind(ref, trained_on, (entry or {}).get("trained_on_batches", ()))
        self.origins[own] = Origin(own, Kind.AUTOLABELER, ref, tuple(parents), _labeler_details(entry, version))
        return own

    def batch(self, ref: str) -> str:
        own = _id(Kind.BATCH, ref)
        if own not in self.origins:
            self.origins[own] = Origin(own, Kind.BATCH, ref, (), self._batch_details(ref))
        return own

    def _source(self, source: str, entries: Mapping[str, JsonObject]) -> str:
        """A source of boxes: one auto-labeler, or several whose boxes were fused."""
        refs = source.split(FUSED)
        if len(refs) == 1:
            return self.labeler(source, entries.get(source))
        own = _source_id(source)
        if own not in self.origins:
            parents = tuple(Parent(self.labeler(ref, entries.get(ref)), None) for ref in refs)
            self.origins[own] = Origin(own, Kind.FUSION, source, parents, {"auto-labelers": len(refs)})
        return own

    def _behind(self, ref: str, trained_on: Sequence[str], told: Sequence[str]) -> list[Parent]:
        if not trained_on:
            self.notes.append(f"nobody registered what {ref} was trained on")
            return [self._unknown("training data")]
        parents: dict[str, Parent] = {}
        gone: dict[str, str] = {}  # dataset -> why it cannot be followed
        for text in trained_on:
            try:
                found = self._selected(ref, text, told) if ":" in text and "/" not in text else [self._followed(text)]
            except DatasetError as error:
                gone[text] = error.problems[0].what
                continue
            parents |= {parent.id: parent for parent in found}
        rest = sorted(set(told) - self._batches_behind(parents))
        for text, why in gone.items():
            parent = self._as_recorded(text, why, rest) if rest else self._untraced(ref, text, why)
            parents[parent.id] = parent
        return list(parents.values())

    def _selected(self, ref: str, text: str, told: Sequence[str]) -> list[Parent]:
        """The batches of a selection; ``told`` are those that the manifest says it came to."""
        known = [_batch_ref(each) for each in told] or list(self._registry.batches if self._registry else ())
        try:
            chosen = parse_selection(text, batch_names((), known))
        except RegistryError:
            self.notes.append(f"{ref} was trained on {text}, which is not registered here")
            return [self._unknown(text)]
        return [self._batch_parent(str(each)) for each in chosen]

    def _batch_parent(self, ref: str) -> Parent:
        return Parent(self.batch(ref), self._boxes_of(ref))

    def _followed(self, text: str) -> Parent:
        """A unified dataset that was trained on. Raises DatasetError where its manifest cannot be read."""
        if self._registry is None:
            raise DatasetError(Problem(text, "there is no workspace to look for it in"))
        folder = self._registry.workspace / text
        manifest = read_manifest(folder)
        trained = manifest["splits"].get(TRAIN, {"boxes": 0})
        return Parent(self.dataset(folder, manifest), trained["boxes"])

    def _batches_behind(self, parents: Iterable[str]) -> set[str]:
        """Batches behind some origins; one that is still being looked at, in a cycle, has none yet."""
        waiting, seen = list(parents), set()
        while waiting:
            name = waiting.pop()
            if name not in seen and name in self.origins:
                seen.add(name)
                waiting += [parent.id for parent in self.origins[name].parents]
        return {self.origins[name].title for name in seen if self.origins[name].kind is Kind.BATCH}

    def _as_recorded(self, text: str, why: str, batches: Sequence[str]) -> Parent:
        """A dataset that cannot be read, with the batches behind it as a later manifest recorded them."""
        own = _id(Kind.DATASET, text)
        parents = tuple(self._batch_parent(batch) for batch in batches)
        self.origins[own] = Origin(own, Kind.DATASET, text, parents, {"not read": why, "batches": "as recorded later"})
        return Parent(own, None)

    def _untraced(self, ref: str, text: str, why: str) -> Parent:
        self.notes.append(f"{ref} was trained on {text}, which cannot be followed: {why}")
        return self._unknown(text)

    def _unknown(self, what: str) -> Parent:
        own = _id(Kind.UNKNOWN, what)
        self.origins.setdefault(own, Origin(own, Kind.UNKNOWN, f"unknown {what}" if own == UNKNOWN_ID else what))
        return Parent(own, None)

    def _boxes_of(self, ref: str) -> int | None:
        locked = self._lock.get(_batch_ref(ref))
        return locked.num_boxes if locked else self._inputs.get(ref, {}).get("num_boxes")

    def _batch_details(self, ref: str) -> dict[str, str | int]:
        locked, told = self._lock.get(_batch_ref(ref)), self._inputs.get(ref)
        if told:
            found = {"annotations": told.get("annotations"), "pictures": told.get("num_pictures")}
            return _known({**found, "boxes": told.get("num_boxes"), "picture files": told.get("pictures")})
        if not locked:
            return {}
        found = {"annotations": locked.annotations, "pictures": locked.num_pictures, "boxes": locked.num_boxes}
        return {**found, "picture files": locked.pictures}

    def _version(self, ref: str) -> AutoLabelerVersion | None:
        stack = self._registry.autolabelers.get(ref.partition(":")[0], ()) if self._registry else ()
        return next((each for each in stack if str(each.ref) == ref), None)

    def _shown(self, folder: Path, manifest: JsonObject) -> str:
        """The folder as seen from the workspace; nothing of this machine."""
        workspace = self._registry.workspace.resolve() if self._registry else None
        inside = workspace is not None and folder.resolve().is_relative_to(workspace)
        return folder.resolve().relative_to(workspace).as_posix() if inside else str(manifest["name"])


def _trained_on(entry: JsonObject | None, version: AutoLabelerVersion | None) -> Sequence[str]:
    """As the manifest has it, which holds for the model that labeled; the registry may know another by now."""
    if entry is not None:
        return entry.get("trained_on", ())
    return version.trained_on if version else ()


def _labeler_details(entry: JsonObject | None, version: AutoLabelerVersion | None) -> dict[str, str | int]:
    classes = list(entry["classes"]) if entry else list(version.classes) if version else []
    trained_on = ", ".join(_trained_on(entry, version))
    known = {"fingerprint": (entry or {}).get("fingerprint"), "adapter": version.adapter if version else None}
    return _known({**known, "classes": ", ".join(classes) or None, "trained on": trained_on or None})


def _teaches(entry: JsonObject) -> bool:
    """Whether a batch of a dataset is in the split that a model learns from."""
    return entry.get("reading", {}).get("split", TRAIN) == TRAIN


def _known(details: Mapping[str, str | int | None]) -> dict[str, str | int]:
    return {name: value for name, value in details.items() if value is not None}


def _boxes_by_source(manifest: JsonObject) -> dict[str, int]:
    """Source -> boxes, ``human`` first; every auto-labeler, or fusion, that has any."""
    boxes = {HUMAN: 0}
    for entry in manifest["classes"].values():
        for source, number in sorted(entry["sources"].items()):
            boxes[source] = boxes.get(source, 0) + number
    return boxes


def _batch_ref(text: str) -> BatchRef:
    task, _, batch = text.partition(":")
    return BatchRef(task, batch)


def _source_id(source: str) -> str:
    return _id(Kind.FUSION if FUSED in source else Kind.AUTOLABELER, source)


def _id(kind: Kind, title: str) -> str:
    return f"{kind}:{title}"
