"""A tiny dataset as names and columns: three classes, three batches, what every number of it is can be counted by hand.

picture   batches      split   car        truck      person
0         vehicle:b1   train   labeled    labeled    machine
1         person:b1    train   machine    machine    labeled
2         both         train   labeled    labeled    labeled
3         person:v     val     unknown    unknown    incomplete
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from unify.core.types import State
from unify.records.manifest import seal_manifest
from unify.reporting.columns import DatasetNames, PictureColumns

U, I, L = State.UNKNOWN, State.INCOMPLETE, State.LABELED  # noqa: E741
CLASSES = ("car", "truck", "person")
BATCHES = {"vehicle:b1": ["car", "truck"], "person:b1": ["person"], "person:v": []}
SOURCES = ("human", "person:v1", "vehicle:v1")

# picture, class, xyxy, source, weight
BOXES = [
    (0, "car", (0, 0, 10, 10), "human", 1.0),
    (0, "person", (0, 0, 4, 16), "person:v1", 1.0),
    (1, "car", (0, 0, 40, 10), "vehicle:v1", 0.9),
    (1, "car", (50, 0, 60, 10), "vehicle:v1", 0.3),
    (1, "car", (70, 0, 80, 10), "vehicle:v1", 0.0),
    (1, "person", (0, 0, 30, 90), "human", 1.0),
    (2, "person", (0, 0, 6, 6), "human", 1.0),
    (2, "truck", (0, 0, 600, 600), "human", 1.0),
    (3, "person", (1, 1, 9, 9), "human", 1.0),
]
STATE = np.array([[L, L, L], [L, L, L], [L, L, L], [U, U, I]], np.uint8)
ABSENCE = np.array([[1, 1, 1], [0.25, 0.25, 1], [1, 1, 1], [0, 0, 0]], np.float32)
IN_BATCH = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]], bool)


def make_manifest(**changes: Any) -> dict[str, Any]:
    """The dataset's manifest; ``changes`` replace whole keys."""
    inputs = [
        {
            "batch": batch,
            "annotations": f"sha256:{batch}",
            "pictures": "sha256:0",
            "num_pictures": 2,
            "num_boxes": boxes,
            "reading": {"labeled_classes": labeled, "split": "val" if batch == "person:v" else "train"},
            "changed": {},
            "skipped": 0,
        }
        for (batch, labeled), boxes in zip(BATCHES.items(), (30, 10, 1))
    ]
    numbers = {"labeled": 0, "incomplete": 0, "unknown": 0, "auto_label_ratio": 0.0}
    sources = {
        name: {of: sum((each[1], each[3]) == (name, of) for each in BOXES) for of in SOURCES} for name in CLASSES
    }
    content = {
        "name": "tiny",
        "seed": 0,
        "method": {"vehicle": "soft", "person": "hard"},
        "taxonomy": {
            "tasks": {"vehicle": ["car", "truck"], "person": ["person"]},
            "ids": {"car": 1, "truck": 2, "person": 4},
            "exclusive": [],
        },
        "inputs": inputs,
        "autolabelers": [
            labeler("vehicle:v1", {"car": SOFT, "truck": SOFT}, ["vehicle:b1"]),
            labeler("person:v1", {"person": HARD}, ["person:b1"]),
        ],
        "auto_label_splits": ["train"],
        "splits": {
            "val": {"examples": 1, "boxes": 1, "classes": {}},
            "train": {"examples": 3, "boxes": 8, "classes": {}},
        },
        "classes": {
            name: {**numbers, "boxes": sum(of.values()), "sources": {each: n for each, n in of.items() if n}}
            for name, of in sources.items()
        },
        "shards": [{"file": "a", "split": "train", "examples": 3, "boxes": 8, "bytes": 5, "sha256": "0"}],
        "files": {},
        "skipped": [],
        "merged": {"duplicates": 1, "disagreements": {}, "unlabeled": 0},
        "transcoded": 0,
        "request": "0",
        "conflicts": {},
        "failed": [],
    }
    return seal_manifest({**content, **changes})


SOFT = {"method": "soft", "low": 0.1, "absence_weight": 0.25, "calibrated": True}
HARD = {"method": "hard", "threshold": 0.5}


def labeler(ref: str, classes: dict[str, Any], trained_on: list[str], **more: Any) -> dict[str, Any]:
    """An entry of the manifest's ``autolabelers``."""
    known = {"fingerprint": f"of {ref}", "calibration": None, "trained_on_batches": trained_on, "self_labeled": 0}
    return {"autolabeler": ref, "classes": classes, "trained_on": trained_on, **known, **more}


def make_names(**changes: Any) -> DatasetNames:
    return DatasetNames(make_manifest(**changes))


def make_columns(**changes: Any) -> PictureColumns:
    """The dataset's columns; ``changes`` replace whole columns."""
    digests = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(4))
    column = {name: number for number, name in enumerate(CLASSES)}
    weight = np.array([each[4] for each in BOXES], np.float32)
    columns = {
        "sha256": np.frombuffer(digests, np.uint8).reshape(4, 32),
        "place": np.array([[0, 100 * number] for number in range(4)]),
        "split": np.array([0, 0, 0, 1]),
        "in_batch": IN_BATCH,
        "state": STATE,
        "absence_weight": ABSENCE,
        "box_picture": np.array([each[0] for each in BOXES]),
        "box_class": np.array([column[each[1]] for each in BOXES]),
        "boxes_xyxy": np.array([each[2] for each in BOXES], np.float32),
        "weight": weight,
        "box_weight": weight,
        "score": weight,
        "source": np.array([SOURCES.index(each[3]) for each in BOXES]),
        "crowd": np.zeros(len(BOXES), bool),
    }
    return PictureColumns(**{**columns, **changes})


def take_pictures(columns: PictureColumns, rows: list[int]) -> PictureColumns:
    """Some of the pictures, renumbered, with their boxes."""
    boxes = np.concatenate([np.flatnonzero(columns.box_picture == row) for row in rows] or [np.zeros(0, int)])
    new = {row: number for number, row in enumerate(rows)}
    of_pictures = ("sha256", "place", "split", "in_batch", "state", "absence_weight")
    taken = {name: getattr(columns, name)[rows] for name in of_pictures}
    of_boxes = ("box_class", "boxes_xyxy", "weight", "box_weight", "score", "source", "crowd")
    taken |= {name: getattr(columns, name)[boxes] for name in of_boxes}
    picture = np.array([new[row] for row in columns.box_picture[boxes].tolist()], np.int64)
    return PictureColumns(box_picture=picture, **taken)
