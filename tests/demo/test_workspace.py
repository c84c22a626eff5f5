"""The demo's workspace is made whole, found again, and never takes the place of anything."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import unify.demo.workspace as workspace
from tests.workspaces import files_of
from unify.demo.workspace import open_workspace
from unify.errors import OutputError
from unify.progress import Silent
from unify.scenarios.drawing import Drawn


class Painter:
    """A car on gray; every picture another gray."""

    suffix = ".jpg"

    def __init__(self, image_hw: tuple[int, int]) -> None:
        pass

    def __call__(self, number: int) -> Drawn:
        boxes = np.array([[1, 2, 20.25, 30]], np.float32)
        return Drawn(np.full((40, 60, 3), number, np.uint8), boxes, ("car",))


@pytest.fixture(autouse=True)
def quickly_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "ScenePainter", Painter)
    monkeypatch.setattr(workspace, "default_workers", lambda: 1)


def open_small(folder: Path, num_pictures: int = 8) -> workspace.DemoWorkspace:
    return open_workspace(folder, num_pictures, Silent())


def test_it_is_made_once_and_found_the_same(tmp_path: Path):
    made = open_small(tmp_path / "d")
    before = files_of(made.folder)
    again = open_small(tmp_path / "d")
    assert (made.found, again.found) == (False, True)
    assert files_of(made.folder) == before
    assert [cut.ref for cut in again.cuts] == [cut.ref for cut in made.cuts]
    assert [truth.file_name for truth in again.truths] == [f"scene_{number:04d}.jpg" for number in range(8)]
    assert again.truths[0].boxes_xyxy.tolist() == [[1, 2, 20.25, 30]] and again.truths[0].class_names == ("car",)


def test_interrupted_it_leaves_nothing_and_the_next_makes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(workspace, "_register", interrupted)
        with pytest.raises(KeyboardInterrupt):
            open_small(tmp_path / "d")
    assert not (tmp_path / "d").exists()
    assert not open_small(tmp_path / "d").found


def test_an_empty_folder_will_do(tmp_path: Path):
    (tmp_path / "d").mkdir()
    assert open_small(tmp_path / "d").folder == tmp_path / "d"


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(OutputError) as caught:
        open_small(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: the folder is not empty, and holds no demo\n  fix:      name a new folder, or remove this one"
    )
    assert files_of(tmp_path) == {"thesis.txt": b"precious"}


def test_a_demo_of_another_size_is_left_alone(tmp_path: Path):
    open_small(tmp_path / "d", 8)
    with pytest.raises(OutputError) as caught:
        open_small(tmp_path / "d", 10)
    assert str(caught.value) == (
        f"{tmp_path}/d: the folder holds a demo of 8 pictures, not 10\n"
        "  fix:      name a new folder, or give --pictures 8"
    )


def test_the_folder_that_a_shell_stands_in_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="is the current folder"):
        open_small(Path("."))
    assert list(tmp_path.iterdir()) == []


def test_a_config_that_a_person_edited_stays(tmp_path: Path):
    made = open_small(tmp_path / "d")
    path = made.config("hard")
    assert path.read_text().splitlines()[2:5] == [
        "name: hard",
        "method: hard",
        'datasets: ["vehicle:[b1,b2,val]", "pedestrian:[b1,val]", "signal:[b1,val]"]',
    ]
    path.write_text("name: mine\n")
    assert made.config("hard") == path and path.read_text() == "name: mine\n"
