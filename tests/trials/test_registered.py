"""Trials of registered batches: the same as of a scenario, and what their people should know."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.trials.on_disk import REGISTERED, TWO_TASKS, content_of, refused, run, selected
from tests.workspaces import add_batch, files_of
from unify.errors import PlanError, UnifyError

pytestmark = pytest.mark.usefixtures("no_plot")


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


@pytest.mark.usefixtures("ran")
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
