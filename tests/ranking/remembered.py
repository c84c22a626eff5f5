"""Workspaces whose auto-labelers need not be run: what they said is put into the cache by hand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.workspaces import picture_bytes
from unify.autolabel.cache import DEFAULT_FOLDER, PredictionCache
from unify.core.predictions import Failure, Prediction
from unify.inference.known import know_labeler
from unify.registry.find import find_version
from unify.registry.load import load_registry

Found = tuple[tuple[float, float, float, float], str, float]  # box xyxy, class, score
Answer = Sequence[Found] | Failure

LABELER = "class Labeler:\n    pass\n"


def digest(word: str) -> str:
    """Hex digest of the picture of a word."""
    return hashlib.sha256(picture_bytes(word)).hexdigest()


def add_versions(workspace: Path, name: str, classes: Sequence[str], *versions: str, **keys: Any) -> None:
    """Register versions of an auto-labeler, the newest first."""
    folder = workspace / "registry/autolabelers"
    folder.mkdir(exist_ok=True)
    lines = [f"name: {name}", f"classes: {json.dumps(list(classes))}", "versions:"]
    for version in versions:
        code = workspace / "autolabelers" / name / version / "labeler.py"
        code.parent.mkdir(parents=True)
        code.write_text(f"# {name}:{version}\n{LABELER}")
        entry = {"adapter": f"{code.relative_to(workspace)}:Labeler", **keys}
        lines += [f"  {version}:", *(f"    {key}: {json.dumps(value)}" for key, value in entry.items())]
    (folder / f"{name}.yaml").write_text("\n".join(lines) + "\n")


def remember(workspace: Path, ref: str, answers: Mapping[str, Answer], **columns: Mapping[str, Any]) -> None:
    """Put answers into the cache: word -> what was found, or a failure.

    ``columns``: name -> word -> values; ``embedding`` and ``topk_*`` are what they are called, others are own columns.
    """
    registry = load_registry(workspace)
    version = find_version(registry, ref)
    fingerprint = know_labeler(version, registry.workspace).fingerprint
    writer = PredictionCache(workspace / DEFAULT_FOLDER).writer(fingerprint, autolabeler=ref)
    for word, found in answers.items():
        own = {name: values[word] for name, values in columns.items()} if not isinstance(found, Failure) else {}
        answer = found if isinstance(found, Failure) else _prediction(found, version.classes, own)
        writer.add(np.frombuffer(bytes.fromhex(digest(word)), np.uint8), answer)
    writer.commit()


def _prediction(found: Sequence[Found], classes: Sequence[str], columns: Mapping[str, Any]) -> Prediction:
    found = sorted(found, key=lambda each: -each[2])
    fields = {
        name: np.asarray(columns[name]) for name in ("topk_classes", "topk_scores", "embedding") if name in columns
    }
    own = {name: np.asarray(values, np.float32) for name, values in columns.items() if name not in fields}
    return Prediction(
        boxes_xyxy=np.array([box for box, *_ in found], np.float32).reshape(-1, 4),
        scores=np.array([score for *_, score in found], np.float32),
        classes=np.array([classes.index(name) for _, name, _ in found], np.int32),
        **fields,
        columns=own,
    )
