from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.autolabel.labelers import WHERE, make_version
from unify.autolabel.fingerprint import fingerprint_of
from unify.autolabel.load import ADAPTERS, load_autolabeler, read_spec
from unify.core.digest import json_digest
from unify.core.predictions import ScoreKind
from unify.errors import AutoLabelerError, RegistryError


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"weights")
    return path


def recipe(path: Path, adapter: str = "onnx", **options) -> str:
    return json_digest(read_spec(make_version(adapter, path=path, **options), path.parent).recipe)


def test_what_an_auto_labeler_is_can_be_told_without_loading_it(weights: Path):
    spec = read_spec(make_version("onnx", path=weights, batch_size=4, score_kind="softmax"), weights.parent)
    assert (spec.files, spec.batch_size, spec.score_kind) == ((weights,), 4, ScoreKind.SOFTMAX)
    assert (str(spec.ref), spec.classes) == ("vehicle:v1", ("car", "truck"))


def test_what_changes_predictions_changes_the_recipe(weights: Path):
    plain = recipe(weights)
    changed = [
        recipe(weights, score_floor=0.03),
        recipe(weights, input_hw=[320, 320]),
        recipe(weights, class_names=["truck", "car"]),
        recipe(weights, outputs={"boxes": "b"}),
        recipe(weights, nms_iou=0.5),
        recipe(weights, adapter="keras"),
    ]
    assert len({plain, *changed}) == 7


def test_what_changes_no_prediction_leaves_the_recipe_alone(weights: Path):
    version = make_version("onnx", path=weights)
    other = replace(
        version, thresholds={"car": 0.5}, calibration=Path("c.json"), metrics={"f1": 1.0}, trained_on=("x:b1",)
    )
    assert recipe(weights) == recipe(weights, batch_size=2) == recipe(weights, score_floor=0.02)
    assert read_spec(version, weights.parent).recipe == read_spec(other, weights.parent).recipe


def test_a_model_that_nobody_can_look_into_is_known_by_its_version(tmp_path: Path):
    version = make_version("http", url="http://localhost", model="vehicle")
    newer = replace(version, ref=replace(version.ref, version="v2"))
    recipes = [read_spec(each, tmp_path).recipe for each in (version, newer)]
    assert recipes[0] != recipes[1] and read_spec(version, tmp_path).files == ()


def test_files_and_recipe_make_a_fingerprint(weights: Path):
    specs = [
        read_spec(make_version("onnx", path=weights, **options), weights.parent) for options in ({}, {"padding": 0})
    ]
    assert len({fingerprint_of(spec.files, spec.recipe) for spec in specs}) == 2


def test_weights_that_are_missing_are_told_with_their_place(tmp_path: Path):
    with pytest.raises(RegistryError) as caught:
        read_spec(make_version("onnx", path=tmp_path / "model.onnx"), tmp_path)
    assert str(caught.value) == (
        f"{WHERE}: auto-labeler 'vehicle:v1' is not where its path says\n"
        f"  got:      nothing at {tmp_path}/model.onnx\n"
        "  fix:      correct 'path:', or put the file there"
    )


def test_problems_of_a_version_that_stands_in_no_file_are_told_with_its_name(weights: Path):
    version = replace(make_version("onnx", path=weights, fit="boxed"), where="")
    with pytest.raises(RegistryError, match=r"^auto-labeler 'vehicle:v1': wrong value of 'fit'"):
        read_spec(version, weights.parent)


@pytest.mark.parametrize(
    "edited", ["", "versions:\n", "versions: {v1: none}\n", "versions: {v1: {options: {fit: box}}}\n"]
)
def test_problems_of_a_file_that_was_edited_meanwhile_are_told_where_the_version_was(weights: Path, edited: str):
    file = weights.parent / "registry/autolabelers/vehicle.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(edited)
    with pytest.raises(RegistryError) as caught:
        read_spec(make_version("onnx", path=weights, fit="boxed"), weights.parent)
    assert [problem.where for problem in caught.value.problems] == [WHERE]


def test_a_library_that_is_missing_is_told_with_the_way_to_install_it(weights: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(AutoLabelerError) as caught:
        load_autolabeler(make_version("onnx", path=weights), weights.parent)
    assert str(caught.value) == (
        f"{WHERE}: auto-labeler 'vehicle:v1' needs onnxruntime, which cannot be imported\n"
        "  got:      import of onnxruntime halted; None in sys.modules\n"
        "  fix:      pip install 'unify-detection[onnx]'"
    )


def test_describing_loads_no_library():
    code = f"import sys\nfor name in {sorted(ADAPTERS.values())}: __import__(name)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"tensorflow", "keras", "onnxruntime", "PIL"} & set(done.stdout.split())
