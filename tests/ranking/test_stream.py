"""Pictures that arrive in batches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.ranking.remembered import add_versions, digest, remember
from tests.workspaces import add_batch, add_config, make_workspace
from unify.errors import OutputError, UnifyError
from unify.ranking import stream as module
from unify.ranking.settings import RankSettings
from unify.ranking.stream import Sample, stream

BOX = (4.0, 4.0, 24.0, 20.0)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Two batches of ten pictures, the second with the less sure answers."""
    folder = make_workspace(tmp_path / "ws")
    add_versions(folder, "vehicle", ["car"], "v1")
    for number, batch in enumerate(("b1", "b2")):
        words = [f"{batch}-{at}" for at in range(10)]
        add_batch(
            folder, f"pedestrian:{batch}", {word: [("pedestrian", (1, 1, 5, 9))] for word in words}, ["pedestrian"]
        )
        add_config(folder, [f"pedestrian:{batch}"], name=batch)
        scores = {word: 0.99 - 0.02 * at - 0.2 * number for at, word in enumerate(words)}
        remember(folder, "vehicle:v1", {word: [(BOX, "car", score)] for word, score in scores.items()})
    return folder


def asked(workspace: Path, name: str, state: Path, share: float = 0.2, **options) -> set[str]:
    return {query.picture for query in stream(name, state=state, share=share, workspace=workspace, **options).queries}


def test_a_batch_is_judged_against_all_that_came_before(workspace: Path, tmp_path: Path):
    state = tmp_path / "state.npz"
    assert asked(workspace, "b1", state) == {digest("b1-9"), digest("b1-8")}
    assert asked(workspace, "b2", state) == {digest(f"b2-{at}") for at in (6, 7, 8, 9)}  # a fifth of all twenty


def test_a_batch_that_comes_twice_changes_nothing(workspace: Path, tmp_path: Path):
    state = tmp_path / "state.npz"
    first = asked(workspace, "b1", state)
    kept = state.read_bytes()
    assert asked(workspace, "b1", state) == first
    assert state.read_bytes() == kept


def test_the_order_of_batches_does_not_change_the_sample(workspace: Path, tmp_path: Path):
    one, two = tmp_path / "one.npz", tmp_path / "two.npz"
    for state, order in ((one, ("b1", "b2")), (two, ("b2", "b1"))):
        for name in order:
            asked(workspace, name, state)
    assert one.read_bytes() == two.read_bytes()


def test_a_sample_is_cut(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "SAMPLE", 3)
    keys = np.array([b"e", b"a", b"d", b"c"], "S32")
    sample = Sample(keys[:0], np.zeros((0, 1), np.float32)).with_more(keys, np.arange(4.0)[:, None])
    assert sample.sha256.tolist() == [b"a", b"c", b"d"] and sample.values[:, 0].tolist() == [1, 3, 2]


def test_a_state_of_other_measures_is_refused(workspace: Path, tmp_path: Path):
    state = tmp_path / "state.npz"
    asked(workspace, "b1", state)
    with pytest.raises(OutputError, match="was made with other tasks, measures or auto-labelers"):
        asked(workspace, "b2", state, settings=RankSettings(measures={"entropy": 1}))


def test_a_strangers_file_is_refused(workspace: Path, tmp_path: Path):
    state = tmp_path / "state.npz"
    state.write_bytes(b"not mine")
    with pytest.raises(OutputError, match="is no state of a stream"):
        asked(workspace, "b1", state)
    assert state.read_bytes() == b"not mine"


def test_a_share_is_a_part(workspace: Path, tmp_path: Path):
    with pytest.raises(UnifyError, match="share: is out of range"):
        asked(workspace, "b1", tmp_path / "state.npz", share=1.0)
