"""The last step of a round: a trial over what people were asked for, really trained, if hardly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import unify
from tests.inference.painted import add_painted_batch, street
from tests.looping.workspaces import loop_workspace, write_loop
from unify.looping.loop import LoopReport
from unify.looping.state import Step
from unify.looping.told import report_lines

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow, pytest.mark.timeout(900)]

TRIAL = """\
name: t
datasets: ["pedestrian:b1"]
evaluation: ["pedestrian:test", "vehicle:test"]
methods: [partial]
seeds: 3
detector: {image_hw: [48, 64], width: 4, steps: 2, batch_size: 2}
"""


def go(workspace: Path) -> LoopReport:
    return unify.loop("loops/night", auto=True, workspace=workspace, workers=1)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = loop_workspace(tmp_path_factory.mktemp("trial") / "ws")
    unseen = {f"t{number}": street(number) for number in range(10, 13)}
    for ref, classes in (("pedestrian:test", ["pedestrian", "cyclist"]), ("vehicle:test", ["car", "truck"])):
        add_painted_batch(workspace, ref, unseen, classes, split="test")
    (workspace / "configs/trials").mkdir()
    (workspace / "configs/trials/t.yaml").write_text(TRIAL)
    write_loop(workspace, trial="trials/t")
    return workspace


@pytest.fixture(scope="module")
def report(workspace: Path) -> LoopReport:
    return go(workspace)


def test_a_round_with_a_trial_ends_with_its_scores(workspace: Path, report: LoopReport):
    done = report.done[-1]
    assert (done.step, report.next.number, report.next_step) == (Step.TRIAL, 2, Step.RANK)
    written = json.loads((workspace / "loops/night/round-1/trial/trial.json").read_bytes())["scores"]["partial"]
    means = {name: written["overall"][name]["mean"] for name in ("f1", "ap50")}
    assert done.found["scores"] == {"partial": means} and all(0 <= value <= 1 for value in means.values())
    assert f"round 1, trial: partial F1 {100 * means['f1']:.1f}" in list(report_lines(report, "again", str))


def test_the_trial_selects_what_came_back_and_keeps_the_persons_own(workspace: Path, report: LoopReport):
    grown = (workspace / "loops/night/round-1/trial.yaml").read_text()
    assert 'datasets: ["pedestrian:b1", "vehicle:night-r1"]' in grown
    assert (workspace / "configs/trials/t.yaml").read_text() == TRIAL


def test_repeated_it_trains_nothing_again(workspace: Path, report: LoopReport):
    state = workspace / "loops/night/loop.json"
    noted = json.loads(state.read_bytes())
    runs = workspace / "loops/night/round-1/trial/runs"
    trained = {path: path.stat().st_mtime_ns for path in runs.rglob("*.keras")}
    del noted["rounds"][0]["trial"]
    state.write_text(json.dumps(noted))
    (done,) = unify.loop("loops/night", workspace=workspace, workers=1).done
    assert (done.step, done.found) == (Step.TRIAL, report.done[-1].found)
    assert trained and all(path.stat().st_mtime_ns == before for path, before in trained.items())
