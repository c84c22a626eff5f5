"""What travels to workers."""

from __future__ import annotations

import pickle
from pathlib import Path

from tests.inference.painted import IMAGE_HW, painted_workspace, with_labelers
from unify.compiler import plan
from unify.inference.autolabeling import open_autolabeling
from unify.inference.chunk import make_chunks
from unify.registry.load import load_registry


def test_paths_travel_and_pixels_do_not(tmp_path: Path):
    workspace = painted_workspace(tmp_path / "ws", pictures=20)
    with_labelers(workspace)
    machines = open_autolabeling(plan("mix", workspace=workspace), load_registry(workspace))
    (chunk,) = make_chunks(machines.questions(), machines.pictures, machines.cache, str(tmp_path), "stop")
    assert len(chunk.files) == 40
    pixels = 40 * IMAGE_HW[0] * IMAGE_HW[1] * 3
    assert len(pickle.dumps(chunk)) < pixels / 10
    assert pickle.loads(pickle.dumps(chunk)).files.paths == chunk.files.paths
