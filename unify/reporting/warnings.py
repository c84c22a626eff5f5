"""What a person should know before training on a dataset, most serious first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from unify.core.types import JsonObject
from unify.errors import shorten
from unify.reporting.calibrations import FoundCalibration
from unify.reporting.columns import TRAIN, DatasetNames, Knowledge
from unify.reporting.counts import Counts, Groups


def find_warnings(
    counts: Counts, names: DatasetNames, calibrations: Mapping[str, FoundCalibration], lineage_notes: Sequence[str]
) -> list[JsonObject]:
    """``warnings`` of the report; kinds and their order stand in README.md."""
    manifest = names.manifest
    return [
        *_self_training(manifest),
        *_uncalibrated(manifest),
        *_failed(manifest),
        *_never_seen(counts, names),
        *_validation(counts, names),
        *_disagreements(manifest),
        *_conflicts(manifest),
        *_naive(names),
        *_skipped(manifest),
        *(_warning("calibration", f"{each.note}") for each in calibrations.values() if each.status in _NOT_SHOWN),
        *(_warning("lineage", note) for note in lineage_notes),
    ]


_NOT_SHOWN = ("missing", "changed")


def _warning(kind: str, text: str, classes: Sequence[str] = (), count: int | None = None) -> JsonObject:
    return {"kind": kind, "text": text, "classes": list(classes), "count": count}


def _self_training(manifest: JsonObject) -> Iterator[JsonObject]:
    for each in manifest["autolabelers"]:
        pictures = each.get("self_labeled", 0)
        if pictures:
            own = f"{each['autolabeler']} labels {_pictures(pictures)} it was trained on"
            text = f"{own}, where it looks better than it is"
            yield _warning("self_training", text, list(each["classes"]), pictures)


def _uncalibrated(manifest: JsonObject) -> Iterator[JsonObject]:
    for each in manifest["autolabelers"]:
        raw = [name for name, how in each["classes"].items() if how.get("calibrated") is False]
        if raw:
            text = f"{each['autolabeler']} is not calibrated for {shorten(raw)}: soft weights are its raw scores"
            yield _warning("uncalibrated", text, raw)


def _failed(manifest: JsonObject) -> Iterator[JsonObject]:
    for ref, pictures in sorted(Counter(each["autolabeler"] for each in manifest.get("failed", ())).items()):
        classes = next((list(each["classes"]) for each in manifest["autolabelers"] if each["autolabeler"] == ref), [])
        text = f"{ref} failed on {_pictures(pictures)}, where its classes stay unknown"
        yield _warning("failed", text, classes, pictures)


def _never_seen(counts: Counts, names: DatasetNames) -> Iterator[JsonObject]:
    known = counts.pictures[0] - counts.coverage[0, :, Knowledge.UNKNOWN] > 0
    boxed = counts.boxes.sum(axis=0) > 0
    absent = [name for name, has, seen in zip(names.classes, boxed, known) if seen and not has]
    unknown = [name for name, seen in zip(names.classes, known) if not seen]
    if absent:
        yield _warning("absent_class", f"not one box of {shorten(absent)}: nothing to learn from", absent)
    if unknown:
        yield _warning("unknown_class", f"nobody looked for {shorten(unknown)} on any picture", unknown)


def _validation(counts: Counts, names: DatasetNames) -> Iterator[JsonObject]:
    others = [split for split in names.splits if split != TRAIN]
    if not others:
        text = f"there is no split but {TRAIN}: nothing to measure a detector on"
        yield _warning("no_validation", text)
    rows = dict(zip(Groups(names).labels, counts.coverage))
    for split in others:
        labeled = rows["split", split][:, Knowledge.LABELED]
        missing = [name for name, pictures in zip(names.classes, labeled) if not pictures]
        if missing:
            text = f"no picture of split {split} is labeled for {shorten(missing)}: a detector is not measured on it"
            yield _warning("unvalidated_class", text, missing)


def _disagreements(manifest: JsonObject) -> Iterator[JsonObject]:
    for name, pictures in manifest["merged"].get("disagreements", {}).items():
        text = f"{name}: two batches disagree on {_pictures(pictures)}; the later batch won"
        yield _warning("disagreements", text, [name], pictures)


def _conflicts(manifest: JsonObject) -> Iterator[JsonObject]:
    for name, boxes in manifest.get("conflicts", {}).items():
        noun = "machine box was" if boxes == 1 else "machine boxes were"
        text = f"{name}: {boxes:,} {noun} dropped for lying on a hand box of an exclusive class"
        yield _warning("conflicts", text, [name], boxes)


def _naive(names: DatasetNames) -> Iterator[JsonObject]:
    naive = [name for name, is_naive in zip(names.classes, names.naive.tolist()) if is_naive]
    if naive:
        text = "method naive calls every unlabeled class absent: a wrong baseline, for trials only"
        yield _warning("naive", text, naive)


def _skipped(manifest: JsonObject) -> Iterator[JsonObject]:
    pictures = len(manifest["skipped"])
    if pictures:
        noun = "were" if pictures > 1 else "was"
        yield _warning("skipped", f"{_pictures(pictures)} {noun} left out as damaged or missing", count=pictures)


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count:,} pictures"
