"""A loop on disk: a step a call, people in between, and an oracle in place of people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import unify
from tests.looping.workspaces import loop_workspace, write_loop
from tests.workspaces import files_of
from unify.errors import LabelError, OutputError, RegistryError, UnifyError
from unify.looping.state import Step

LOOP = "loops/night"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return loop_workspace(tmp_path / "ws")


def go(workspace: Path, **arguments):
    return unify.loop(LOOP, workspace=workspace, workers=1, **arguments)


def answer_as_shown(workspace: Path) -> None:
    """People find that every box they were shown is right."""
    for folder in (workspace / "loops/night/round-1/answers").iterdir():
        shown = workspace / "loops/night/round-1/review" / folder.name / "annotations.json"
        content = json.loads(shown.read_bytes())
        (folder / "export.json").write_text(json.dumps({**content, "info": {"review": content["info"]["review"]}}))


def test_each_call_does_one_step_and_names_the_next(workspace: Path):
    write_loop(workspace, tool="coco", oracle=None)
    ranked = go(workspace)
    assert [(each.round, each.step) for each in ranked.done] == [(1, Step.RANK)]
    assert ranked.next_step is Step.EXPORT and not ranked.waits_for
    exported = go(workspace)
    (folder,) = exported.waits_for
    assert exported.next_step is Step.IMPORT and folder.endswith("round-1/answers/vehicle")
    answer_as_shown(workspace)
    assert [go(workspace).done[0].step for _ in range(2)] == [Step.IMPORT, Step.COMPILE]
    again = go(workspace)
    assert [(each.round, each.step) for each in again.done] == [(2, Step.RANK)]


def test_nothing_is_taken_in_before_people_have_answered(workspace: Path):
    write_loop(workspace, tool="coco")
    go(workspace), go(workspace)
    with pytest.raises(LabelError) as error:
        go(workspace)
    folder = workspace / "loops/night/round-1/answers/vehicle"
    assert str(error.value).startswith(f"{folder}: there are no answers of the annotators of vehicle yet")
    assert go_on_state(workspace) == ["rank", "export"]


def go_on_state(workspace: Path) -> list[str]:
    return list(json.loads((workspace / "loops/night/loop.json").read_bytes())["rounds"][-1])


def test_an_oracle_answers_to_the_end_of_the_round(workspace: Path):
    report = go(workspace, auto=True)
    assert [each.step for each in report.done] == [Step.RANK, Step.EXPORT, Step.IMPORT, Step.COMPILE]
    found = {each.step: each.found for each in report.done}
    taken = found[Step.IMPORT]
    assert taken["batches"] == ["vehicle:night-r1"] and taken["pictures"] == found[Step.RANK]["questions"] == 3
    assert taken["changes"]["accepted"] == 3 and taken["changes"]["added"] == taken["boxes"] - 3
    assert taken["cost"] == pytest.approx(3 * 1.0 + 3 * 0.3 + (taken["boxes"] - 3) * 1.0)
    unify.check(workspace=workspace)


def test_auto_labelers_are_measured_again_unless_the_loop_says_not_to(workspace: Path):
    measured = workspace / "autolabelers/vehicle/v1/calibration.json"
    write_loop(workspace, calibrate=False)
    before = files_of(workspace / "registry/autolabelers")
    go(workspace, auto=True)
    assert files_of(workspace / "registry/autolabelers") == before and not measured.exists()
    write_loop(workspace)
    go(workspace, auto=True)
    assert files_of(workspace / "registry/autolabelers") != before and measured.exists()


def test_rounds_go_on_until_nothing_is_left_to_ask(workspace: Path):
    report = go(workspace, auto=True, rounds=9)
    assert report.finished and report.summary()["next"] is None
    pictures = [each.found["pictures"] for each in report.done if each.step is Step.IMPORT]
    assert sum(pictures) == 6
    labeled = json.loads((workspace / f"loops/night/round-{len(pictures)}/dataset/manifest.json").read_bytes())
    assert labeled["splits"]["train"]["classes"]["car"]["labeled"] == 6
    assert go(workspace).finished


def test_no_round_shows_what_the_oracle_knows(workspace: Path):
    go(workspace, auto=True)
    project = json.loads((workspace / "loops/night/round-1/review/vehicle/project.json").read_bytes())
    assert {box["source"] for picture in project["pictures"] for box in picture["boxes"]} == {"vehicle:v1"}


@pytest.mark.parametrize("step", [Step.RANK, Step.EXPORT, Step.IMPORT, Step.COMPILE])
def test_a_step_that_was_killed_before_its_note_is_repeated_without_harm(workspace: Path, step: Step):
    write_loop(workspace, tool="coco")
    for each in Step:
        report = go(workspace)
        if each is Step.EXPORT:
            answer_as_shown(workspace)
        if each is step:
            break
    path = workspace / "loops/night/loop.json"
    state = json.loads(path.read_bytes())
    noted = state["rounds"][0].pop(step)
    path.write_text(json.dumps(state))
    (done,) = go(workspace).done
    assert done.step is step and {**done.found, "warnings": noted["warnings"]} == report.done[0].found


def test_the_config_of_a_round_selects_what_came_back_and_keeps_the_persons_own(workspace: Path):
    go(workspace, auto=True)
    grown = (workspace / "loops/night/round-1/dataset.yaml").read_text()
    assert 'datasets: ["pedestrian:b1", "vehicle:night-r1"]' in grown
    assert (workspace / "configs/mix.yaml").read_text().splitlines()[2] == 'datasets: ["pedestrian:b1"]'


def test_a_config_that_selects_all_batches_selects_what_came_back_once(workspace: Path):
    (workspace / "configs/mix.yaml").write_text(
        "name: mix\nmethod: partial\ndatasets: ['pedestrian:all', 'vehicle:night-r1']\n"
    )
    with pytest.raises(RegistryError, match="unknown batch 'vehicle:night-r1'"):
        go(workspace, auto=True)
    (workspace / "configs/mix.yaml").write_text("name: mix\nmethod: partial\ndatasets: ['pedestrian:all']\n")
    go(workspace, auto=True)
    assert '["pedestrian:all", "vehicle:night-r1"]' in (workspace / "loops/night/round-1/dataset.yaml").read_text()


def test_without_an_oracle_nobody_answers_in_place_of_people(workspace: Path):
    write_loop(workspace, oracle=None)
    with pytest.raises(RegistryError, match="nobody answers in place of people"):
        go(workspace, auto=True)


def test_an_oracle_does_not_answer_what_was_exported_for_people(workspace: Path):
    go(workspace), go(workspace)
    with pytest.raises(UnifyError, match="the oracle cannot answer in labelstudio, for which this round was exported"):
        go(workspace, auto=True)


def test_a_cache_without_answers_names_the_command_that_fills_it(workspace: Path):
    for path in sorted((workspace / ".unify/cache").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    with pytest.raises(UnifyError) as error:
        go(workspace)
    assert "nothing can be ranked" in str(error.value) and "--method soft" in str(error.value)


def test_a_folder_of_something_else_is_refused(workspace: Path):
    (workspace / "loops/night").mkdir(parents=True)
    (workspace / "loops/night/notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="the output holds something that is no loop"):
        go(workspace)
