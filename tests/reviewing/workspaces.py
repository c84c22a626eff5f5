"""A painted workspace with cached predictions, and queues for it: what people are shown is known exactly."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tests.inference.painted import add_labeler, add_painted_batch
from tests.workspaces import make_workspace
from unify.autolabel.cache import DEFAULT_FOLDER, PredictionCache
from unify.core.predictions import Prediction
from unify.inference.known import know_labeler
from unify.registry.find import find_version
from unify.registry.load import load_registry

CLASSES = ["car", "truck"]
CAR, TRUCK, SECOND_CAR = (2, 2, 22, 14), (2, 22, 30, 38), (34, 22, 56, 38)
Said = Mapping[str, Sequence[tuple[str, tuple[float, ...], float]]]  # word of the picture -> class, xyxy, score

PEOPLE = {
    "both": [("car", CAR, 0.9), ("truck", TRUCK, 0.4), ("pedestrian", (40, 2, 46, 20), 0.9)],
    "empty": [("pedestrian", (40, 2, 46, 20), 0.9)],
    "second": [("car", CAR, 0.8), ("car", SECOND_CAR, 0.7)],
}


def review_workspace(folder: Path) -> Path:
    """``pedestrian:b1`` has three pictures on which nobody looked for vehicles; ``vehicle:v1`` was asked about them."""
    workspace = make_workspace(folder)
    add_painted_batch(workspace, "pedestrian:b1", PEOPLE, ["pedestrian", "cyclist"])
    known = {f"k{i}": [("car", CAR, 0.9), ("truck", TRUCK, 0.8)] for i in range(3)}
    add_painted_batch(workspace, "vehicle:b1", known, CLASSES)
    add_labeler(workspace, "vehicle", CLASSES, thresholds={"car": 0.5, "truck": 0.6})
    found = {word: [each for each in boxes if each[0] in CLASSES] for word, boxes in {**PEOPLE, **known}.items()}
    remember(workspace, "vehicle:v1", found)
    return workspace


def remember(workspace: Path, ref: str, said: Said) -> None:
    """Put an auto-labeler's answers into the cache, as if it had been asked."""
    registry = load_registry(workspace)
    version = find_version(registry, ref)
    with PredictionCache(workspace / DEFAULT_FOLDER).writer(know_labeler(version, workspace).fingerprint) as writer:
        for word, boxes in said.items():
            ordered = sorted(boxes, key=lambda each: -each[2])
            prediction = Prediction(
                boxes_xyxy=np.array([box for _, box, _ in ordered], np.float32).reshape(-1, 4),
                scores=np.array([score for *_, score in ordered], np.float32),
                classes=np.array([version.classes.index(name) for name, *_ in ordered], np.int32),
            )
            writer.add(bytes.fromhex(digest(workspace, word)), prediction)


def picture_path(workspace: Path, word: str) -> Path:
    return next((workspace / "data").rglob(f"{word}.png"))


def digest(workspace: Path, word: str) -> str:
    """Hex sha256 of a picture of the workspace."""
    return hashlib.sha256(picture_path(workspace, word).read_bytes()).hexdigest()


def write_queue(workspace: Path, words: Sequence[str] = ("second", "both", "empty"), task: str = "vehicle") -> Path:
    """``queue.json`` of some pictures, the first the most important."""
    queries = [
        {
            "picture": digest(workspace, word),
            "task": task,
            "score": round(0.9 - 0.1 * place, 1),
            "cost": 2.0,
            "difficulty": "hard",
            "reasons": ["2 boxes are not sure"],
        }
        for place, word in enumerate(words)
    ]
    path = workspace / "queue.json"
    path.write_text(json.dumps({"queries": queries}))
    return path
