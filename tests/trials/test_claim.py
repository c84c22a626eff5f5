"""Whose folder an output is: nothing of anybody is lost, and nothing that is right is done again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from tests.scenarios.test_cut import make_source
from tests.trials.on_disk import BOX, REGISTERED, RUNS, SCENARIO, STORY, TWO_TASKS, content_of, refused, run, selected
from tests.workspaces import files_of, picture_bytes
from unify.checking import check

MORE_STEPS = SCENARIO.replace("steps: 4", "steps: 5").replace("tasks: 3", "tasks: 2")


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
        assert refused(
            folder, SCENARIO.replace("{kind: digits, tasks: 3, train: 12, validation: 3, test: 6}", "{kind: digits}")
        )
        assert ran == [] and files_of(folder / "out") == before

    def test_overwriting_does_all_runs_again_that_they_touch(self, folder: Path, ran: list[str]):
        assert run(folder, MORE_STEPS, overwrite=True).content["classes"] == [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
        ]
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

    def test_killed_before_it_had_a_run_it_may_be_given_other_settings(self, folder: Path, ran: list[str]):
        shutil.rmtree(folder / "out/runs")
        (folder / "out/runs/naive-0").mkdir(parents=True)
        assert run(folder, MORE_STEPS).content["request"]["detector"]["steps"] == 5


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

    def test_killed_while_it_claimed_its_folder_it_begins_anew(self, folder: Path, ran: list[str]):
        shutil.rmtree(folder / "out")
        (folder / "out").mkdir()
        (folder / "out/.tmp-123-0").write_text("half a file")
        run(folder)
        assert ran == RUNS


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
