"""``unify trial`` as a person gives it: killed, interrupted, resumed, asked again; two detectors are really trained."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.executors.waiting import wait_until
from tests.trials.on_disk import SCENARIO, STORY, content_of, files_of_trial, make_up, run, write_config
from unify.train.evaluate import evaluate
from unify.trials.run import RunJob

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow, pytest.mark.timeout(900)]

CONFIG = SCENARIO.replace("train: 12, validation: 3, test: 6", "train: 40, validation: 3, test: 20").replace(
    "seeds: 3", "seeds: [1, 2, 0]"
)
COMMAND = [sys.executable, "-m", "unify", "trial", "configs/trials/t.yaml", "--output", "out", "--workers", "2"]
STAGE = r"(drawing|reading|writing|training \d of 6 runs)\b"
PROGRESS = re.compile(STAGE + r".*  [\d,]+ of [\d,]+ (pictures|steps)(  [\d.,]+/s)?(  .* left)?")
PATIENCE = 300.0  # seconds, on a busy machine; it takes a few


class Seed0(Exception):
    """What is to be trained by the command itself."""


def all_but_seed_0(job: RunJob, progress: Callable[[int], None]) -> str:
    if job.seed == 0:
        raise Seed0
    return make_up(job, progress)


@dataclass(frozen=True)
class Ended:
    """A command that came to its end, and so did every process that held its output: its workers."""

    status: int
    stdout: str
    stderr: str


def stopped(folder: Path, stop: Callable[[subprocess.Popen], None]) -> Ended:
    """The command, stopped when both workers are at work."""
    shutil.rmtree(folder / "out/runs", ignore_errors=True)
    process = subprocess.Popen(
        COMMAND, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        wait_until(lambda: len(list(folder.glob("out/runs/*/log.txt"))) == 2, PATIENCE)
        stop(process)
        stdout, stderr = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    return Ended(process.returncode, stdout, stderr)


def asked(folder: Path, *options: str) -> Ended:
    done = subprocess.run([*COMMAND, *options], cwd=folder, capture_output=True, text=True, timeout=PATIENCE)
    return Ended(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Story:
    """What happened, in this order."""

    folder: Path
    killed: Ended
    interrupted: Ended
    results_so_far: list[str]
    resumed: Ended
    files: dict[str, bytes]
    again: Ended

    @property
    def out(self) -> Path:
        return self.folder / "out"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("story")
    write_config(folder, CONFIG)
    killed = stopped(folder, lambda process: process.kill())
    interrupted = stopped(folder, interrupt_as_a_terminal_does)
    results = [path.name for path in folder.glob("out/runs/*/run.json")]
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Seed0):
        patch.chdir(folder)
        patch.setattr(STORY, "do_run", all_but_seed_0)
        run(folder, CONFIG)
    resumed = asked(folder)
    files = files_of_trial(folder / "out")
    return Story(folder, killed, interrupted, results, resumed, files, asked(folder, "--json"))


def interrupt_as_a_terminal_does(process: subprocess.Popen) -> None:
    os.killpg(process.pid, signal.SIGINT)


def test_a_killed_trial_leaves_no_worker_and_can_be_given_again(story: Story):
    assert story.killed.status == -signal.SIGKILL


def test_ctrl_c_says_how_to_go_on(story: Story):
    assert (story.interrupted.status, story.interrupted.stdout) == (130, "")
    *progress, empty, last = story.interrupted.stderr.splitlines()
    assert (empty, last) == ("", "interrupted; the same command resumes")
    assert all(PROGRESS.fullmatch(line) for line in progress)
    assert story.results_so_far == []


def test_the_terminal_shows_progress_and_the_table_and_nothing_else(story: Story):
    assert story.resumed.status == 0
    strange = [line for line in story.resumed.stderr.splitlines() if not PROGRESS.fullmatch(line)]
    assert strange == []
    assert story.resumed.stdout == (story.out / "trial.txt").read_text() + "\nwritten to out\n"
    assert story.resumed.stdout.startswith("mean in % ± half of the 95 % t-interval, 3 seeds a method;")


def test_the_page_shows_scores_losses_and_intervals(story: Story):
    page = story.files["trial.html"].decode()
    assert "<h1>t</h1>" in page
    for title in ("Scores", "F1", "95 % interval", "Training losses"):
        assert title in page


def test_what_was_missing_was_trained_and_scored(story: Story):
    content = content_of(story.out)
    trained = {(each["method"], each["seed"]): each for each in content["runs"] if "versions" in each}
    assert sorted(trained) == [("naive", 0), ("partial", 0)]
    for each in trained.values():
        assert (each["dataset"], each["evaluation"]) == (content["datasets"][each["method"]], content["evaluation"])
        assert len(each["losses"]) == 4 and min(each["losses"]) > 0
        assert each["report"]["pictures"] == 20 and each["report"]["overall"]["ap50"] >= 0
        assert list(each["report"]["classes"]) == ["zero", "one", "two", "three", "four", "five"]
    assert trained["naive", 0]["losses"] != trained["partial", 0]["losses"]


def test_everything_about_a_run_is_kept(story: Story):
    for method in ("naive", "partial"):
        folder = story.out / "runs" / f"{method}-0"
        kept = {path.name for path in folder.iterdir()}
        assert kept == {"detector.keras", "detections.json", "log.txt", "resampled.npz", "run.json"}
        report = json.loads((folder / "run.json").read_text())["report"]
        again = evaluate(story.out / "datasets/evaluation", folder / "detections.json", split="test").summary()
        assert again["detections"] == report["detections"] > 0
        assert again["overall"]["ap50"] == pytest.approx(report["overall"]["ap50"], abs=0.01)


def test_given_again_it_changes_nothing_and_answers_in_json(story: Story):
    assert (story.again.status, story.again.stderr) == (0, "")
    assert json.loads(story.again.stdout) == {"output": str(story.out), **content_of(story.out)}
    assert files_of_trial(story.out) == story.files
