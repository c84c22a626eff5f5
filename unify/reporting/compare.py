"""What changed between two unified datasets; *before* is the one that is compared against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unify.core.types import JsonObject
from unify.reporting.columns import DatasetNames
from unify.reporting.gallery import picture_rows
from unify.reporting.marks import LabelMarks
from unify.reporting.stored import Place

COMPARED_PICTURES = 40  # side by side, two a row: a page of them


@dataclass(frozen=True)
class MarkedDataset:
    """One side of a comparison.

    Attributes:
        folder: the dataset.
        names: of it.
        classes: ``classes`` of its report.
        splits: ``headline.splits`` of its report.
        marks: of all of its pictures.
    """

    folder: Path
    names: DatasetNames
    classes: Sequence[JsonObject]
    splits: JsonObject
    marks: LabelMarks


def compare_datasets(before: MarkedDataset, after: MarkedDataset) -> tuple[JsonObject, dict[str, Place]]:
    """``compare`` of the report, and where the pictures of its examples lie in the dataset *after*.

    Raises:
        DatasetError: a shard is missing or damaged.
    """
    names = sorted({*before.names.classes, *after.names.classes})
    pairs = _Pairs.of(before, after, names)
    chosen = _chosen(pairs)
    differing = {name: int(count) for name, count in zip(names, pairs.differ.sum(axis=0))}
    old, new = before.names.manifest, after.names.manifest
    examples = list(_examples(before, after, pairs, chosen, names))
    content = {
        "against": {"name": old["name"], "digest": old["digest"]},
        "same": old["digest"] == new["digest"],
        "method": _changed_values("task", old["method"], new["method"]),
        "batches": _changes(_by(old["inputs"], "batch"), _by(new["inputs"], "batch"), _BATCH_KEYS),
        "autolabelers": _changes(
            _by(old["autolabelers"], "autolabeler"), _by(new["autolabelers"], "autolabeler"), _LABELER_KEYS
        ),
        "thresholds": _thresholds(old, new),
        "splits": _changed_values("split", _examples_of(before.splits), _examples_of(after.splits), all_of_them=True),
        "classes": _classes(before.classes, after.classes, differing),
        "pictures": {
            "both": len(pairs.old),
            "only_before": len(before.marks.ids) - len(pairs.old),
            "only_after": len(after.marks.ids) - len(pairs.new),
            "differ": int(pairs.differ.any(axis=1).sum()),
        },
        "examples": examples,
    }
    places = after.marks.place[pairs.new[chosen]].tolist()
    return content, {each["id"]: tuple(place) for each, place in zip(examples, places)}


@dataclass(frozen=True)
class _Pairs:
    """M pictures that both have: their rows in the marks of each, and bool [M, K]: what differs of K classes."""

    old: np.ndarray
    new: np.ndarray
    differ: np.ndarray

    @staticmethod
    def of(before: MarkedDataset, after: MarkedDataset, names: Sequence[str]) -> _Pairs:
        _, old, new = np.intersect1d(before.marks.ids, after.marks.ids, assume_unique=True, return_indices=True)
        return _Pairs(old, new, _aligned(before, old, names) != _aligned(after, new, names))


def _aligned(side: MarkedDataset, rows: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """uint64 [M, K]; a class that the dataset's taxonomy does not have is unknown."""
    marks = np.zeros((len(rows), len(names)), np.uint64)
    for column, name in enumerate(names):
        if name in side.names.classes:
            marks[:, column] = side.marks.marks[rows, side.names.classes.index(name)]
    return marks


def _chosen(pairs: _Pairs) -> np.ndarray:
    """int64: at most `COMPARED_PICTURES` of the pairs that differ: one a class first, then those with most to see."""
    firsts = [int(np.argmax(column)) for column in pairs.differ.T if column.any()]
    number = pairs.differ.sum(axis=1)
    rest = np.argsort(-number, kind="stable")[: np.count_nonzero(number)].tolist()
    return np.array(list(dict.fromkeys([*firsts, *rest]))[:COMPARED_PICTURES], np.int64)


def _examples(
    before: MarkedDataset, after: MarkedDataset, pairs: _Pairs, chosen: np.ndarray, names: Sequence[str]
) -> Iterator[JsonObject]:
    sides = [
        picture_rows(side.folder, side.names, [tuple(place) for place in side.marks.place[rows[chosen]].tolist()])
        for side, rows in ((before, pairs.old), (after, pairs.new))
    ]
    for pair, old, new in zip(chosen.tolist(), *sides):
        classes = [name for name, differs in zip(names, pairs.differ[pair].tolist()) if differs]
        yield {"id": new["id"], "classes": classes, "before": old, "after": new}


_BATCH_KEYS = {
    "annotations": "annotations",
    "pictures": "picture files",
    "num_pictures": "pictures",
    "num_boxes": "boxes",
    "reading": "how the annotations are read",
    "skipped": "skipped pictures",
}
_LABELER_KEYS = {
    "fingerprint": "model",
    "calibration": "calibration",
    "classes": "classes or thresholds",
    "trained_on": "training data",
    "self_labeled": "pictures it was trained on",
}


def _by(entries: Sequence[JsonObject], key: str) -> dict[str, JsonObject]:
    return {str(entry[key]): entry for entry in entries}


def _changes(before: dict[str, JsonObject], after: dict[str, JsonObject], keys: dict[str, str]) -> list[JsonObject]:
    """Entries that came, went, or differ in any of ``keys`` (key -> what it is called)."""
    rows = []
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            rows.append({"name": name, "change": "added" if old is None else "removed", "details": []})
            continue
        details = [
            _detail(title, old.get(key), new.get(key)) for key, title in keys.items() if old.get(key) != new.get(key)
        ]
        if details:
            rows.append({"name": name, "change": "changed", "details": details})
    return rows


def _detail(title: str, old: object, new: object) -> str:
    if isinstance(old, int) and isinstance(new, int):
        return f"{title}: {old:,} → {new:,}"
    return f"other {title}"


def _changed_values(key: str, before: JsonObject, after: JsonObject, *, all_of_them: bool = False) -> list[JsonObject]:
    rows = [
        {key: name, "before": before.get(name), "after": after.get(name)} for name in dict.fromkeys([*before, *after])
    ]
    return [row for row in rows if all_of_them or row["before"] != row["after"]]


def _examples_of(splits: JsonObject) -> dict[str, int]:
    return {split: entry["examples"] for split, entry in splits.items()}


def _thresholds(before: JsonObject, after: JsonObject) -> list[JsonObject]:
    old, new = _threshold_texts(before), _threshold_texts(after)
    return [
        {"class": name, "autolabeler": ref, "before": old.get((name, ref)), "after": new.get((name, ref))}
        for name, ref in sorted({*old, *new})
        if old.get((name, ref)) != new.get((name, ref))
    ]


def _threshold_texts(manifest: JsonObject) -> dict[tuple[str, str], str]:
    return {
        (name, each["autolabeler"]): _threshold_text(how)
        for each in manifest["autolabelers"]
        for name, how in each["classes"].items()
    }


def _threshold_text(how: JsonObject) -> str:
    """``soft, 0.1``; ``hard, 0.5``; ``hard, 0.5, ignored from 0.2``."""
    if how["method"] == "soft":
        return f"soft, {how['low']:g}"
    zone = f", ignored from {how['low']:g}" if "low" in how else ""
    return f"hard, {how['threshold']:g}{zone}"


def _classes(before: Sequence[JsonObject], after: Sequence[JsonObject], differing: dict[str, int]) -> list[JsonObject]:
    old, new = _by(before, "class"), _by(after, "class")
    return [
        {
            "class": name,
            "before": _box_numbers(old.get(name)),
            "after": _box_numbers(new.get(name)),
            "pictures": differing[name],
        }
        for name in dict.fromkeys([*new, *old])
    ]


def _box_numbers(row: JsonObject | None) -> JsonObject | None:
    return row and {key: row[key] for key in ("human_boxes", "machine_boxes", "auto_label_ratio")}
