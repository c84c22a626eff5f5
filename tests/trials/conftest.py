"""One trial that many tests look at, or copy and go on from."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.trials.on_disk import BOX, STORY, made_up, run
from tests.workspaces import add_batch, make_workspace


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a config and, in ``out``, its trial; not to be changed."""
    folder = tmp_path_factory.mktemp("finished")
    with made_up(), pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)  # outside of any workspace
        run(folder)
    return folder


@pytest.fixture
def folder(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that, to be changed, and to be in."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ran() -> Iterator[list[str]]:
    """The runs that were done; none trains anything."""
    with made_up() as names:
        yield names


@pytest.fixture
def no_plot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing is what takes longest where no detector is trained."""
    monkeypatch.setattr(STORY, "draw_plot", lambda content, path: None)


@pytest.fixture
def two_tasks(tmp_path: Path) -> Callable[..., Path]:
    """Makes a workspace of two tasks over words of pictures: those to train on, and those to evaluate on."""

    def workspace(vehicle: str = "xyz", pedestrian: str = "xyz") -> Path:
        folder = make_workspace(tmp_path / "ws")
        cars, people = ("car", "truck"), ("pedestrian", "cyclist")
        add_batch(folder, "vehicle:b1", {word: [("car", BOX)] for word in "abc"}, cars)
        add_batch(folder, "vehicle:test", {word: [("car", BOX)] for word in vehicle}, cars, split="test")
        add_batch(folder, "pedestrian:b1", {word: [("cyclist", BOX)] for word in "def"}, people)
        add_batch(folder, "pedestrian:test", {word: [("cyclist", BOX)] for word in pedestrian}, people, split="test")
        return folder

    return workspace
