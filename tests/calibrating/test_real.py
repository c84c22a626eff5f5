"""The repository's own specialist, a colour rule for white blood cells, measured on real pictures."""

from __future__ import annotations

import shutil
from pathlib import Path

import unify
from tests.calibrating.workspaces import make_workspace
from tests.real_data import real

ROOT = Path(__file__).parents[2]
STACK = """\
name: wbc
classes: [WBC]
versions:
  v1:
    adapter: autolabelers/wbc/v1/labeler.py:Labeler
    trained_on: ["wbc:train"]  # its numbers were chosen there
"""


def test_the_colour_rule_finds_white_cells_it_was_not_tuned_on(tmp_path: Path):
    data = real("blood")
    workspace = make_workspace(tmp_path / "ws", "tasks:\n  wbc: {classes: {WBC: 1}}\n")
    lines = [
        f"  {split}: {{annotations: {data}/instances_{split}.json, images: {data}/JPEGImages, split: {split}, "
        "ignore_categories: [RBC, Platelets]}\n"
        for split in ("train", "val")
    ]
    (workspace / "registry/datasets/wbc.yaml").write_text("task: wbc\nbatches:\n" + "".join(lines))
    (workspace / "registry/autolabelers").mkdir()
    (workspace / "registry/autolabelers/wbc.yaml").write_text(STACK)
    shutil.copytree(ROOT / "autolabelers/wbc", workspace / "autolabelers/wbc")
    report = unify.calibrate("wbc", on="wbc:val", workspace=workspace, workers=1)
    cells = report.calibration.classes["WBC"]
    assert (cells.boxes, cells.pictures, report.warnings) == (87, 87, ())
    assert cells.thresholds.precision > 0.97 and cells.thresholds.recall > 0.97
    assert cells.d_ece_after < cells.d_ece_before / 3
