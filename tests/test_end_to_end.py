"""From YAML to records on real pictures, held against the truth that the cut was made from."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.real_data import real
from tests.workspaces import files_of, make_workspace
from unify.compiler import compile
from unify.records.decode import iterate_examples
from unify.records.verify import verify_dataset

CELLS = {"RBC": 1, "WBC": 2, "Platelets": 3}
RANKS = {"nine": 1, "ten": 2, "jack": 3, "queen": 4, "king": 5, "ace": 6}


def one_task_per_class(folder: Path, classes: dict[str, int]) -> Path:
    tasks = "".join(f"  {name.lower()}: {{classes: {{{name}: {i}}}}}\n" for name, i in classes.items())
    return make_workspace(folder, f"tasks:\n{tasks}")


def register(workspace: Path, name: str, classes: dict[str, int], names: list[str], **keys: object) -> None:
    """A batch of one class over some pictures of a folder that holds boxes of all classes."""
    image_set = workspace / "data" / f"{name}.txt"
    image_set.write_text("\n".join(names))
    others = [other for other in classes if other != name]
    lines = {"image_set": image_set, "ignore_categories": json.dumps(others), **keys}
    (workspace / "registry/datasets" / f"{name.lower()}.yaml").write_text(
        f"task: {name.lower()}\nbatches:\n  b1:\n" + "".join(f"    {key}: {value}\n" for key, value in lines.items())
    )


def config(workspace: Path, classes: dict[str, int]) -> None:
    datasets = [f"{name.lower()}:all" for name in classes]
    (workspace / "configs/all.yaml").write_text(f"name: all\nmethod: partial\ndatasets: {json.dumps(datasets)}\n")


def blood_thirds(folder: Path, **source: object) -> Path:
    blood = real("blood")
    workspace = one_task_per_class(folder, CELLS)
    names = (blood / "ImageSets/Main/train.txt").read_text().split()
    for third, name in enumerate(CELLS):
        register(workspace, name, CELLS, names[third::3], images=blood / "JPEGImages", **source)
    config(workspace, CELLS)
    return workspace


@pytest.fixture
def blood_coco(tmp_path: Path) -> Path:
    return blood_thirds(tmp_path / "coco", annotations=real("blood") / "instances_train.json")


def blood_truth() -> dict[str, list[tuple[str, list[float]]]]:
    labels = json.loads((real("blood") / "instances_train.json").read_text())
    categories = {each["id"]: each["name"] for each in labels["categories"]}
    names = {each["id"]: each["file_name"] for each in labels["images"]}
    truth = defaultdict(list)
    for each in labels["annotations"]:
        truth[names[each["image_id"]]].append((categories[each["category_id"]], each["bbox"]))
    return truth


def test_blood_thirds_know_exactly_what_their_people_looked_for(blood_coco: Path):
    report = compile("all", workspace=blood_coco, workers=2)
    assert verify_dataset(report.output).ok
    names = (real("blood") / "ImageSets/Main/train.txt").read_text().split()
    looked_for = {f"{name}.jpg": list(CELLS)[i % 3] for i, name in enumerate(names)}
    truth, seen, zero_area = blood_truth(), 0, 0
    for example in iterate_examples(report.output):
        wanted = looked_for[example.filename]
        assert list(example.labeled_ids) == [CELLS[wanted]]
        assert not len(example.incomplete_ids)
        boxes = [box for name, box in truth[example.filename] if name == wanted]
        kept = [(x, y, x + w, y + h) for x, y, w, h in boxes if w * h > 0]
        zero_area += len(boxes) - len(kept)
        assert sorted(map(tuple, np.round(example.boxes_xyxy_px, 3).tolist())) == sorted(kept)
        assert set(example.class_ids.tolist()) <= {CELLS[wanted]}
        seen += 1
    assert seen == 205
    changed = Counter()
    for batch in report.manifest["inputs"]:
        changed.update(batch["changed"])
    assert changed["zero_area"] == zero_area


def test_all_blood_loses_two_boxes_of_zero_area_and_no_other(tmp_path: Path):
    blood = real("blood")
    workspace = make_workspace(tmp_path / "ws", f"tasks:\n  cells: {{classes: {json.dumps(CELLS)}}}\n")
    splits = "".join(
        f"  {split}:\n    annotations: {blood}/instances_{split}.json\n"
        f"    images: {blood}/JPEGImages\n    split: {split}\n"
        for split in ("train", "val", "test")
    )
    (workspace / "registry/datasets/cells.yaml").write_text(f"task: cells\nbatches:\n{splits}")
    (workspace / "configs/all.yaml").write_text("name: all\nmethod: partial\ndatasets: ['cells:all']\n")
    report = compile("all", workspace=workspace)
    assert report.summary()["boxes"] == 4888 - 2
    assert sum(batch["changed"].get("zero_area", 0) for batch in report.manifest["inputs"]) == 2
    assert {split: facts["examples"] for split, facts in report.manifest["splits"].items()} == {
        "train": 205,
        "val": 87,
        "test": 72,
    }


def test_voc_and_coco_give_the_same_shards(blood_coco: Path, tmp_path: Path):
    blood_voc = blood_thirds(tmp_path / "voc", annotations=real("blood") / "Annotations", format="voc")
    shards = [
        {name: data for name, data in files_of(compile("all", workspace=ws).output).items() if "tfrecord" in name}
        for ws in (blood_coco, blood_voc)
    ]
    assert shards[0] == shards[1]


def cards_truth() -> dict[str, list[str]]:
    """file name -> ranks on it, from the XML beside the pictures."""
    truth = {}
    for path in sorted((real("cards") / "train").glob("*.xml")):
        root = ElementTree.parse(path).getroot()
        truth[root.findtext("filename")] = [each.findtext("name") for each in root.iter("object")]
    return truth


def test_cards_by_rank_unite_what_each_team_knows(tmp_path: Path):
    workspace = one_task_per_class(tmp_path / "ws", RANKS)
    truth, train = cards_truth(), real("cards") / "train"
    for rank in RANKS:  # a team is given every picture that shows its rank: 100 pictures and more in several batches
        names = [name for name, ranks in truth.items() if rank in ranks]
        register(workspace, rank, RANKS, names, annotations=train, images=train, format="voc")
    config(workspace, RANKS)
    report = compile("all", workspace=workspace, workers=2)
    assert {Path(name).suffix for name in truth} == {".jpg", ".JPG"}
    assert report.summary()["examples"] == len(truth) == 296
    assert report.summary()["boxes"] == sum(map(len, truth.values()))
    names = {class_id: rank for rank, class_id in RANKS.items()}
    for example in iterate_examples(report.output):
        ranks = truth[example.filename]
        assert {names[i] for i in example.labeled_ids.tolist()} == set(ranks)
        assert Counter(names[i] for i in example.class_ids.tolist()) == Counter(ranks)
    assert any(len(set(ranks)) > 1 for ranks in truth.values())


def test_cards_that_another_team_was_not_asked_for_stay_unknown(tmp_path: Path):
    workspace = one_task_per_class(tmp_path / "ws", RANKS)
    truth, train = cards_truth(), real("cards") / "train"
    for rank in RANKS:
        names = [name for name, ranks in truth.items() if ranks[0] == rank]
        register(workspace, rank, RANKS, names, annotations=train, images=train, format="voc")
    config(workspace, RANKS)
    unlabeled = 0
    for example in iterate_examples(compile("all", workspace=workspace).output):
        assert example.labeled_ids.tolist() == [RANKS[truth[example.filename][0]]]
        assert set(example.class_ids.tolist()) == set(example.labeled_ids.tolist())
        unlabeled += len(truth[example.filename]) - len(example.class_ids)
    assert unlabeled > 100  # objects that plain concatenation would teach as background
