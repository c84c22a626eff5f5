"""Every method gets the batches that it should, and what it makes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from unify.compiler import compile
from unify.progress import Silent
from unify.records.decode import iterate_examples
from unify.records.manifest import read_manifest
from unify.registry.trial_objects import DetectorSettings, Digits, TrialConfig
from unify.trials.datasets import TrialDatasets, compile_datasets

METHODS = ("full", "naive", "partial")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrialDatasets]:
    output = tmp_path_factory.mktemp("datasets") / "out"
    config = TrialConfig("t", METHODS, (0, 1, 2), DetectorSettings(), output, Digits(train=12, validation=3, test=6))
    options = {"workers": 1, "executor": "local", "overwrite": False, "progress": Silent()}
    return output, compile_datasets(config, None, **options)


def boxes_of(made: tuple[Path, TrialDatasets], method: str) -> int:
    return made[1].methods[method].manifest["splits"]["train"]["boxes"]


def test_every_method_trains_on_the_same_pictures(made: tuple[Path, TrialDatasets]):
    output, datasets = made
    assert tuple(datasets.methods) == METHODS
    pictures = [
        {example.filename for example in iterate_examples(report.output)} for report in datasets.methods.values()
    ]
    assert len(pictures[0]) == 12 and pictures[0] == pictures[1] == pictures[2]
    assert all(set(report.manifest["splits"]) == {"train"} for report in datasets.methods.values())


def test_only_full_knows_what_was_withheld(made: tuple[Path, TrialDatasets]):
    boxes = {method: boxes_of(made, method) for method in METHODS}
    assert boxes["naive"] == boxes["partial"] < boxes["full"]
    inputs = {method: {each["batch"] for each in made[1].methods[method].manifest["inputs"]} for method in METHODS}
    assert inputs["full"] - inputs["partial"] == {
        "zero_to_one:withheld",
        "two_to_three:withheld",
        "four_to_five:withheld",
    }
    assert inputs["naive"] == inputs["partial"]


@pytest.mark.parametrize(("method", "labeled"), [("naive", 12), ("partial", 4), ("full", 12)])
def test_what_may_be_called_absent(made: tuple[Path, TrialDatasets], method: str, labeled: int):
    """Three tasks share twelve pictures out; naive calls everything absent that has no box."""
    classes = made[1].methods[method].manifest["splits"]["train"]["classes"]
    assert {name: pictures["labeled"] for name, pictures in classes.items()} == dict.fromkeys(classes, labeled)


def test_evaluation_is_fully_labeled_and_of_one_split(made: tuple[Path, TrialDatasets]):
    datasets = made[1]
    assert datasets.split == "test"
    evaluated = datasets.evaluation.manifest["splits"]["test"]
    assert {pictures["labeled"] for pictures in evaluated["classes"].values()} == {evaluated["examples"]} == {6}


def test_its_configs_can_be_compiled_by_hand(made: tuple[Path, TrialDatasets], tmp_path: Path):
    output, datasets = made
    assert sorted(path.stem for path in (output / "configs").iterdir()) == sorted(
        [*METHODS, "evaluation", "everything"]
    )
    config = output / "configs/naive.yaml"
    report = compile(config, workspace=output / "workspace", output=tmp_path / "again", workers=1)
    assert report.manifest == datasets.methods["naive"].manifest == read_manifest(output / "datasets/naive")
