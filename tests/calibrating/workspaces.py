"""A painted workspace whose vehicles can be measured: 20 pictures to learn from, 20 to measure on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.inference.painted import COLOURS, LABELER, Rectangle, add_painted_batch
from tests.workspaces import TAXONOMY, make_workspace

CAR, TRUCK = (2, 2, 22, 14), (2, 22, 30, 38)


def vehicles(number: int, start: int = 0) -> list[Rectangle]:
    """A car that is sure on every picture, a truck on every second; on every fourth a car that is none."""
    found = [("car", CAR, 0.6 + 0.01 * (number % 20)), ("truck", TRUCK, 0.8)][: 1 + (number + start) % 2]
    return [*found, *([("pedestrian", (40, 2, 46, 20), 0.5)] if number % 4 == 0 else [])]


def vehicle_workspace(folder: Path, pictures: int = 20) -> Path:
    """``vehicle:b1`` to learn from, ``vehicle:b2`` (val) to measure on, ``pedestrian:b1`` of other pictures."""
    workspace = make_workspace(folder, TAXONOMY)
    add_painted_batch(workspace, "vehicle:b1", {f"a{i}": vehicles(i) for i in range(5)}, ["car", "truck"])
    measured = {f"b{i}": vehicles(i) for i in range(pictures)}
    add_painted_batch(workspace, "vehicle:b2", measured, ["car", "truck"], split="val")
    people = {f"c{i}": vehicles(4 * i) for i in range(5)}
    add_painted_batch(workspace, "pedestrian:b1", people, ["pedestrian", "cyclist"])
    return workspace


def register(
    workspace: Path, name: str, classes: Sequence[str], versions: Mapping[str, Mapping[str, Any]], comment: str = ""
) -> Path:
    """A stack of versions that find the colours of ``classes``; returns its YAML file.

    A version's ``misbehave`` is a statement that runs before it looks at a picture; its calls are noted in
    ``<name>-<version>.log``.
    """
    lines = [f"name: {name}", f"classes: {json.dumps(list(classes))}", "versions:"]
    for version, keys in versions.items():
        keys = dict(keys)
        code = workspace / "autolabelers" / name / version / "labeler.py"
        code.parent.mkdir(parents=True, exist_ok=True)
        code.write_text(LABELER.format(colours=COLOURS, misbehave=keys.pop("misbehave", "pass")))
        options = {"classes": list(classes), "log": str(workspace / f"{name}-{version}.log"), "batch_size": 4}
        entry = {"adapter": f"{code.relative_to(workspace)}:Labeler", "options": options, **keys}
        lines += [f"  # {version}{comment}", f"  {version}:"]
        lines += [f"    {key}: {json.dumps(value)}" for key, value in entry.items()]
    path = workspace / "registry/autolabelers" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path
