"""A whole simulation on drawn digits, with a detector that is made up."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

import unify
from tests.simulating.made_up import SETTINGS, made_up
from unify.errors import OutputError, UnifyError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(find_spec(name) is None for name in ("sklearn", "scipy", "matplotlib", "pycocotools", "tensorflow")),
        reason="what a training needs is not installed",
    ),
]

STRATEGIES = ["random", "entropy-sum", "ours"]


def simulate(folder: Path, strategies=STRATEGIES):
    config = folder / "tiny.yaml"
    config.write_text(SETTINGS)
    with made_up():
        return unify.simulate(config, strategies=strategies, output=folder / "out", workers=1)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("simulated")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)  # outside of any workspace
        return simulate(folder)


def test_every_strategy_spends_the_same_budget_round_by_round(finished):
    for name in STRATEGIES:
        for points in finished.content["points"][name].values():
            costs = [each["cost"] for each in points]
            assert costs[0] == 0 and len(costs) == 2
            for before, after in zip(costs, costs[1:]):
                assert 9 <= after - before < 10 + 5 * 3 + 3, name  # the last question may cost a little more
            assert all(each["cost"] == each["boxes"] + each["questions"] for each in points)


def test_all_start_from_the_same_and_learn_more_with_more_boxes(finished):
    for seed in ("0", "1", "2"):
        starts = [finished.content["points"][name][seed][0]["f1"] for name in STRATEGIES]
        assert len(set(starts)) == 1
        assert finished.content["points"]["random"][seed][-1]["f1"] >= starts[0]


def test_no_pair_is_asked_twice(finished):
    """18 pictures for three tasks, less two a task that were labeled before."""
    for name in STRATEGIES:
        for points in finished.content["points"][name].values():
            assert points[-1]["questions"] <= 18 * 3 - 3 * 2
            assert points[-1]["questions"] == sum(sum(each.get("asked", {}).values()) for each in points)


def test_no_strategy_is_helped_by_labels_that_it_did_not_ask_for(finished):
    """A detector is measured by the answers to what was asked of it, which it had not learned from."""
    for seed in (0, 1, 2):
        workspace = finished.output / f"work/seed-{seed}/ours"
        registry = workspace / "registry"
        assert not [path for path in registry.rglob("*.yaml") if "validation" in path.read_text()]
        measured = json.loads((workspace / "autolabelers/detector/v0/calibration.json").read_bytes())
        asked = [batch.partition(":")[2] for batch in measured["batches"]]
        assert asked and all(batch.startswith("r1-") for batch in asked)


def test_the_files_say_what_the_report_says(finished):
    content = json.loads((finished.output / "simulation.json").read_bytes())
    assert content == finished.content and set(content["strategies"]) == set(STRATEGIES)
    assert (finished.output / "simulation.txt").read_text().splitlines() == list(finished.lines())
    assert (finished.output / "simulation.svg").read_text().startswith("<?xml")


def test_what_is_finished_is_not_done_again_and_a_strategy_may_be_added(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = simulate(tmp_path, ["random"])
    paths = {path: path.read_bytes() for path in (first.output / "paths").iterdir()}
    for path in paths:
        path.touch()
    stamps = {path: path.stat().st_mtime_ns for path in paths}
    second = simulate(tmp_path, ["random", "random-pairs"])
    assert {path: path.stat().st_mtime_ns for path in paths} == stamps
    assert second.content["points"]["random"] == first.content["points"]["random"]
    assert len(list((first.output / "paths").iterdir())) == 3 * 3


def test_an_unknown_strategy_is_refused_before_any_work(tmp_path: Path):
    with pytest.raises(UnifyError, match="entropi"):
        simulate(tmp_path, ["entropi"])
    assert not (tmp_path / "out").exists()


def test_a_folder_of_something_else_is_refused(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds something that is no simulation"):
        simulate(tmp_path, ["random"])
