"""Tiny workspaces for tests: files in, folder out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

TAXONOMY = """\
tasks:
  vehicle: {classes: {car: 1, truck: 2}}
  pedestrian: {classes: {pedestrian: 3, cyclist: 4}}
"""
VEHICLE = """\
task: vehicle
batches:
  b1: {annotations: data/v1.json, images: data/v1}
  b2: {annotations: data/v2.json, images: data/v2}
"""
FILES = {"registry/taxonomy.yaml": TAXONOMY, "registry/datasets/vehicle.yaml": VEHICLE}


def make_workspace(folder: Path, files: Mapping[str, str] | None = None) -> Path:
    """A valid workspace of two tasks and two batches, with ``files`` added or put in place; "" takes a file away."""
    for name, text in {**FILES, **(files or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text:
            path.write_text(text, encoding="utf-8", newline="")
        else:
            path.unlink(missing_ok=True)
    return folder
