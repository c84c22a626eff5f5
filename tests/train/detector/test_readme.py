"""The wiring in README runs as it is printed, over a few small pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

import unify
from tests.test_readme import blocks
from tests.workspaces import add_batch, add_config, two_task_workspace

pytest.importorskip("tensorflow", reason="needs the [train] extra", exc_type=ImportError)
pytest.importorskip("pycocotools", reason="needs the [train] extra")

(WIRING,) = (text for text in blocks("python") if "Detector.for_dataset" in text)


def test_it_fits_on_a_page():
    assert len(WIRING.splitlines()) < 30


@pytest.mark.filterwarnings("ignore:Even though the `tf.config:UserWarning")
@pytest.mark.filterwarnings("ignore:`shuffle=True` was passed:UserWarning")  # Keras 3.15 says so of every dataset
@pytest.mark.usefixtures("eagerly")
def test_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    workspace = two_task_workspace(tmp_path / "w", pictures=6)
    for ref, category in (("vehicle:b2", "car"), ("pedestrian:b2", "pedestrian")):
        add_batch(workspace, ref, {"held out": [(category, (4, 4, 20, 16))]}, [category], split="val")
    add_config(workspace, ["vehicle:all", "pedestrian:all"], output="unified/adas-v7")
    monkeypatch.chdir(workspace)
    unify.compile("mix")
    small = WIRING.replace("(192, 320)", "(32, 48)").replace("epochs=12", "epochs=2, verbose=0")
    exec(compile(small, "README.md", "exec"), {"unify": unify})
    assert (workspace / "detector.keras").is_file()
    assert "ap" in capsys.readouterr().out
