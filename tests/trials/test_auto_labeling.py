"""Trials of `hard`, `soft` and mixtures: who is filled in by whom, and how often specialists are made."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.scenarios.test_cut import make_source
from tests.trials.on_disk import BOX, TASKS, TWO_TASKS, content_of, files_of_trial, made_up, refused, run
from tests.trials.specialists import Asked, all_knowing
from tests.workspaces import files_of, picture_bytes
from unify.errors import PlanError, RegistryError
from unify.records.manifest import read_manifest
from unify.registry.edit import register_autolabeler
from unify.registry.trial_objects import DetectorSettings
from unify.specialists import SpecialistTask

CONFIG = """\
name: t
scenario: {kind: digits, tasks: 3, train: 12, validation: 60, test: 6}
methods: [naive, partial, hard, soft, careful, full]
mixtures:
  careful: {default: partial, zero_to_one: soft}
  bold: hard
seeds: [4, 2, 3]
detector: {image_hw: [48, 48], width: 4, steps: 4, batch_size: 4}
"""
DIGITS = ("zero", "one", "two", "three", "four", "five")
SETTINGS = DetectorSettings(image_hw=(48, 48), width=4, steps=4, batch_size=4)
SPECIALISTS = [SpecialistTask(task, (f"{task}:train",), (f"{task}:val",)) for task in TASKS]


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Asked]:
    """A folder with a config and, in ``out``, its trial, not to be changed; and which specialists it asked for."""
    folder = tmp_path_factory.mktemp("tried")
    with made_up(), all_knowing() as asked, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run(folder, CONFIG)
    return folder, asked


@pytest.fixture
def again(tried: tuple[Path, Asked], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that, to be changed, and to be in."""
    shutil.copytree(tried[0], tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def asked(no_plot: None) -> Iterator[Asked]:
    """The specialists that are asked for from now on."""
    with all_knowing() as made:
        yield made


class TestWhatIsFilledIn:
    def test_hard_and_soft_fill_every_class_and_a_mixture_what_it_says(self, tried: tuple[Path, Asked]):
        scores = content_of(tried[0] / "out")["scores"]
        filled = {
            method: {name for name, of in scores[method]["classes"].items() if of["auto_label_ratio"] > 0}
            for method in scores
        }
        nothing: set[str] = set()
        people = dict.fromkeys(("naive", "partial", "full"), nothing)
        assert filled == {**people, "hard": {*DIGITS}, "soft": {*DIGITS}, "careful": {"zero", "one"}}

    def test_who_knows_all_makes_hard_of_what_people_would_have_made_full(self, tried: tuple[Path, Asked]):
        manifests = {name: read_manifest(tried[0] / "out/datasets" / name) for name in ("partial", "hard", "full")}
        boxes = {name: {key: of["boxes"] for key, of in each["classes"].items()} for name, each in manifests.items()}
        assert boxes["hard"] == boxes["full"] != boxes["partial"]

    def test_configs_say_what_each_method_is(self, tried: tuple[Path, Asked]):
        configs = tried[0] / "out/configs"
        methods = {path.stem: path.read_text().splitlines()[1] for path in configs.iterdir()}
        assert methods == {
            **{name: f'method: "{name}"' for name in ("naive", "partial", "hard", "soft")},
            "careful": 'method: {"default": "partial", "zero_to_one": "soft"}',
            **dict.fromkeys(("full", "evaluation", "everything"), 'method: "partial"'),
        }

    def test_specialists_learn_from_their_own_task_and_are_told_with_the_scores(self, tried: tuple[Path, Asked]):
        folder, asked = tried
        assert asked == [(SPECIALISTS, SETTINGS, 0)]
        content = content_of(folder / "out")
        assert list(content["specialists"]) == [f"{task}:v1" for task in TASKS]
        measured = content["specialists"]["zero_to_one:v1"]
        assert {name: (of["precision"], of["recall"]) for name, of in measured.items()} == {
            "zero": (1.0, 1.0),
            "one": (1.0, 1.0),
        }
        lines = (folder / "out/trial.txt").read_text().splitlines()
        told = ", ".join(f"{name} 100/100" for name in DIGITS)
        assert f"specialists' precision/recall in % at their thresholds: {told}" in lines

    def test_the_mixtures_that_were_tried_are_kept_and_drawn(self, tried: tuple[Path, Asked]):
        assert content_of(tried[0] / "out")["mixtures"] == {"careful": {"default": "partial", "zero_to_one": "soft"}}
        assert "<!-- careful -->" in (tried[0] / "out/trial.svg").read_text(encoding="utf-8")


class TestWhatIsDoneIsNotDoneAgain:
    def test_a_second_call_trains_nothing_and_writes_the_same_bytes(
        self, tried: tuple[Path, Asked], again: Path, ran: list[str], asked: Asked
    ):
        run(again, CONFIG)
        assert ran == [] and files_of_trial(again / "out") == files_of_trial(tried[0] / "out")

    def test_all_seeds_share_the_specialists(
        self, tried: tuple[Path, Asked], again: Path, ran: list[str], asked: Asked
    ):
        run(again, CONFIG, seeds=3, methods=["hard"])
        assert ran == ["hard, seed 0", "hard, seed 1"] and asked == tried[1]
        before, now = (files_of(folder / "out/datasets") for folder in (tried[0], again))
        assert before == now

    def test_without_hard_and_soft_there_are_no_specialists(self, again: Path, ran: list[str], asked: Asked):
        content = run(again, CONFIG, methods=["naive", "full"]).content
        assert asked == ran == [] and content["specialists"] == content["mixtures"] == {}

    def test_a_method_that_is_added_finds_the_specialists_and_leaves_the_runs(
        self, tried: tuple[Path, Asked], again: Path, ran: list[str], asked: Asked
    ):
        run(again, CONFIG, methods=["naive", "bold"])
        assert ran == ["bold, seed 4", "bold, seed 2", "bold, seed 3"]
        assert files_of(tried[0] / "out/runs").items() <= files_of(again / "out/runs").items()

    def test_a_mixture_that_means_something_else_now_is_done_again_if_one_says_so(
        self, again: Path, ran: list[str], asked: Asked
    ):
        other = CONFIG.replace("zero_to_one: soft", "zero_to_one: hard")
        assert f"{again}/out/datasets/careful: " in refused(again, other)
        assert ran == []
        run(again, other, overwrite=True)
        assert ran == ["careful, seed 4", "careful, seed 2", "careful, seed 3"]


CUT = """\
name: t
scenario:
  kind: cut
  train: [{annotations: data/train.json, images: data/train}]
  validation: [{annotations: data/val.json, images: data/val}]
  test: [{annotations: data/test.json, images: data/test}]
  tasks: {animal: [dog, cat], signal: [traffic light]}
methods: [partial, soft]
seeds: 3
"""


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_picture_to_calibrate_on_that_stands_elsewhere_is_named_before_any_training(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ran: list[str], asked: Asked
):
    monkeypatch.chdir(tmp_path)
    pictures = {"train": ("a", "b", "c", "d"), "val": ("v",), "test": ("z",)}
    for name, words in pictures.items():
        labels = {word: [("dog", BOX), ("traffic light", BOX)] for word in words}
        _, images = make_source(tmp_path / "configs/trials/data", name, labels)
        for word in words:
            content = pictures[part][0] if name == "val" else word
            (images / f"{word}.jpg").write_bytes(picture_bytes(content))
    text = refused(tmp_path, CUT, PlanError)
    assert text.startswith(
        f"1 picture: the same picture stands in more than one split ({', '.join(sorted([part, 'val']))})"
    )
    assert asked == ran == []


class TestRegisteredBatches:
    TEXT = TWO_TASKS + "methods: [partial, hard, careful]\nmixtures: {careful: {vehicle: soft}}\n"

    def test_their_own_auto_labelers_fill_them_in(
        self, tmp_path: Path, two_tasks: Callable[..., Path], ran: list[str], asked: Asked
    ):
        workspace = two_tasks()
        for task, word in (("vehicle", "d"), ("pedestrian", "a")):
            (workspace / f"{task}.json").write_text(
                f'[{{"image_id": "{word}.jpg", "category_id": 1, "bbox": [4, 4, 20, 16], "score": 0.9}}]'
            )
            register_autolabeler(workspace, f"{task}:v1", "recorded", f"{task}.json", options={"unlisted": "empty"})
        scores = run(tmp_path, self.TEXT, workspace=workspace).content["scores"]
        filled = {
            method: {name: of["auto_label_ratio"] for name, of in scores[method]["classes"].items()}
            for method in scores
        }
        # Three cars and three cyclists of people, one car and one pedestrian of machines.
        assert filled == {
            "partial": {"car": 0.0, "truck": 0.0, "pedestrian": 0.0, "cyclist": 0.0},
            "hard": {"car": 0.25, "truck": 0.0, "pedestrian": 1.0, "cyclist": 0.0},
            "careful": {"car": 0.25, "truck": 0.0, "pedestrian": 0.0, "cyclist": 0.0},
        }
        assert asked == []

    def test_without_any_the_compile_says_who_is_missing(
        self, tmp_path: Path, two_tasks: Callable[..., Path], ran: list[str], asked: Asked
    ):
        text = refused(tmp_path, self.TEXT, RegistryError, workspace=two_tasks())
        assert "classes would stay unfilled: no auto-labeler of this config finds them\n" in text
        assert asked == ran == []


def test_specialists_are_made_as_the_trials_detector_is(again: Path, ran: list[str], asked: Asked):
    run(again, CONFIG.replace("steps: 4", "steps: 5"), methods=["hard"], overwrite=True)
    assert asked == [(SPECIALISTS, replace(SETTINGS, steps=5), 0)]
