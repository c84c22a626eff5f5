"""A trial as a whole: what it writes, what it never does twice, and what it refuses before any work is done."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

import unify.scenarios.make as make
from tests.scenarios.test_cut import make_source
from tests.trials.on_disk import RUNS, SCENARIO, STORY, content_of, files_of_trial, make_up, run
from tests.workspaces import add_batch, files_of, make_workspace, picture_bytes
from unify.checking import check
from unify.errors import OutputError, PlanError, UnifyError
from unify.records.manifest import read_manifest

FULL = SCENARIO.replace("[naive, partial]", "[partial, full, naive]")
MORE_STEPS = SCENARIO.replace("steps: 4", "steps: 5").replace("tasks: 3", "tasks: 2")
TASKS = ("zero_to_one", "two_to_three", "four_to_five")
DIGITS = ("zero", "one", "two", "three", "four", "five")
BOX = (4.0, 4.0, 20.0, 16.0)


def selected(batch: str) -> str:
    return json.dumps([f"{task}:{batch}" for task in TASKS])


REGISTERED = f"""\
name: t
datasets: {selected("train")}
withheld: {selected("withheld")}
evaluation: {selected("test")}
methods: [naive, partial]
seeds: 3
detector: {{image_hw: [48, 48], width: 4, steps: 4, batch_size: 4}}
"""
TWO_TASKS = """\
name: t
datasets: ["vehicle:b1", "pedestrian:b1"]
evaluation: ["vehicle:test", "pedestrian:test"]
seeds: 3
detector: {image_hw: [48, 64], width: 4, steps: 4, batch_size: 4}
"""


def refused(folder: Path, text: str = SCENARIO, error: type[UnifyError] = OutputError, **options: Any) -> str:
    with pytest.raises(error) as raised:
        run(folder, text, **options)
    return str(raised.value)


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

    def test_killed_before_it_had_a_run_it_may_be_given_other_settings(self, folder: Path, ran: list[str]):
        shutil.rmtree(folder / "out/runs")
        (folder / "out/runs/naive-0").mkdir(parents=True)
        assert run(folder, MORE_STEPS).content["request"]["detector"]["steps"] == 5

    def test_killed_while_it_claimed_its_folder_it_begins_anew(self, folder: Path, ran: list[str]):
        shutil.rmtree(folder / "out")
        (folder / "out").mkdir()
        (folder / "out/.tmp-123-0").write_text("half a file")
        run(folder)
        assert ran == RUNS


def assert_kept(finished: Path, folder: Path) -> None:
    """All runs are there, byte for byte."""
    before, now = files_of(finished / "out/runs"), files_of(folder / "out/runs")
    assert len(before) == 12 and before.items() <= now.items()


@pytest.mark.usefixtures("no_plot")
class TestOtherSettings:
    def test_they_are_refused_and_named(self, folder: Path, ran: list[str]):
        before = files_of(folder / "out")
        text = SCENARIO.replace("steps: 4", "steps: 5").replace("train: 12", "train: 13")
        assert refused(folder, text) == (
            f"{folder}/out: the output folder holds a trial of other settings\n"
            "  got:      another detector.steps, scenario.train\n"
            "  fix:      choose another --output, or pass --overwrite, which keeps the runs that are still right"
        )
        assert refused(folder, SCENARIO.replace("{kind: digits, tasks: 3, train: 12, test: 6}", "{kind: digits}"))
        assert ran == [] and files_of(folder / "out") == before

    def test_overwriting_does_all_runs_again_that_they_touch(self, folder: Path, ran: list[str]):
        assert run(folder, MORE_STEPS, overwrite=True).content["classes"] == list(DIGITS)
        assert ran == RUNS
        run(folder, MORE_STEPS)
        assert ran == RUNS

    def test_overwriting_keeps_the_runs_that_they_do_not_touch(self, folder: Path, ran: list[str]):
        """What is withheld, only ``full`` sees."""
        text = REGISTERED.replace("[naive, partial]", "[naive, full]")
        run(folder, text, workspace=folder / "out/workspace", output=folder / "own")
        ran.clear()
        fewer = text.replace(selected("withheld"), '["zero_to_one:withheld"]')
        options = {"workspace": folder / "out/workspace", "output": folder / "own"}
        assert "got:      another withheld\n" in refused(folder, fewer, **options)
        run(folder, fewer, overwrite=True, **options)
        assert ran == [f"full, seed {seed}" for seed in range(3)]

    def test_another_name_is_no_other_setting(self, folder: Path, ran: list[str]):
        assert run(folder, SCENARIO.replace("name: t", "name: other")).content["name"] == "other"
        assert ran == []

    def test_inputs_that_changed_under_it_are_refused(
        self, folder: Path, two_tasks: Callable[..., Path], ran: list[str]
    ):
        workspace = two_tasks()
        run(folder, TWO_TASKS, workspace=workspace, output=folder / "own")
        labels = json.loads((workspace / "data/pedestrian/b1.json").read_text())
        (workspace / "data/pedestrian/b1.json").write_text(json.dumps(labels | {"annotations": []}))
        check(workspace, relock=["pedestrian:b1"])
        ran.clear()
        assert refused(folder, TWO_TASKS, workspace=workspace, output=folder / "own") == (
            f"{folder}/own/datasets/naive: the output exists already\n"
            "  fix:      choose another --output, or pass --overwrite to replace a unified dataset"
        )
        assert ran == []
        run(folder, TWO_TASKS, workspace=workspace, output=folder / "own", overwrite=True)
        assert ran == RUNS


class TestWhoseFolder:
    @pytest.mark.parametrize("name", ["mine.txt", "request.json", "trial.json"])
    @pytest.mark.parametrize(
        "content", ["", "3", "[]", '{"format": "mine", "request": {}}', '{"format": "unify-trial"}']
    )
    def test_one_that_is_no_trial_is_refused_and_left_alone(
        self, name: str, content: str, tmp_path: Path, ran: list[str]
    ):
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / name).write_text(content)
        for overwrite in (False, True):
            assert refused(tmp_path, overwrite=overwrite) == (
                f"{tmp_path}/out: the output holds something that is no trial\n"
                "  fix:      choose another --output, or move this one away"
            )
        assert files_of(tmp_path / "out") == {name: content.encode()}

    def test_nor_is_a_file_one(self, tmp_path: Path, ran: list[str]):
        (tmp_path / "out").write_text("mine")
        assert "holds something that is no trial" in refused(tmp_path)
        assert (tmp_path / "out").read_text() == "mine"

    def test_two_trials_in_one_are_refused(self, folder: Path, ran: list[str], monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("unify.staging.LOCK_WAIT_SECONDS", 0.1)
        with FileLock(folder / ".out.lock"):
            assert refused(folder) == (
                f"{folder}/out: another process is writing this output\n"
                "  fix:      wait until it is done, stop it, or choose another --output"
            )

    def test_a_place_that_cannot_be_written_is_named(self, tmp_path: Path, ran: list[str]):
        (tmp_path / "file").touch()
        text = refused(tmp_path, output=tmp_path / "file/out")
        assert text.startswith(f"{tmp_path}/file/out: cannot be written: ")


@pytest.mark.usefixtures("no_plot")
class TestRegisteredBatches:
    def test_they_give_what_a_scenario_of_the_same_pictures_gives(self, folder: Path, ran: list[str]):
        """The same identities: its runs are found done."""
        shutil.move(folder / "out/workspace", folder / "ws")
        shutil.copytree(folder / "out/runs", folder / "own/runs")
        (folder / "own/request.json").write_text('{"format": "unify-trial", "request": {}}')
        report = run(folder, REGISTERED, workspace=folder / "ws", output=folder / "own", overwrite=True)
        assert ran == []
        by_scenario = content_of(folder / "out")
        changed = {key for key, value in report.content.items() if by_scenario[key] != value}
        assert changed == {"request"} and report.content["request"]["withheld"] == json.loads(selected("withheld"))

    def test_their_workspace_keeps_its_configs_and_gets_no_other_file(
        self, tmp_path: Path, two_tasks: Callable[..., Path], ran: list[str]
    ):
        workspace = two_tasks()
        before = files_of(workspace)
        run(tmp_path, TWO_TASKS, workspace=workspace)
        new = files_of(workspace).keys() - before.keys()
        assert {name.split("/")[0] for name in new} == {".unify", "registry"}
        assert before.items() <= files_of(workspace).items() and "registry/lock.yaml" in new

    def test_a_picture_to_train_on_and_to_evaluate_on_is_named(
        self, tmp_path: Path, two_tasks: Callable[..., Path], ran: list[str]
    ):
        text = refused(tmp_path, TWO_TASKS, PlanError, workspace=two_tasks(vehicle="xbz"))
        assert text.startswith(
            "1 picture: the same picture stands in more than one split (test, train)\n"
            "  got:      vehicle:b1/b.jpg (train) = vehicle:test/b.jpg (test)\n"
        )
        assert ran == [] and not (tmp_path / "out/datasets").exists()

    def test_so_is_one_that_only_the_withheld_labels_know(
        self, tmp_path: Path, two_tasks: Callable[..., Path], ran: list[str]
    ):
        workspace = two_tasks()
        add_batch(workspace, "vehicle:rest", {"z": []}, ["car", "truck"])
        text = TWO_TASKS + 'withheld: ["vehicle:rest"]\nmethods: [naive, partial]\n'
        assert "vehicle:rest/z.jpg (train)" in refused(tmp_path, text, PlanError, workspace=workspace)

    def test_they_need_a_workspace(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(tmp_path)
        assert "outside of a workspace" in refused(tmp_path, REGISTERED, UnifyError)


@pytest.mark.usefixtures("no_plot", "ran")
class TestWarnings:
    def warnings(self, tmp_path: Path, workspace: Path, text: str = TWO_TASKS) -> Sequence[str]:
        report = run(tmp_path, text, workspace=workspace)
        assert list(report.warnings) == content_of(tmp_path / "out")["warnings"]
        return report.warnings

    def test_there_are_none_where_all_is_labeled(self, tmp_path: Path, two_tasks: Callable[..., Path]):
        assert self.warnings(tmp_path, two_tasks()) == ()

    def test_classes_that_are_not_labeled_on_every_picture(self, tmp_path: Path, two_tasks: Callable[..., Path]):
        assert self.warnings(tmp_path, two_tasks(vehicle="uxyz")) == (
            "evaluation: not labeled on every picture, and scored only where they are: pedestrian, cyclist",
        )

    def test_classes_that_are_labeled_on_none(self, tmp_path: Path, two_tasks: Callable[..., Path]):
        text = TWO_TASKS.replace(', "pedestrian:test"', "")
        assert self.warnings(tmp_path, two_tasks(), text) == (
            "evaluation: no selected batch labels pedestrian, cyclist: unknown on every picture",
        )

    def test_classes_that_are_not_trained(self, tmp_path: Path, two_tasks: Callable[..., Path]):
        text = TWO_TASKS.replace(', "pedestrian:b1"', "")
        assert self.warnings(tmp_path, two_tasks(), text) == (
            "no selected batch labels pedestrian, cyclist: unknown on every picture",
        )

    def test_methods_that_see_different_pictures(self, tmp_path: Path, two_tasks: Callable[..., Path]):
        workspace = two_tasks()
        add_batch(workspace, "vehicle:rest", {word: [] for word in "defg"}, ["car", "truck"])
        assert self.warnings(tmp_path, workspace, TWO_TASKS + 'withheld: ["vehicle:rest"]\n') == (
            "the methods are trained on different numbers of pictures: naive 6, partial 6, full 7",
        )


class TestBeforeAnyWork:
    @pytest.mark.parametrize("name", ["tensorflow", "pycocotools", "scipy", "matplotlib", "sklearn"])
    def test_a_library_that_is_missing_is_named(self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(tmp_path)
        hide(monkeypatch, name)
        assert refused(tmp_path, SCENARIO, UnifyError) == (
            f"unify trial: not installed: {name}\n  fix:      pip install 'unify-detection[train]'"
        )
        assert [path.name for path in tmp_path.iterdir()] == ["configs"]

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


def test_files_of_a_cut_are_kept_as_seen_from_the_trial(tmp_path: Path, ran: list[str], no_plot: None):
    """So a folder that holds both may be moved."""
    for part, words in (("train", "abcd"), ("test", "z")):
        source = make_source(tmp_path / "old/data", part, {word: [("cat", BOX)] for word in words})
        for word in words:
            (source[1] / f"{word}.jpg").write_bytes(picture_bytes(word))
    text = """\
name: t
scenario:
  kind: cut
  train: [{annotations: data/train.json, images: data/train}]
  test: [{annotations: data/test.json, images: data/test}]
  tasks: {signal: [traffic light], animal: [cat, dog]}
seeds: 3
"""
    (tmp_path / "old/t.yaml").write_text(text)
    (tmp_path / "old/registry").mkdir()
    (tmp_path / "old/registry/taxonomy.yaml").write_text("tasks:\n  a: {classes: {b: 1}}\n")
    STORY.trial(tmp_path / "old/t.yaml", workspace=tmp_path / "old", workers=1)
    assert content_of(tmp_path / "old/trials/t")["request"]["scenario"]["train"] == [
        ["../../data/train.json", "../../data/train"]
    ]
    ran.clear()
    (tmp_path / "old").rename(tmp_path / "new")
    STORY.trial(tmp_path / "new/t.yaml", workspace=tmp_path / "new", workers=1)
    assert ran == []


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_on_a_cluster_it_gives_the_same(finished: Path, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(STORY, "do_run", make_up)
    shutil.rmtree(folder / "out/runs")
    shutil.rmtree(folder / "out/datasets")
    run(folder, executor="ray", workers=2)
    assert files_of_trial(folder / "out") == files_of_trial(finished / "out")
