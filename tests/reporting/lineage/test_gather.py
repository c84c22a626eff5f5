from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.reporting.material import make_manifest
from tests.workspaces import add_batch, make_workspace
from unify.errors import RegistryError
from unify.records.manifest import manifest_bytes
from unify.registry.load import load_registry
from unify.registry.lock import LockEntry, reading_of, write_lock
from unify.registry.objects import Registry
from unify.reporting.lineage.gather import batch_lineage, dataset_lineage, labeler_lineage
from unify.reporting.lineage.graph import Lineage, accounting
from unify.trained_on import manifests_of, training_closure

BATCHES = {"vehicle:b1": 30, "pedestrian:b1": 10, "pedestrian:b2": 20}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = make_workspace(tmp_path / "ws")
    for ref in BATCHES:
        add_batch(root, ref, {"x": []}, ["car"])
    digest = f"sha256:{64 * '0'}"
    locked = {
        ref: LockEntry(digest, digest, 1, BATCHES[str(ref)], reading_of(batch))
        for ref, batch in load_registry(root).batches.items()
    }
    write_lock(root, locked)
    return root


def with_labelers(workspace: Path, **trained_on: list[str]) -> Registry:
    """``vehicle=[...]`` is what vehicle:v1 was trained on."""
    folder = workspace / "registry/autolabelers"
    folder.mkdir(exist_ok=True)
    for name, items in trained_on.items():
        version = {"adapter": "recorded", "trained_on": items}
        content = {"name": name, "classes": ["car" if name == "vehicle" else "cyclist"], "versions": {"v1": version}}
        (folder / f"{name}.yaml").write_text(json.dumps(content))
    return load_registry(workspace)


def add_dataset(workspace: Path, name: str, batches: list[str], *labelers: dict, boxes: dict[str, int], **more) -> dict:
    """A manifest of vehicle and pedestrian batches; ``boxes`` is source -> boxes."""
    inputs = [{"batch": each, "num_boxes": BATCHES[each], "reading": {"split": "train"}} for each in batches]
    entry = {"labeled": 0, "incomplete": 0, "unknown": 0, "auto_label_ratio": 0.0}
    classes = {"car": {**entry, "boxes": sum(boxes.values()), "sources": boxes}}
    splits = {"train": {"examples": 1, "boxes": sum(boxes.values()), "classes": {}}}
    changes = {"inputs": inputs, "autolabelers": list(labelers), "classes": classes, "splits": splits, "name": name}
    manifest = make_manifest(**{**changes, **more})
    folder = workspace / "unified" / name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_bytes(manifest_bytes(manifest))
    return manifest


def recorded(ref: str, trained_on: list[str], batches: list[str]) -> dict:
    return {
        "autolabeler": ref,
        "classes": {},
        "trained_on": trained_on,
        "trained_on_batches": batches,
        "fingerprint": ref,
    }


def shares(lineage: Lineage) -> dict[str, tuple[int, int]]:
    return {row["batch"]: (row["human"], row["machine"]) for row in accounting(lineage)["batches"]}


def test_an_auto_labeler_goes_back_through_a_dataset(workspace: Path):
    registry = with_labelers(workspace, vehicle=["vehicle:b1"], pedestrian=["unified/d1", "pedestrian:b2"])
    vehicle = recorded("vehicle:v1", ["vehicle:b1"], ["vehicle:b1"])
    add_dataset(workspace, "d1", ["pedestrian:b1"], vehicle, boxes={"human": 10, "vehicle:v1": 30})
    lineage = labeler_lineage(registry.autolabelers["pedestrian"][0], registry)
    # trained on d1's 40 boxes, 10 by people of pedestrian:b1 and 30 by vehicle:v1, and on 20 of pedestrian:b2
    edges = {(start.split(":", 1)[1], end.split(":", 1)[1]): boxes for (start, end), boxes in lineage.edges.items()}
    assert edges == {
        ("unified/d1", "pedestrian:v1"): 40,
        ("pedestrian:b2", "pedestrian:v1"): 20,
        ("pedestrian:b1", "unified/d1"): 10,
        ("vehicle:v1", "unified/d1"): 30,
        ("vehicle:b1", "vehicle:v1"): 30,
    }
    assert lineage.notes == ()


def test_it_reaches_the_batches_of_the_training_closure(workspace: Path):
    registry = with_labelers(workspace, vehicle=["vehicle:all"], pedestrian=["unified/d1", "pedestrian:[b1-b2]"])
    add_dataset(
        workspace,
        "d1",
        ["pedestrian:b1"],
        recorded("vehicle:v1", ["vehicle:all"], ["vehicle:b1"]),
        boxes={"human": 3, "vehicle:v1": 3},
    )
    for name in ("vehicle", "pedestrian"):
        version = registry.autolabelers[name][0]
        leaves = {each.title for each in labeler_lineage(version, registry).origins.values() if not each.parents}
        assert leaves == set(training_closure(version, registry, manifests_of(registry)).batches)


def test_what_a_dataset_holds_beside_its_training_split_taught_nobody(workspace: Path):
    registry = with_labelers(workspace, vehicle=["unified/d1"])
    inputs = [
        {"batch": "vehicle:b1", "num_boxes": 30, "reading": {"split": "train"}},
        {"batch": "pedestrian:b1", "num_boxes": 10, "reading": {"split": "val"}},
    ]
    add_dataset(workspace, "d1", [], boxes={"human": 40}, inputs=inputs)
    lineage = labeler_lineage(registry.autolabelers["vehicle"][0], registry)
    assert {each.title for each in lineage.origins.values()} == {"vehicle:b1", "unified/d1", "vehicle:v1"}


def test_a_dataset_takes_in_every_split(workspace: Path):
    registry = with_labelers(workspace, vehicle=["vehicle:b1"])
    labeler = recorded("vehicle:v1", ["vehicle:b1"], ["vehicle:b1"])
    boxes = {"human": 4, "vehicle:v1": 9}
    manifest = add_dataset(workspace, "d", ["pedestrian:b1", "pedestrian:b2"], labeler, boxes=boxes)
    drawn = {"pedestrian:b1": 3, "pedestrian:b2": 1}
    lineage = dataset_lineage(workspace / "unified/d", manifest, registry, drawn, {"vehicle:v1": 9})
    assert lineage.target == "dataset:unified/d"
    assert shares(lineage) == {"pedestrian:b1": (3, 0), "pedestrian:b2": (1, 0), "vehicle:b1": (0, 9)}


def test_an_auto_labeler_that_found_nothing_is_still_behind_the_dataset(workspace: Path):
    registry = with_labelers(workspace, vehicle=["vehicle:b1"])
    labeler = recorded("vehicle:v1", ["vehicle:b1"], ["vehicle:b1"])
    manifest = add_dataset(workspace, "d", ["pedestrian:b1"], labeler, boxes={"human": 4})
    lineage = dataset_lineage(workspace / "unified/d", manifest, registry, {"pedestrian:b1": 4}, {})
    assert lineage.edges["autolabeler:vehicle:v1", "dataset:unified/d"] == 0


def test_the_manifest_says_what_the_model_was_trained_on_when_it_labeled(workspace: Path):
    registry = with_labelers(workspace, vehicle=["pedestrian:b1"])  # edited since
    labeler = recorded("vehicle:v1", ["vehicle:b1"], ["vehicle:b1"])
    manifest = add_dataset(workspace, "d", ["pedestrian:b2"], labeler, boxes={"human": 1, "vehicle:v1": 5})
    lineage = dataset_lineage(workspace / "unified/d", manifest, registry, {"pedestrian:b2": 1}, {"vehicle:v1": 5})
    assert shares(lineage) == {"pedestrian:b2": (1, 0), "vehicle:b1": (0, 5)}


def test_without_a_workspace_the_manifest_alone_is_followed(workspace: Path):
    labeler = recorded("vehicle:v1", ["vehicle:b1"], ["vehicle:b1"])
    manifest = add_dataset(workspace, "d", ["vehicle:b1"], labeler, boxes={"human": 1, "vehicle:v1": 5})
    lineage = dataset_lineage(workspace / "unified/d", manifest, None, {"vehicle:b1": 1}, {"vehicle:v1": 5})
    assert (lineage.target, shares(lineage)) == ("dataset:d", {"vehicle:b1": (1, 5)})


def test_a_dataset_that_is_gone_is_followed_as_later_recorded(workspace: Path):
    registry = with_labelers(workspace)
    labeler = recorded("vehicle:v1", ["unified/gone", "vehicle:b1"], ["pedestrian:b1", "vehicle:b1"])
    manifest = add_dataset(workspace, "d", ["vehicle:b1"], labeler, boxes={"human": 1, "vehicle:v1": 5})
    lineage = dataset_lineage(workspace / "unified/d", manifest, registry, {"vehicle:b1": 1}, {"vehicle:v1": 5})
    assert shares(lineage) == {"pedestrian:b1": (0, 2), "vehicle:b1": (1, 3)}  # equally: the dataset's size is unknown
    assert lineage.origins["dataset:unified/gone"].details["batches"] == "as recorded later"


def test_what_cannot_be_told_is_said(workspace: Path):
    registry = with_labelers(workspace)
    labelers = [recorded("a:v1", [], []), recorded("b:v1", ["unified/gone"], []), recorded("c:v1", ["sign:b1"], [])]
    boxes = {"human": 1, "a:v1": 1, "b:v1": 2, "c:v1": 3}
    manifest = add_dataset(workspace, "d", ["vehicle:b1"], *labelers, boxes=boxes)
    machine = {name: number for name, number in boxes.items() if name != "human"}
    lineage = dataset_lineage(workspace / "unified/d", manifest, registry, {"vehicle:b1": 1}, machine)
    assert lineage.notes == (
        "nobody registered what a:v1 was trained on",
        "b:v1 was trained on unified/gone, which cannot be followed: "
        "there is no unified dataset here: its manifest is missing",
        "c:v1 was trained on sign:b1, which is not registered here",
    )
    assert (accounting(lineage)["unknown"], accounting(lineage)["machine"]) == (6, 0)


def test_a_model_trained_on_what_it_labeled_is_refused(workspace: Path):
    registry = with_labelers(workspace, vehicle=["unified/d1"])
    labeler = recorded("vehicle:v1", ["unified/d1"], [])
    add_dataset(workspace, "d1", ["vehicle:b1"], labeler, boxes={"human": 1, "vehicle:v1": 1})
    with pytest.raises(RegistryError, match="got:      vehicle:v1 ← unified/d1 ← vehicle:v1"):
        labeler_lineage(registry.autolabelers["vehicle"][0], registry)


def test_a_batch_is_where_labels_begin(workspace: Path):
    registry = with_labelers(workspace)
    lineage = batch_lineage(next(iter(registry.batches)), registry)
    assert [each.parents for each in lineage.origins.values()] == [()]
    assert lineage.edges == {}


def test_no_place_of_this_machine_is_told(workspace: Path):
    registry = with_labelers(workspace, vehicle=["vehicle:b1"])
    manifest = add_dataset(workspace, "d", ["vehicle:b1"], boxes={"human": 1})
    lineage = dataset_lineage(workspace / "unified/d", manifest, registry, {"vehicle:b1": 1}, {})
    assert str(workspace) not in repr(lineage)
