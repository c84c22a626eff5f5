"""Whole scenarios: workspaces like any other, whose batches together are the truth."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import unify.scenarios.make as make
from tests.real_data import real
from tests.scenarios.test_cut import TASKS, make_source
from tests.workspaces import files_of, picture_bytes
from unify.checking import check, inventory
from unify.errors import OutputError, UnifyError
from unify.labels import FORMATS
from unify.registry.trial_objects import Cut, Digits, Driving, Scenario
from unify.scenarios import ScenarioBatches, make_scenario
from unify.scenarios.drawing import Drawn

DIGITS = Digits(train=24, validation=4, test=5, fully_labeled=0.25)
DRIVING = Driving(
    {"people": ("pedestrian", "cyclist"), "vehicle": ("car",)}, train=4, validation=1, test=2, image_hw=(96, 160)
)


def labels_of(folder: Path, batch: str) -> dict[str, list[tuple]]:
    """picture -> its (class, box) in a batch."""
    path = folder / "data/labels" / f"{batch.replace(':', '/')}.json"
    labels = FORMATS["coco"].read(path, folder) if path.exists() else None
    if labels is None:
        return {}
    names = [labels.categories[category] for category in labels.box_category]
    boxes = list(zip(names, map(tuple, labels.boxes_xyxy.tolist())))
    return {
        name: boxes[start:stop]
        for name, start, stop in zip(labels.file_names, labels.box_offsets, labels.box_offsets[1:])
    }


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scenario") / "digits"
    make_scenario(DIGITS, folder, workers=1)
    return folder


def test_its_batches_are_named_in_the_order_of_the_tasks(tmp_path: Path):
    assert make_scenario(DRIVING, tmp_path / "s", workers=1) == ScenarioBatches(
        ("people:train", "vehicle:train"),
        ("people:withheld", "vehicle:withheld"),
        ("people:val", "vehicle:val"),
        ("people:test", "vehicle:test"),
    )


def test_it_is_a_workspace_without_fault(digits: Path):
    report = check(digits)
    assert not report.warnings
    # 6 of 24 pictures go to all, the other 18 in three parts.
    sizes = {row["batch"].partition(":")[2]: row["pictures"] for row in report.batches}
    assert sizes == {"train": 12, "withheld": 12, "val": 4, "test": 5} and len(report.batches) == 12
    listed = inventory(digits)["batches"]
    assert {(row["batch"].partition(":")[2], row["split"]) for row in listed} == {
        ("train", "train"),
        ("withheld", "train"),
        ("val", "val"),
        ("test", "test"),
    }
    assert listed[0]["labeled_classes"] == ["four", "five"]


def test_one_object_is_one_class_of_all_tasks(digits: Path):
    text = (digits / "registry/taxonomy.yaml").read_text()
    assert text.endswith("exclusive: [[zero, one, two, three, four, five]]\n")


def test_labeled_and_withheld_together_are_the_truth(digits: Path, tmp_path: Path):
    make_scenario(replace(DIGITS, tasks=1), tmp_path / "whole", workers=1)
    truth = labels_of(tmp_path / "whole", "zero_to_five:train")
    assert len(truth) == 24 and not labels_of(tmp_path / "whole", "zero_to_five:withheld")
    together: dict[str, list] = {name: [] for name in truth}
    for task in ("zero_to_one", "two_to_three", "four_to_five"):
        own, others = labels_of(digits, f"{task}:train"), labels_of(digits, f"{task}:withheld")
        assert not own.keys() & others.keys()
        assert own.keys() | others.keys() == truth.keys()
        for name, boxes in (own | others).items():
            together[name] += boxes
    assert {name: sorted(boxes) for name, boxes in together.items()} == {n: sorted(b) for n, b in truth.items()}


def test_each_picture_is_labeled_by_all_tasks_or_by_one(digits: Path):
    tasks = Counter(
        name for task in ("zero_to_one", "two_to_three", "four_to_five") for name in labels_of(digits, f"{task}:train")
    )
    assert Counter(tasks.values()) == Counter({3: 6, 1: 18})


def test_fully_labeled_pictures_leave_nothing_to_withhold(tmp_path: Path):
    batches = make_scenario(replace(DIGITS, fully_labeled=1.0, train=3, test=1), tmp_path / "s", workers=1)
    assert batches.withheld == () and len(batches.datasets) == 3
    assert not list((tmp_path / "s").rglob("withheld.json"))


def test_pictures_to_calibrate_on_are_fully_labeled_and_no_others(digits: Path):
    tasks = ("zero_to_one", "two_to_three", "four_to_five")
    labels = {batch: [labels_of(digits, f"{task}:{batch}") for task in tasks] for batch in ("train", "val", "test")}
    names = {batch: [*of_task] for batch, (of_task, *_) in labels.items()}
    assert [list(of_task) for of_task in labels["val"]] == [names["val"]] * 3 and len(names["val"]) == 4
    # Two to five digits are on each.
    assert all(2 <= sum(len(of_task[name]) for of_task in labels["val"]) <= 5 for name in names["val"])
    pictures = {
        name: (digits / "data/pictures" / name).read_bytes() for of_batch in names.values() for name in of_batch
    }
    assert len(set(pictures.values())) == len(pictures) == sum(map(len, names.values()))


@pytest.mark.parametrize("changed", [{"train": 30}, {"validation": 7}, {"test": 8}], ids=str)
def test_more_pictures_of_one_kind_leave_the_others_as_they_are(digits: Path, tmp_path: Path, changed: dict[str, int]):
    make_scenario(replace(DIGITS, **changed), tmp_path / "s", workers=1)
    before, now = (files_of(folder / "data/pictures") for folder in (digits, tmp_path / "s"))
    assert before.items() <= now.items() and len(now) == len(before) + (6 if "train" in changed else 3)


@pytest.mark.parametrize("scenario", [DIGITS, DRIVING], ids=["digits", "driving"])
def test_one_worker_and_three_write_the_same_bytes(scenario: Scenario, tmp_path: Path):
    for workers in (1, 3):
        make_scenario(scenario, tmp_path / str(workers), workers=workers)
    assert files_of(tmp_path / "1") == files_of(tmp_path / "3")


def test_a_scenario_that_is_there_is_found(digits: Path, monkeypatch: pytest.MonkeyPatch):
    before = files_of(digits)
    monkeypatch.delattr(make, "_make")
    assert make_scenario(replace(DIGITS), digits).evaluation == (
        "zero_to_one:test",
        "two_to_three:test",
        "four_to_five:test",
    )
    assert files_of(digits) == before


@pytest.mark.parametrize("other", [{"test": 2}, {"validation": 2}], ids=str)
def test_another_scenario_takes_its_place(tmp_path: Path, other: dict[str, int]):
    folder, few = tmp_path / "s", replace(DIGITS, train=3, test=1)
    make_scenario(few, folder, workers=1)
    (folder / "old").touch()
    make_scenario(replace(few, **other), folder, workers=1)
    make_scenario(replace(few, **other), tmp_path / "fresh", workers=1)
    assert files_of(folder) == files_of(tmp_path / "fresh")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".fresh.lock", ".s.lock", "fresh", "s"]


def test_the_order_of_tasks_makes_another_scenario(tmp_path: Path):
    for tasks in (("people", "vehicle"), ("vehicle", "people")):
        scenario = replace(DRIVING, tasks={task: DRIVING.tasks[task] for task in tasks})
        batches = make_scenario(scenario, tmp_path / "s", workers=1)
        assert batches.datasets == tuple(f"{task}:train" for task in tasks)


def test_an_empty_folder_is_filled(tmp_path: Path):
    make_scenario(replace(DIGITS, train=3, test=1), tmp_path, workers=1)
    assert (tmp_path / "scenario.json").exists()


@pytest.mark.parametrize("content", ["", '{"name": "mine"}', "3"])
def test_a_folder_of_somebody_else_is_never_removed(content: str, tmp_path: Path):
    folder = tmp_path / "s"
    folder.mkdir()
    (folder / "scenario.json").write_text(content)
    with pytest.raises(OutputError) as error:
        make_scenario(DIGITS, folder)
    assert str(error.value) == (
        f"{folder}: holds something that is no scenario\n  fix:      choose another folder, or move this one away"
    )
    assert files_of(folder) == {"scenario.json": content.encode()}


def test_a_file_in_its_place_is_never_removed(tmp_path: Path):
    (tmp_path / "s").write_text("mine")
    with pytest.raises(OutputError, match="no scenario"):
        make_scenario(DIGITS, tmp_path / "s")
    assert (tmp_path / "s").read_text() == "mine"


class Failing:
    """A painter that fails at the third picture."""

    suffix = ".png"

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self, number: int) -> Drawn:
        if number == 2:
            raise self.error
        return Drawn(np.zeros((8, 8), np.uint8), np.zeros((0, 4), np.float32), ())


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failing_draw_leaves_nothing(workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(make, "digit_painter", lambda settings: Failing(RuntimeError("out of ink")))
    with pytest.raises(RuntimeError, match="out of ink"):
        make_scenario(DIGITS, tmp_path / "s", workers=workers)
    assert [path.name for path in tmp_path.iterdir()] == [".s.lock"]


def test_a_failing_draw_leaves_the_scenario_that_stood_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    make_scenario(replace(DIGITS, train=3, test=1), tmp_path / "s", workers=1)
    before = files_of(tmp_path / "s")
    monkeypatch.setattr(make, "digit_painter", lambda settings: Failing(OSError(28, "No space left on device")))
    with pytest.raises(OutputError) as error:
        make_scenario(DIGITS, tmp_path / "s", workers=1)
    assert str(error.value) == (
        f"{tmp_path}/s: cannot be written: No space left on device\n  fix:      free space on the disk"
    )
    assert files_of(tmp_path / "s") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [".s.lock", "s"]


def test_what_a_killed_maker_left_is_cleared_away(tmp_path: Path):
    for left in (".s.tmp-new", ".s.tmp-old"):
        (tmp_path / left / "registry").mkdir(parents=True)
        (tmp_path / left / "registry/taxonomy.yaml").touch()
    make_scenario(replace(DIGITS, train=3, test=1), tmp_path / "s", workers=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".s.lock", "s"]
    assert check(tmp_path / "s").batches


def test_two_at_once_make_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made, really_make = [], make._make
    monkeypatch.setattr(make, "_make", lambda *given: (made.append(1), really_make(*given)))
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(make_scenario, replace(DIGITS, train=3, test=1), tmp_path / "s", workers=1) for _ in "ab"]
    assert runs[0].result() == runs[1].result() and len(made) == 1


def test_progress_counts_every_picture(tmp_path: Path):
    stages: list[tuple[str, int | None]] = []
    done: list[int] = []

    class Listener:
        def stage(self, what: str, total: int | None = None, unit: str = "pictures"):
            stages.append((what, total))
            return done.append

    make_scenario(replace(DIGITS, train=12), tmp_path / "s", workers=1, progress=Listener())
    assert stages == [("drawing", 21)] and sum(done) == 21


@pytest.fixture
def cut(tmp_path: Path) -> Iterator[Cut]:
    box = (4.0, 4.0, 20.0, 16.0)
    labels = {word: [("dog", box), ("traffic light", box)] for word in "abcdef"}
    parts = {"train": labels, "val": {"y": [("dog", box)]}, "test": {"z": []}}
    sources = {name: make_source(tmp_path / "data", name, part) for name, part in parts.items()}
    for name, word in ((name, word) for name, part in parts.items() for word in part):
        (sources[name][1] / f"{word}.jpg").write_bytes(picture_bytes(word))
    before = files_of(tmp_path / "data")
    yield Cut(*((each,) for each in sources.values()), TASKS)
    assert files_of(tmp_path / "data") == before, "the dataset was touched"


def test_a_cut_labels_pictures_where_they_are(cut: Cut, tmp_path: Path):
    make_scenario(cut, tmp_path / "s")
    report = check(tmp_path / "s")
    rows = {row["batch"]: (row["pictures"], row["boxes"]) for row in report.batches}
    assert rows["signal:train"] == rows["signal:withheld"] == rows["animal:train"] == (3, 3)
    assert (rows["animal:val"], rows["signal:val"], rows["animal:test"]) == ((1, 1), (1, 0), (1, 0))
    assert not report.warnings
    assert not list((tmp_path / "s").rglob("*.jpg"))


def test_a_cut_without_pictures_to_calibrate_on_has_no_batches_of_them(cut: Cut, tmp_path: Path):
    assert make_scenario(cut, tmp_path / "s").validation == ("signal:val", "animal:val")
    batches = make_scenario(replace(cut, validation=()), tmp_path / "s")
    assert batches.validation == () and len(batches.datasets) == len(batches.evaluation) == 2
    assert not list((tmp_path / "s").rglob("val.json"))


def test_a_cut_is_made_anew_when_its_annotations_changed(cut: Cut, tmp_path: Path):
    train = cut.train[0][0]
    content = train.read_text()
    make_scenario(cut, tmp_path / "s")
    before = files_of(tmp_path / "s")
    make_scenario(cut, tmp_path / "s")
    assert files_of(tmp_path / "s") == before
    train.write_text(json.dumps(json.loads(content) | {"annotations": []}))
    make_scenario(cut, tmp_path / "s")
    assert check(tmp_path / "s").batches[0]["boxes"] == 0
    train.write_text(content)


def test_a_cut_is_made_anew_when_its_pictures_to_calibrate_on_changed(cut: Cut, tmp_path: Path):
    calibrate = cut.validation[0][0]
    content = calibrate.read_text()
    make_scenario(cut, tmp_path / "s")
    calibrate.write_text(json.dumps(json.loads(content) | {"annotations": []}))
    make_scenario(cut, tmp_path / "s")
    assert {row["batch"]: row["boxes"] for row in check(tmp_path / "s").batches}["animal:val"] == 0
    calibrate.write_text(content)


def test_a_cut_with_too_few_pictures_leaves_nothing(cut: Cut, tmp_path: Path):
    with pytest.raises(UnifyError, match="no training picture is left for animal"):
        make_scenario(replace(cut, train=cut.test, test=cut.train), tmp_path / "s")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".s.lock", "data"]


def test_real_blood_pictures_are_cut_in_three(tmp_path: Path):
    blood = real("blood")
    parts = {name: (blood / f"instances_{name}.json", blood / "JPEGImages") for name in ("train", "val", "test")}
    tasks = {"red": ("RBC",), "white": ("WBC",), "platelets": ("Platelets",)}
    make_scenario(Cut((parts["train"],), (parts["val"],), (parts["test"],), tasks), tmp_path / "s")
    report = check(tmp_path / "s")
    rows = {row["batch"]: (row["pictures"], row["boxes"]) for row in report.batches}
    assert rows["red:train"][0] + rows["red:withheld"][0] == 205
    assert [rows[f"{task}:{batch}"][0] for batch in ("val", "test") for task in tasks] == [87, 87, 87, 72, 72, 72]
    boxes = {part: sum(row[1] for batch, row in rows.items() if batch.endswith(part)) for part in (":val", ":test")}
    # The makers' train and val hold 2805 + 1138 boxes, of which 2 have no area.
    assert sum(row[1] for row in rows.values()) - boxes[":test"] == 2805 + 1138 - 2
    assert boxes[":test"] == 945
