"""A trial as a whole: what it writes, what it never does twice, and what must be there before any work is done."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import unify.scenarios.make as make
from tests.trials.on_disk import RUNS, SCENARIO, STORY, TWO_TASKS, content_of, files_of_trial, make_up, refused, run
from tests.workspaces import files_of
from unify.errors import UnifyError
from unify.records.manifest import read_manifest

FULL = SCENARIO.replace("[naive, partial]", "[partial, full, naive]")
DIGITS = ("zero", "one", "two", "three", "four", "five")


class TestWhatItWrites:
    def test_every_method_is_run_with_every_seed_and_shown(self, finished: Path):
        content = content_of(finished / "out")
        assert (content["format"], content["version"], content["name"]) == ("unify-trial", 1, "t")
        assert (content["methods"], content["classes"]) == (["naive", "partial"], list(DIGITS))
        runs = [(each["method"], each["seed"]) for each in content["runs"]]
        assert runs == [(method, seed) for method in ("naive", "partial") for seed in (0, 1, 2)]
        scores = content["scores"]["partial"]
        assert (scores["seeds"], scores["overall"]["ap50"]["values"]) == ([0, 1, 2], [0.5, 0.51, 0.52])
        (contrast,) = content["contrasts"]["overall"]["f1"]
        assert (contrast["better"], contrast["worse"], contrast["mean"], contrast["shown"]) == (
            "partial",
            "naive",
            0.3,
            True,
        )

    def test_it_says_what_was_asked_and_what_was_read(self, finished: Path):
        content = content_of(finished / "out")
        assert content["request"]["detector"]["steps"] == 4
        assert content["request"]["scenario"]["kind"] == "digits" and content["request"]["scenario"]["train"] == 12
        manifests = {path.name: read_manifest(path) for path in (finished / "out/datasets").glob("[a-z]*")}
        assert content["evaluation"] == manifests.pop("evaluation")["digest"]
        assert content["datasets"] == {method: manifest["digest"] for method, manifest in manifests.items()}

    def test_how_far_people_labeled_a_class_is_told_by_method(self, finished: Path):
        scores = content_of(finished / "out")["scores"]
        shares = {method: {of["labeled_share"] for of in scores[method]["classes"].values()} for method in scores}
        assert shares == {"naive": {1.0}, "partial": {round(4 / 12, 6)}}
        assert {of["auto_label_ratio"] for of in scores["partial"]["classes"].values()} == {0.0}

    def test_the_report_is_what_is_written(self, folder: Path, ran: list[str], no_plot: None):
        report = run(folder)
        out = folder / "out"
        assert report.summary() == {"output": str(out), **content_of(out)}
        assert (out / "trial.txt").read_text() == "".join(f"{line}\n" for line in report.lines())

    def test_nothing_in_it_says_where_it_was_made(self, finished: Path):
        texts = [path.read_text() for path in (finished / "out").rglob("*") if path.suffix in (".json", ".txt", ".svg")]
        assert len(texts) > 10 and not any(str(finished) in text for text in texts)

    def test_progress_is_told_in_steps_of_all_runs_that_are_missing(self, folder: Path, ran: list[str], no_plot: None):
        shutil.rmtree(folder / "out/runs/naive-1")
        stages: list[tuple[str, int | None, str]] = []
        steps: list[int] = []

        class Listener:
            def stage(self, what: str, total: int | None = None, unit: str = "pictures") -> Callable[[int], None]:
                stages.append((what, total, unit))
                return steps.append if unit == "steps" else lambda count: None

        run(folder, progress=Listener())
        assert stages[-1] == ("training 1 of 6 runs", 4, "steps") and sum(steps) == 4


@pytest.mark.usefixtures("no_plot")
class TestWhatIsDoneIsNotDoneAgain:
    def test_a_second_call_trains_nothing_and_writes_the_same_bytes(self, finished: Path, folder: Path, ran: list[str]):
        with pytest.MonkeyPatch.context() as patch:
            patch.delattr(make, "_make")  # nor are pictures made
            run(folder, workers=2)
        assert ran == [] and files_of_trial(folder / "out") == files_of_trial(finished / "out")

    def test_more_seeds_add_their_runs(self, finished: Path, folder: Path, ran: list[str]):
        report = run(folder, seeds=4)
        assert ran == ["naive, seed 3", "partial, seed 3"]
        assert report.content["scores"]["naive"]["seeds"] == [0, 1, 2, 3]
        assert_kept(finished, folder)

    def test_more_methods_add_their_runs_whatever_their_order(self, finished: Path, folder: Path, ran: list[str]):
        report = run(folder, FULL)
        assert ran == ["full, seed 0", "full, seed 1", "full, seed 2"]
        assert report.content["methods"] == ["partial", "full", "naive"]
        labeled = report.content["scores"]["full"]["classes"]["two"]["labeled_share"]
        assert labeled == 1.0 and report.warnings == ()
        assert_kept(finished, folder)

    def test_fewer_methods_take_nothing_away(self, finished: Path, folder: Path, ran: list[str]):
        assert run(folder, methods=["partial"]).content["methods"] == ["partial"]
        assert ran == []
        assert_kept(finished, folder)

    @pytest.mark.parametrize("content", [None, b"", b"[]", b"{}", b'{"identity": "of something else"}'])
    def test_a_run_that_did_not_come_to_its_end_is_done_again(
        self, content: bytes | None, finished: Path, folder: Path, ran: list[str]
    ):
        left = folder / "out/runs/partial-2"
        (left / "run.json").unlink() if content is None else (left / "run.json").write_bytes(content)
        (left / ".tmp-123-0").write_text("half a file")
        run(folder)
        assert ran == ["partial, seed 2"] and files_of_trial(folder / "out") == files_of_trial(finished / "out")

    def test_a_run_that_fails_leaves_the_others_as_they_are(
        self, folder: Path, ran: list[str], monkeypatch: pytest.MonkeyPatch
    ):
        def fail_on_seed_1(job: Any, progress: Callable[[int], None]) -> str:
            if job.seed == 1:
                raise KeyboardInterrupt
            return make_up(job, progress)

        shutil.rmtree(folder / "out")
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(STORY, "do_run", fail_on_seed_1)
            run(folder)
        assert not (folder / "out/trial.json").exists()
        assert run(folder).content["scores"]["partial"]["overall"]["ap"]["n"] == 3
        assert ran == RUNS[2:]


def assert_kept(finished: Path, folder: Path) -> None:
    """All runs are there, byte for byte."""
    before, now = files_of(finished / "out/runs"), files_of(folder / "out/runs")
    assert len(before) == 12 and before.items() <= now.items()


class TestBeforeAnyWork:
    @pytest.mark.parametrize("name", ["tensorflow", "pycocotools", "scipy", "matplotlib", "sklearn"])
    def test_a_library_that_is_missing_is_named(self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(tmp_path)
        hide(monkeypatch, name)
        assert refused(tmp_path, SCENARIO, UnifyError) == (
            f"unify trial: not installed: {name}\n  fix:      pip install 'unify-detection[train]'"
        )
        assert [path.name for path in tmp_path.iterdir()] == ["configs"]

    @pytest.mark.parametrize("methods", [["naive", "partial"], ["naive", "soft"]], ids=str)
    def test_scenes_need_scikit_learn_where_specialists_are_calibrated(
        self, methods: list[str], tmp_path: Path, ran: list[str], no_plot: None, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.chdir(tmp_path)
        hide(monkeypatch, "sklearn")
        scenes = "{kind: driving, tasks: {vehicle: [car]}, train: 1, validation: 1, test: 1, image_hw: [48, 64]}"
        text = SCENARIO.replace("{kind: digits, tasks: 3, train: 12, validation: 3, test: 6}", scenes)
        if "soft" in methods:
            assert refused(tmp_path, text, UnifyError, methods=methods).startswith(
                "unify trial: not installed: sklearn\n"
            )
            assert [path.name for path in tmp_path.iterdir()] == ["configs"]
        else:
            assert run(tmp_path, text, methods=methods).content["methods"] == methods

    def test_only_digits_need_scikit_learn(
        self,
        tmp_path: Path,
        two_tasks: Callable[..., Path],
        ran: list[str],
        no_plot: None,
        monkeypatch: pytest.MonkeyPatch,
    ):
        hide(monkeypatch, "sklearn")
        assert run(tmp_path, TWO_TASKS, workspace=two_tasks()).content["methods"] == ["naive", "partial"]

    def test_a_wrong_config_writes_nothing(self, tmp_path: Path, two_tasks: Callable[..., Path]):
        workspace = two_tasks()
        text = TWO_TASKS.replace("vehicle:test", "vehicle:tset").replace("seeds: 3", "seeds: 2")
        assert "2 problems in " in refused(tmp_path, text, UnifyError, workspace=workspace)
        assert not (tmp_path / "out").exists() and not (workspace / ".unify").exists()


def hide(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The library is not to be found."""
    find_spec = importlib.util.find_spec
    seen = lambda module, *rest: None if module == name else find_spec(module, *rest)  # noqa: E731
    monkeypatch.setattr("unify.trials.requirements.find_spec", seen)


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_on_a_cluster_it_gives_the_same(finished: Path, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(STORY, "do_run", make_up)
    shutil.rmtree(folder / "out/runs")
    shutil.rmtree(folder / "out/datasets")
    run(folder, executor="ray", workers=2)
    assert files_of_trial(folder / "out") == files_of_trial(finished / "out")
