"""A real detector as three teams' specialist on real pictures: FastestDet, whose class names are COCO's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import unify
from tests.autolabel.adapters.test_onnx import COCO
from tests.real_data import real
from tests.workspaces import add_config, make_workspace
from unify.compiler import CompileReport
from unify.core.boxes import iou_matrix
from unify.records.decode import iterate_examples

pytest.importorskip("onnxruntime", reason="needs the [onnx] extra")

TASKS = {
    "furniture": ("sofa", "chair", "diningtable", "bed"),
    "fixtures": ("tvmonitor", "pottedplant", "sink"),
    "kitchen": ("cup", "bowl", "bottle"),
}
CLASSES = [name for names in TASKS.values() for name in names]
COCO_NAMES = {"couch": "sofa", "dining table": "diningtable", "tv": "tvmonitor", "potted plant": "pottedplant"}
OPTIONS = {
    "head": "fastestdet", "class_names": COCO, "channel_order": "bgr", "divide_by": 255, "antialias": False,
    "nms_iou": 0.45, "threads": 1,
}  # fmt: skip
Rows = list[tuple[str, list[float]]]  # class, xyxy


@pytest.fixture
def workspace(tmp_path: Path, one_process: None) -> Path:
    """Every task labeled a third of the pictures; the same network looks for the classes of each."""
    folder = make_workspace(tmp_path / "ws", f"tasks: {json.dumps(numbered())}\n")
    (folder / "registry/autolabelers").mkdir()
    pictures = sorted(truth())
    for number, (task, names) in enumerate(TASKS.items()):
        write_batch(folder, task, pictures[number::3])
        own = {coco: name for coco, name in COCO_NAMES.items() if name in names}
        version = {
            "adapter": "onnx",
            "path": str(real("models/fastestdet") / "FastestDet.onnx"),
            "options": OPTIONS | {"class_map": own},
            "thresholds": dict.fromkeys(names, 0.45),
        }
        write_stack(folder, task, {"v1": version})
    add_config(folder, [f"{task}:b1" for task in TASKS], method="hard")
    return folder


def numbered() -> dict[str, Any]:
    return {task: {"classes": {name: 1 + CLASSES.index(name) for name in names}} for task, names in TASKS.items()}


def truth() -> dict[str, Rows]:
    """Picture -> all that people drew on it."""
    drawn = {}
    for path in (real("indoor") / "ground-truth").glob("*.txt"):
        rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
        drawn[path.stem] = [(name, list(map(float, corners))) for name, *corners in (row[:5] for row in rows)]
    return drawn


def recorded() -> list[dict[str, Any]]:
    """Another detector's boxes of furniture, as COCO results."""
    results = []
    for path in sorted((real("indoor") / "detection-results").glob("*.txt")):
        for name, score, *corners in (line.split() for line in path.read_text().splitlines()):
            if name in TASKS["furniture"]:
                x1, y1, x2, y2 = map(float, corners)
                number = 1 + TASKS["furniture"].index(name)
                box = {"category_id": number, "bbox": [x1, y1, x2 - x1, y2 - y1], "score": float(score)}
                results.append({"image_id": f"{path.stem}.jpg", **box})
    return results


def write_batch(workspace: Path, task: str, pictures: list[str]) -> None:
    images, annotations = [], []
    for number, word in enumerate(pictures):
        with Image.open(real("indoor") / "images-optional" / f"{word}.jpg") as picture:
            width, height = picture.size
        images.append({"id": number, "file_name": f"{word}.jpg", "height": height, "width": width})
        for name, (x1, y1, x2, y2) in truth()[word]:
            if name in TASKS[task]:
                box = {"image_id": number, "category_id": CLASSES.index(name), "bbox": [x1, y1, x2 - x1, y2 - y1]}
                annotations.append({"id": len(annotations), "area": 1.0, "iscrowd": 0, **box})
    categories = [{"id": CLASSES.index(name), "name": name} for name in TASKS[task]]
    content = {"images": images, "annotations": annotations, "categories": categories}
    (workspace / f"{task}.json").write_text(json.dumps(content))
    (workspace / "registry/datasets" / f"{task}.yaml").write_text(
        f"task: {task}\nbatches:\n  b1: {{annotations: {task}.json, images: {real('indoor')}/images-optional}}\n"
    )


def write_stack(workspace: Path, name: str, versions: dict[str, Any]) -> None:
    content = {"name": name, "classes": TASKS[name], "versions": versions}
    (workspace / "registry/autolabelers" / f"{name}.yaml").write_text(json.dumps(content, indent=1))


def compile(workspace: Path, **options: Any) -> CompileReport:
    return unify.compile("mix", workspace=workspace, workers=1, **options)


def share_right(output: Path) -> float:
    """Of machine boxes: those that lie on a box that people drew of the class, though the compile never saw it."""
    drawn, right = truth(), []
    for example in iterate_examples(output):
        rows = drawn[example.filename.removesuffix(".jpg")]
        machine = np.array(example.source) != "human"
        for class_id, box in zip(example.class_ids[machine], example.boxes_xyxy_px[machine]):
            of_class = np.array([corners for name, corners in rows if name == CLASSES[class_id - 1]]).reshape(-1, 4)
            right.append(bool((iou_matrix(box[None], of_class) >= 0.5).any()))
    return float(np.mean(right))


def test_each_picture_is_decoded_once_for_both_other_teams(workspace: Path, monkeypatch: pytest.MonkeyPatch):
    from unify.autolabel.decode import decode_picture

    decoded = []
    monkeypatch.setattr(
        "unify.inference.pictures.decode_picture", lambda data, path: decoded.append(path) or decode_picture(data, path)
    )
    report = compile(workspace)
    assert len(decoded) == 85 and report.inference.inferred == 170
    assert all(report.summary()["machine_boxes"][name] > 0 for name in ("sofa", "chair", "pottedplant"))
    assert report.manifest["failed"] == []
    assert 0.2 < share_right(report.output) < 0.3  # at 0.45 it is as mediocre as its makers say


def test_recorded_boxes_of_another_detector_are_ranked_beside_it(workspace: Path):
    (workspace / "found.json").write_text(json.dumps(recorded()))
    stack = json.loads((workspace / "registry/autolabelers/furniture.yaml").read_text())
    replay = {"adapter": "recorded", "path": "found.json", "options": {"unlisted": "empty"}}
    write_stack(workspace, "furniture", {"v2": replay, **stack["versions"]})
    ranking = unify.calibrate_all("furniture", on="furniture:b1", workspace=workspace, workers=1)
    assert sorted(report.autolabeler for report in ranking.measured) == ["furniture:v1", "furniture:v2"]
    assert all(report.inference.inferred == 29 for report in ranking.measured)
