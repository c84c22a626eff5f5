"""One trial that many tests look at, or copy and go on from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trials.on_disk import made_up, run


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
