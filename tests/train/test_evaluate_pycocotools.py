"""On fully labeled pictures every number is pycocotools' own, to the last bit."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.real_data import real
from tests.train.evaluate_cases import as_coco, as_results, plain_pycocotools, random_case, take
from tests.workspaces import add_config, make_workspace
from unify import compile
from unify.records.export import export_dataset
from unify.train.evaluate import EvaluationReport, evaluate, score_detections
from unify.train.evaluate.coco import run_coco
from unify.train.evaluate.placed import place_detections

PER_CLASS_AP = {"ap": slice(None), "ap50": 0, "ap75": 5}


def assert_equal_to_plain(report: EvaluationReport, plain) -> None:
    overall = [
        value for name, value in report.summary()["overall"].items() if name not in ("precision", "recall", "f1")
    ]
    assert overall == [None if value == -1 else value for value in plain.stats.tolist()]
    for place, scores in enumerate(report.classes.values()):
        precision, recall = plain.eval["precision"][:, :, place, 0, 2], plain.eval["recall"][:, place, 0, 2]
        if scores.boxes:
            assert [getattr(scores, name) for name in PER_CLASS_AP] == [
                np.mean(precision[index]) for index in PER_CLASS_AP.values()
            ]
            assert scores.ar100 == np.mean(recall)
        else:
            assert np.all(precision == -1) and (scores.ap, scores.ar100) == (None, None)


@pytest.mark.parametrize("seed", range(6))
def test_random_boxes_with_crowds(seed: int):
    truth, found = random_case(seed)
    plain = plain_pycocotools(as_coco(truth), as_results(found))
    ours = run_coco(truth, place_detections(found, truth))
    for name in ("precision", "recall", "scores"):
        assert np.array_equal(ours.eval[name], plain.eval[name])
    assert_equal_to_plain(score_detections(truth, found), plain)


def test_equal_scores_keep_the_given_order():
    truth, found = random_case(7)
    found.scores[:] = np.round(found.scores, 1)
    assert_equal_to_plain(score_detections(truth, found), plain_pycocotools(as_coco(truth), as_results(found)))


def test_more_than_a_hundred_detections_on_a_picture():
    truth, found = random_case(8, pictures=2)
    many = replace(found, picture_ids=[1] * len(found), class_ids=np.ones(len(found), np.int64))
    many = take(many, np.arange(3 * len(many)) % len(many))
    assert_equal_to_plain(score_detections(truth, many), plain_pycocotools(as_coco(truth), as_results(many)))


def test_a_class_without_boxes_is_none_and_leaves_the_means_alone():
    truth, found = random_case(9)
    kept = truth.box_class != 2
    columns = ("box_picture", "box_class", "boxes_xywh_px", "box_area", "box_crowd")
    truth = replace(truth, **{name: getattr(truth, name)[kept] for name in columns})
    assert_equal_to_plain(score_detections(truth, found), plain_pycocotools(as_coco(truth), as_results(found)))


def test_real_detections_on_the_export_of_a_compiled_dataset(tmp_path: Path):
    """The recorded detections of ``indoor``: their makers' evaluator says mAP 31.05 % at IoU 0.5.

    It counts pixels inclusively and takes the whole area under the curve, pycocotools 101 points of it.
    """
    dataset = compile_indoor(tmp_path, real("indoor"))
    export_dataset(dataset, to="coco", output=tmp_path / "val.json", split="val")
    annotations = json.loads((tmp_path / "val.json").read_text())
    by_sha256 = indoor_results(real("indoor"), {each["name"]: each["id"] for each in annotations["categories"]})
    (tmp_path / "results.json").write_text(json.dumps(by_sha256))
    image_ids = {image["sha256"]: image["id"] for image in annotations["images"]}
    by_image_id = [{**row, "image_id": image_ids[row["image_id"]]} for row in by_sha256]
    (tmp_path / "by_image_id.json").write_text(json.dumps(by_image_id))

    report = evaluate(dataset, tmp_path / "results.json")
    assert report == evaluate(dataset, tmp_path / "by_image_id.json")
    assert_equal_to_plain(report, plain_pycocotools(annotations, by_image_id))
    assert (report.pictures, report.detections) == (85, 450)  # the other 44 are of classes that nobody labeled
    assert sum(scores.boxes for scores in report.classes.values()) == 686
    assert report.overall.ap50 == pytest.approx(0.3105, abs=0.01)


def compile_indoor(folder: Path, indoor: Path) -> Path:
    """The unified dataset of all of ``indoor`` as ``val``."""
    boxes = {
        path.stem: [(row[0], [float(value) for value in row[1:5]]) for row in rows_of(path)]
        for path in sorted((indoor / "ground-truth").iterdir())
    }
    classes = sorted({name for rows in boxes.values() for name, _ in rows})
    ids = {name: number for number, name in enumerate(classes, 1)}
    workspace = make_workspace(folder / "ws", f"tasks:\n  indoor: {{classes: {json.dumps(ids)}}}\n")
    annotations = {
        "images": [{"id": number, "file_name": f"{stem}.jpg"} for number, stem in enumerate(boxes)],
        "annotations": [
            {"image_id": number, "category_id": ids[name], "bbox": [x1, y1, x2 - x1, y2 - y1], "iscrowd": 0}
            for number, rows in enumerate(boxes.values())
            for name, (x1, y1, x2, y2) in rows
        ],
        "categories": [{"id": number, "name": name} for name, number in ids.items()],
    }
    annotations["annotations"] = [{"id": number, **each} for number, each in enumerate(annotations["annotations"])]
    (workspace / "data/indoor.json").write_text(json.dumps(annotations))
    batch = f"b1: {{annotations: data/indoor.json, images: {indoor}/images-optional, split: val}}"
    (workspace / "registry/datasets/indoor.yaml").write_text(f"task: indoor\nbatches:\n  {batch}\n")
    config = add_config(workspace, ["indoor:b1"])
    return compile(config, workspace=workspace, workers=1).output


def indoor_results(indoor: Path, ids: dict[str, int]) -> list[dict]:
    """Its recorded detections of those classes, each picture by its sha256."""
    results = []
    for path in sorted((indoor / "detection-results").iterdir()):
        picture = (indoor / "images-optional" / f"{path.stem}.jpg").read_bytes()
        for name, score, *box in rows_of(path):
            if name in ids:
                x1, y1, x2, y2 = map(float, box)
                place = {"image_id": hashlib.sha256(picture).hexdigest(), "category_id": ids[name]}
                results.append({**place, "bbox": [x1, y1, x2 - x1, y2 - y1], "score": float(score)})
    return results


def rows_of(path: Path) -> list[list[str]]:
    return [line.split() for line in path.read_text().splitlines()]
