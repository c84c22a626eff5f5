"""One run: known by what decides its result, whole or not at all, and quiet."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.trials.on_disk import STORY, content_of, make_up
from unify.errors import DatasetError, OutputError, Problem
from unify.files import write_whole
from unify.registry.trial_objects import DetectorSettings
from unify.trials import run as run_file
from unify.trials.run import RunJob, do_run, is_done, read_run, run_identity, thinned

SETTINGS = DetectorSettings(image_hw=(48, 48), width=4, steps=3)
KNOWN = run_identity("dataset", "evaluation", SETTINGS, 0)


def make_job(folder: Path, evaluation: Path = Path("evaluation")) -> RunJob:
    return RunJob(folder / "runs/partial-0", "partial", 0, Path("dataset"), evaluation, "test", SETTINGS, KNOWN)


def test_a_run_is_known_by_all_that_decides_its_result():
    others = [
        run_identity("other", "evaluation", SETTINGS, 0),
        run_identity("dataset", "other", SETTINGS, 0),
        run_identity("dataset", "evaluation", SETTINGS, 1),
        *(
            run_identity("dataset", "evaluation", replace(SETTINGS, **{name: value}), 0)
            for name, value in {"image_hw": (48, 64), "steps": 4, "flip": False, "learning_rate": 0.02}.items()
        ),
    ]
    assert len({KNOWN, *others}) == 8
    assert run_identity("dataset", "evaluation", replace(SETTINGS), 0) == KNOWN


def test_the_recipe_is_part_of_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(run_file, "RECIPE", run_file.RECIPE + 1)
    assert run_identity("dataset", "evaluation", SETTINGS, 0) != KNOWN


def test_a_run_is_done_when_its_result_is_there_and_is_its_own(finished: Path, tmp_path: Path):
    job = make_job(tmp_path, finished / "out/datasets/evaluation")
    assert not is_done(job)
    make_up(job, lambda steps: None)
    assert is_done(job) and not is_done(replace(job, identity="other"))


def test_messages_name_a_run_by_method_and_seed(tmp_path: Path):
    assert str(make_job(tmp_path)) == "partial, seed 0"


def test_what_was_kept_is_what_is_shown(finished: Path):
    content = content_of(finished / "out")
    for facts in content["runs"]:
        job = replace(make_job(finished), folder=finished / "out/runs" / f"{facts['method']}-{facts['seed']}")
        job = replace(job, method=facts["method"], seed=facts["seed"], identity=facts["identity"])
        scores, kept = read_run(job)
        assert is_done(job) and kept == facts
        assert (scores.method, scores.seed, scores.overall) == (job.method, job.seed, facts["report"]["overall"])
        assert set(scores.resampled) == {"ap50", "ap75"} and len(scores.resampled["ap50"]) == 1000


@pytest.mark.parametrize(("count", "kept"), [(0, 0), (1, 1), (199, 199), (200, 100), (250, 125), (1000, 100)])
def test_about_a_hundred_losses_are_kept(count: int, kept: int):
    assert thinned([0.5] * count) == [0.5] * kept


def test_kept_losses_are_means_of_consecutive_ones():
    assert thinned([float(step) for step in range(200)])[:3] == [0.5, 2.5, 4.5]


Training = Callable[[RunJob, Callable[[int], None]], None]


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Callable[[Training], None]:
    """Puts something else in the place of training and evaluating."""
    return lambda work: monkeypatch.setattr(run_file, "_train_and_evaluate", work)


def test_what_libraries_say_goes_to_the_log_and_progress_where_it_always_goes(
    tmp_path: Path, training: Callable[[Training], None], capfd: pytest.CaptureFixture[str]
):
    def loud(job: RunJob, progress: Callable[[int], None]) -> None:
        os.write(2, b"native note\n")
        progress(2)
        print("from Python", file=sys.__stderr__, flush=True)
        progress(1)

    training(loud)
    assert do_run(make_job(tmp_path), lambda steps: os.write(2, b"%d steps\n" % steps)) == "partial"
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "2 steps\n1 steps\nafterwards\n"
    assert (tmp_path / "runs/partial-0/log.txt").read_text() == "native note\nfrom Python\n"


def test_a_failed_run_is_heard_outside_again(
    tmp_path: Path, training: Callable[[Training], None], capfd: pytest.CaptureFixture[str]
):
    def fail(job: RunJob, progress: Callable[[int], None]) -> None:
        raise DatasetError(Problem("dataset", "is damaged"))

    training(fail)
    descriptors = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc") else 0
    with pytest.raises(DatasetError):
        do_run(make_job(tmp_path), lambda steps: None)
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"
    assert not descriptors or len(os.listdir("/proc/self/fd")) == descriptors


def test_nothing_of_an_earlier_attempt_stays(tmp_path: Path, training: Callable[[Training], None]):
    training(lambda job, progress: write_whole(job.folder / "detector.keras", b"new"))
    job = make_job(tmp_path)
    for name in ("run.json", ".tmp-1-2", "detector.keras"):
        write_whole(job.folder / name, b"{}")
    do_run(job, lambda steps: None)
    assert sorted(path.name for path in job.folder.iterdir()) == ["detector.keras", "log.txt"]


def test_a_full_disk_is_an_error_that_names_the_folder(tmp_path: Path, training: Callable[[Training], None]):
    def full(job: RunJob, progress: Callable[[int], None]) -> None:
        raise OSError(28, "No space left on device")

    training(full)
    with pytest.raises(OutputError) as raised:
        do_run(make_job(tmp_path), lambda steps: None)
    assert str(raised.value) == (
        f"{tmp_path}/runs/partial-0: cannot be written: No space left on device\n  fix:      free space on the disk"
    )


def test_the_trial_runs_this():
    """Other tests make runs up; what is replaced there is what is tested here."""
    assert STORY.do_run is do_run
