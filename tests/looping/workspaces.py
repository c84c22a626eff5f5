"""A painted workspace whose vehicles nobody labeled yet, and a loop over it with an oracle."""

from __future__ import annotations

import json
from pathlib import Path

from tests.inference.painted import add_painted_batch, street
from tests.reviewing.workspaces import CLASSES, add_labeler, remember
from tests.workspaces import add_config, make_workspace

PICTURES = {f"p{number}": street(number) for number in range(6)}


def loop_workspace(folder: Path, **keys: object) -> Path:
    """People labeled pedestrians on six pictures; ``vehicle:kept`` knows the vehicles; ``vehicle:v1`` was asked."""
    workspace = make_workspace(folder)
    add_painted_batch(workspace, "pedestrian:b1", PICTURES, ["pedestrian", "cyclist"])
    add_painted_batch(workspace, "vehicle:kept", PICTURES, CLASSES)
    add_labeler(workspace, "vehicle", CLASSES, thresholds={"car": 0.5, "truck": 0.5})
    found = {word: [each for each in boxes if each[0] == "car"] for word, boxes in PICTURES.items()}
    remember(workspace, "vehicle:v1", found)  # it overlooks every truck
    add_config(workspace, ["pedestrian:b1"])
    write_loop(workspace, **keys)
    return workspace


def write_loop(workspace: Path, **keys: object) -> Path:
    """``configs/loops/night.yaml``; a key of None is left out."""
    path = workspace / "configs/loops/night.yaml"
    path.parent.mkdir(exist_ok=True)
    values = {"name": "night", "config": "mix", "budget": 4, "oracle": ["vehicle:kept"], **keys}
    lines = [f"{key}: {json.dumps(value)}\n" for key, value in values.items() if value is not None]
    path.write_text("".join(lines))
    return path
