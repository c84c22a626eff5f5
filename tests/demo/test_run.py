"""``unify demo`` as a newcomer meets it."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import unify.demo.run as demo
import unify.demo.workspace as workspace
from tests.demo.stories import OVERLOOKED, replaying_specialists
from tests.workspaces import files_of
from unify.checking import check
from unify.compiler import CompileReport, compile
from unify.demo.round import PlayedRound, play_round
from unify.progress import Silent
from unify.records.decode import iterate_examples

PICTURES = 60


@dataclass
class Story:
    """What a demo said and did."""

    folder: Path
    lines: list[str] = field(default_factory=list)
    reports: dict[str, CompileReport] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def run(self) -> Story:
        self.lines.clear()
        self.reports = demo.run_demo(self.folder, num_pictures=PICTURES, progress=Silent(), say=self.lines.append)
        return self


@pytest.fixture(scope="module")
def replayed() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "_make_specialists", replaying_specialists)
        patch.setattr(workspace, "IMAGE_HW", (180, 320))
        yield


@pytest.fixture(scope="module")
def story(replayed: None, tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("demo") / "d").run()


def test_it_tells_what_plain_concatenation_would_teach_wrongly(story: Story):
    assert "would be taught as background" in story.text


def test_it_shows_labeled_and_unknown_classes_of_a_picture(story: Story):
    assert "nobody looked" in story.text and " labeled " in story.text


def test_it_names_its_pictures(story: Story):
    for name in ("known.png", "demo.png"):
        assert f"{story.folder}/{name}" in story.text
        assert (story.folder / name).stat().st_size > 10_000


def test_hard_asks_the_specialists_and_soft_finds_every_answer(story: Story):
    asked = story.reports["hard"].inference
    # Each training picture is known to one team and asked of the two others; one went to two teams, and is asked once.
    assert (asked.inferred, asked.cached) == (48 * 2 - 1, 0)
    assert (story.reports["soft"].inference.inferred, story.reports["soft"].inference.cached) == (0, 48 * 2 - 1)
    assert "soft asked the specialists nothing" in story.text


def test_a_class_that_its_specialist_does_not_find_stays_unknown_and_is_said_to(story: Story):
    line = next(line for line in story.text.splitlines() if f" {OVERLOOKED} " in line and "stays unknown" in line)
    assert line.split()[0] == OVERLOOKED
    assert story.reports["soft"].summary()["machine_boxes"][OVERLOOKED] == 0


def test_machines_fill_training_pictures_and_people_alone_label_the_others(story: Story):
    for method in ("hard", "soft"):
        examples = list(iterate_examples(story.folder / "unified" / method, "val"))
        assert len(examples) == 12  # a fifth of 60
        assert all(list(example.labeled_ids) == [1, 2, 3, 4, 5, 6, 7] for example in examples)
        assert {source for example in examples for source in example.source} == {"human"}


def test_its_workspace_is_one_to_go_on_with(story: Story):
    report = check(story.folder)
    # Seven batches of teams, a task's truth and a task's answers each; three methods and the loop.
    assert len(report.batches) == 7 + 3 + 3 and report.configs == 4 and not report.warnings


def round_of(story: Story) -> PlayedRound:
    made = workspace.open_workspace(story.folder, PICTURES, Silent())
    return play_round(made, story.folder / "unified/soft", Silent())


def test_a_round_of_questions_makes_the_asked_labels_right(story: Story):
    asked = round_of(story).asked
    assert (asked.after.precision, asked.after.recall) == (1, 1) and asked.after.missing == asked.before.missing
    assert len(asked.before.right) < len(asked.after.right)  # a specialist overlooks every cyclist
    assert len(asked.before.wrong) > 0


def test_only_what_was_asked_changes(story: Story):
    found = round_of(story)
    for asked, everywhere in (
        (found.asked.before, found.everywhere.before),
        (found.asked.after, found.everywhere.after),
    ):
        assert len(asked.right) < len(everywhere.right) and asked.missing < everywhere.missing
    gains = [
        (len(each.after.right) - len(each.before.right), len(each.after.wrong) - len(each.before.wrong))
        for each in (found.asked, found.everywhere)
    ]
    assert gains[0] == gains[1]


def test_the_round_is_played_once(story: Story):
    kept = {name: files_of(story.folder / name) for name in ("loops", "registry", "configs")}
    assert "(played before)" not in story.text and round_of(story).seconds is None
    assert {name: files_of(story.folder / name) for name in kept} == kept


def test_a_round_that_broke_off_goes_on(story: Story):
    path = story.folder / "loops/more/loop.json"
    before = json.loads(path.read_bytes())
    begun = {**before, "rounds": [{step: before["rounds"][0][step] for step in ("rank", "export")}]}
    path.write_text(json.dumps(begun))
    assert round_of(story).seconds is not None
    assert json.loads(path.read_bytes()) == before


def test_what_a_round_brings_is_no_part_of_what_the_methods_compile(story: Story):
    for method in ("partial", "hard", "soft"):
        assert compile(method, workspace=story.folder, overwrite=True).up_to_date


def test_the_threshold_that_the_config_offers_can_be_taken_and_asks_nothing(story: Story, tmp_path: Path):
    config = story.folder / "configs/hard.yaml"
    before = config.read_text()
    try:
        config.write_text(before.replace("#autolabelers", "autolabelers"))
        report = compile("hard", workspace=story.folder, output=tmp_path / "hard")
    finally:
        config.write_text(before)
    assert "thresholds: {car: 0.6}" in before
    assert (report.inference.inferred, report.inference.cached) == (0, 48 * 2 - 1)
    assert report.summary()["machine_boxes"] != story.reports["hard"].summary()["machine_boxes"]


def test_without_what_specialists_need_it_ends_early_and_goes_on_later(
    tmp_path: Path, replayed: None, monkeypatch: pytest.MonkeyPatch
):
    story = Story(tmp_path / "d")
    with monkeypatch.context() as patch:
        patch.setattr(demo, "find_spec", _without("tensorflow"))
        assert list(story.run().reports) == ["partial"]
    assert story.lines[-1] == (
        f"\nLook at     {story.folder}/known.png\n"
        "Go on       pip install 'unify-detection[train]', then the same command: specialists need tensorflow"
    )
    made = files_of(story.folder / "scenes")
    assert list(story.run().reports) == ["partial", "hard", "soft"]
    assert story.lines[0].startswith(f"{story.folder} holds this demo: what is finished is kept.\n")
    assert story.reports["partial"].up_to_date and files_of(story.folder / "scenes") == made


def _without(module: str) -> Callable[[str], object]:
    return lambda name: None if name == module else object()


def test_the_command_draws_as_many_pictures_as_the_function():
    from unify.cli.demo import demo as command

    assert inspect.signature(command).parameters["pictures"].default == demo.NUM_PICTURES
