"""Loading a valid registry; what an invalid one says is in test_golden.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.registry import design_workspace
from tests.registry.workspaces import TAXONOMY, VEHICLE, make_workspace
from unify.core.types import BatchRef
from unify.errors import RegistryError
from unify.registry.load import find_workspace, load_registry
from unify.registry.objects import AutoLabelerRef, AutoLabelerVersion, Batch


def test_the_yaml_of_the_design_loads_as_it_is(tmp_path: Path) -> None:
    registry = load_registry(make_workspace(tmp_path, design_workspace.FILES))
    assert registry.workspace == tmp_path
    assert registry.taxonomy.ids == {"car": 1, "truck": 2, "other_vehicle": 3, "pedestrian": 4, "cyclist": 5}
    assert list(map(str, registry.batches)) == [*(f"pedestrian:b{n}" for n in range(1, 6)), "vehicle:b6"]
    assert registry.batches[BatchRef("pedestrian", "b1")] == Batch(
        ref=BatchRef("pedestrian", "b1"),
        annotations=tmp_path / "data/ped/b1.json",
        images=tmp_path / "data/ped/b1",
        format="coco",
        split="train",
        labeled_classes=("pedestrian", "cyclist"),
        class_map={"person": "pedestrian"},
        ignore_categories=frozenset({"dog"}),
        notes="rainy nights",
        where="registry/datasets/pedestrian.yaml:3:3",
    )
    assert registry.batches[BatchRef("pedestrian", "b5")].image_set == tmp_path / "data/ped/b5.txt"
    assert registry.autolabelers["pedestrian"][0] == AutoLabelerVersion(
        ref=AutoLabelerRef("pedestrian", "v3"),
        classes=("pedestrian", "cyclist"),
        adapter="keras",
        path=tmp_path / "autolabelers/pedestrian/v3/model.keras",
        options={"input_hw": [320, 320], "batch_size": 32},
        thresholds={"pedestrian": 0.42, "cyclist": 0.37},
        calibration=tmp_path / "autolabelers/pedestrian/v3/calibration.json",
        trained_on=("pedestrian:[b1-b3]", "unified/adas-v6"),
        metrics={"f1": 0.81},
        where="registry/autolabelers/pedestrian.yaml:4:3",
    )
    assert [str(version.ref) for version in registry.autolabelers["pedestrian"]] == ["pedestrian:v3", "pedestrian:v2"]


def test_defaults_of_a_batch(tmp_path: Path) -> None:
    batch = load_registry(make_workspace(tmp_path)).batches[BatchRef("vehicle", "b1")]
    assert batch == Batch(
        ref=BatchRef("vehicle", "b1"),
        annotations=tmp_path / "data/v1.json",
        images=tmp_path / "data/v1",
        labeled_classes=("car", "truck"),
        where="registry/datasets/vehicle.yaml:3:3",
    )


def test_no_labeled_classes_is_not_the_default(tmp_path: Path) -> None:
    text = "task: vehicle\nbatches:\n  b1: {annotations: a, images: b, labeled_classes: []}\n"
    registry = load_registry(make_workspace(tmp_path, {"registry/datasets/vehicle.yaml": text}))
    assert registry.batches[BatchRef("vehicle", "b1")].labeled_classes == ()


def test_a_batch_may_label_classes_of_other_tasks(tmp_path: Path) -> None:
    text = "task: vehicle\nbatches:\n  b1: {annotations: a, images: b, labeled_classes: [car, cyclist]}\n"
    registry = load_registry(make_workspace(tmp_path, {"registry/datasets/vehicle.yaml": text}))
    assert registry.batches[BatchRef("vehicle", "b1")].labeled_classes == ("car", "cyclist")


def test_absolute_paths_stay(tmp_path: Path) -> None:
    text = "task: vehicle\nbatches:\n  b1: {annotations: /data/a.json, images: /data/b}\n"
    registry = load_registry(make_workspace(tmp_path, {"registry/datasets/vehicle.yaml": text}))
    assert registry.batches[BatchRef("vehicle", "b1")].annotations == Path("/data/a.json")


def test_classes_of_one_task_are_exclusive_unless_it_says_otherwise(tmp_path: Path) -> None:
    text = """\
tasks:
  vehicle: {classes: {car: 1, truck: 2}}
  attribute: {classes: {red: 3, wet: 4}, exclusive: false}
  sign: {classes: {sign: 5}}
exclusive: [[car, sign]]
"""
    registry = load_registry(make_workspace(tmp_path, {"registry/taxonomy.yaml": text}))
    assert registry.taxonomy.exclusive == (("car", "truck"), ("car", "sign"))


def test_ids_may_skip(tmp_path: Path) -> None:
    files = {"registry/taxonomy.yaml": TAXONOMY.replace("cyclist: 4", "cyclist: 9")}
    assert load_registry(make_workspace(tmp_path, files)).taxonomy.num_columns == 9


def test_a_task_may_have_no_batches_yet(tmp_path: Path) -> None:
    files = {"registry/datasets/vehicle.yaml": "task: vehicle\nbatches:\n#  b1:\n"}
    assert load_registry(make_workspace(tmp_path, files)).batches == {}


def test_an_auto_labeler_without_versions_is_none(tmp_path: Path) -> None:
    files = {"registry/autolabelers/vehicle.yaml": "name: vehicle\nclasses: [car]\nversions:\n"}
    assert load_registry(make_workspace(tmp_path, files)).autolabelers == {}


def test_hidden_and_other_files_are_left_alone(tmp_path: Path) -> None:
    files = {"registry/datasets/.vehicle.yaml.swp": "\0", "registry/datasets/.old.yaml": "[", "registry/README.md": "x"}
    assert len(load_registry(make_workspace(tmp_path, files)).batches) == 2


def test_edits_are_checked_in_place_of_the_files(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    edited = tmp_path / "registry/datasets/vehicle.yaml"
    new = tmp_path / "registry/datasets/pedestrian.yaml"
    edits = {edited: VEHICLE.replace("b2", "b7").encode(), new: b"task: pedestrian\nbatches:\n"}
    registry = load_registry(workspace, edits=edits)
    assert list(map(str, registry.batches)) == ["vehicle:b1", "vehicle:b7"]
    assert edited.read_text() == VEHICLE and not new.exists()


def test_workspace_is_the_nearest_folder_with_a_registry(tmp_path: Path) -> None:
    inner = make_workspace(tmp_path / "outer" / "inner")
    make_workspace(tmp_path / "outer")
    below = inner / "data" / "x"
    below.mkdir(parents=True)
    assert find_workspace(below) == find_workspace(inner) == inner
    assert find_workspace(tmp_path / "outer" / "elsewhere") == tmp_path / "outer"


def test_folder_outside_any_workspace(tmp_path: Path) -> None:
    with pytest.raises(RegistryError) as raised:
        find_workspace(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path}: not in a workspace\n"
        "  expected: a folder 'registry' here or in a folder above\n"
        "  fix:      make a workspace with 'unify init DIR', or name one with --workspace DIR"
    )


def test_importing_the_registry_loads_no_pydantic() -> None:
    modules = "load, config, lock, edit, workspace, selection"
    code = f"import sys; from unify.registry import {modules}; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
