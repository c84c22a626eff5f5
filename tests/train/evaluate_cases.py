"""Truths and detections for the tests of evaluation: by hand, or random, and plain pycocotools to compare with."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from tests.factories import digest_of, make_taxonomy
from unify.core.types import State
from unify.train.evaluate import Detections, Truth

TAXONOMY = make_taxonomy({"vehicle": ["car", "truck"], "pedestrian": ["pedestrian"]})
CAR, TRUCK, PEDESTRIAN = 1, 2, 3
Box = tuple[float, float, float, float]

LEFT, MIDDLE, RIGHT = (0.0, 0.0, 40.0, 40.0), (100.0, 0.0, 40.0, 40.0), (200.0, 0.0, 40.0, 40.0)
"""Three xywh boxes of medium size that do not touch."""


def make_truth(
    pictures: Sequence[Mapping[int, Sequence[Box]]],
    states: Mapping[tuple[int, int], State] | None = None,
    crowds: Sequence[tuple[int, int, Box]] = (),
) -> Truth:
    """Pictures as class -> boxes xywh, all classes labeled.

    Args:
        pictures: one mapping a picture.
        states: (picture, class) -> state, over labeled.
        crowds: (picture, class, box) around groups.
    """
    boxes = [
        (p, c, box, False) for p, by_class in enumerate(pictures) for c, all_of in by_class.items() for box in all_of
    ]
    boxes += [(*crowd, True) for crowd in crowds]
    state = np.full((len(pictures), TAXONOMY.num_columns), State.LABELED, np.uint8)
    for (picture, class_id), value in (states or {}).items():
        state[picture, class_id - 1] = value
    xywh = np.array([box for _, _, box, _ in boxes], float).reshape(-1, 4)
    return Truth(
        taxonomy=TAXONOMY,
        sha256=tuple(digest_of(str(picture)).tobytes().hex() for picture in range(len(pictures))),
        state=state,
        box_picture=np.array([picture for picture, _, _, _ in boxes], np.int64),
        box_class=np.array([class_id for _, class_id, _, _ in boxes], np.int64),
        boxes_xywh_px=xywh,
        box_area=xywh[:, 2] * xywh[:, 3],
        box_crowd=np.array([crowd for _, _, _, crowd in boxes], bool),
    )


def make_detections(rows: Sequence[tuple[int, int, Box, float]]) -> Detections:
    """Rows (image id, class, box xywh, score) as columns."""
    return Detections(
        picture_ids=[row[0] for row in rows],
        class_ids=np.array([row[1] for row in rows], np.int64),
        boxes_xywh_px=np.array([row[2] for row in rows], float).reshape(-1, 4),
        scores=np.array([row[3] for row in rows], float),
    )


def random_case(seed: int, *, pictures: int = 12, crowds: bool = True) -> tuple[Truth, Detections]:
    """Fully labeled random boxes of all sizes, and detections of which about half lie near one; all scores differ."""
    rng = np.random.default_rng(seed)
    count = 5 * pictures
    xywh = np.concatenate([rng.uniform(0, 300, (count, 2)), np.exp(rng.uniform(2, 5.3, (count, 2)))], axis=1)
    truth = replace(
        make_truth([{}] * pictures),
        box_picture=np.sort(rng.integers(0, pictures, count)),
        box_class=rng.integers(1, 4, count),
        boxes_xywh_px=xywh,
        box_area=xywh[:, 2] * xywh[:, 3] * rng.uniform(0.5, 1, count),
        box_crowd=(rng.random(count) < 0.1) & crowds,
    )
    near = rng.integers(0, count, 2 * count)
    found = Detections(
        picture_ids=(truth.box_picture[near] + 1).tolist(),
        class_ids=np.where(rng.random(2 * count) < 0.7, truth.box_class[near], rng.integers(1, 4, 2 * count)),
        boxes_xywh_px=xywh[near] * rng.uniform(0.8, 1.2, (2 * count, 4)),
        scores=rng.permutation(2 * count) / (2 * count),
    )
    return truth, found


def take(detections: Detections, index: np.ndarray) -> Detections:
    """Some detections, or all in another order."""
    return Detections(
        picture_ids=[detections.picture_ids[at] for at in index],
        class_ids=detections.class_ids[index],
        boxes_xywh_px=detections.boxes_xywh_px[index],
        scores=detections.scores[index],
    )


def plain_pycocotools(annotations: dict, results: list[dict]) -> COCOeval:
    """What anybody gets from pycocotools who never heard of labeled classes."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = annotations
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation


def as_coco(truth: Truth) -> dict:
    """The truth as a COCO annotation file."""
    return {
        "images": [{"id": row + 1} for row in range(len(truth))],
        "categories": [{"id": class_id, "name": name} for class_id, name in truth.taxonomy.names.items()],
        "annotations": [
            {
                "id": index + 1,
                "image_id": int(truth.box_picture[index]) + 1,
                "category_id": int(truth.box_class[index]),
                "bbox": truth.boxes_xywh_px[index].tolist(),
                "area": float(truth.box_area[index]),
                "iscrowd": int(truth.box_crowd[index]),
            }
            for index in range(len(truth.box_class))
        ],
    }


def as_results(detections: Detections) -> list[dict]:
    """The detections as a COCO results file."""
    return [
        {"image_id": picture_id, "category_id": int(class_id), "bbox": box.tolist(), "score": float(score)}
        for picture_id, class_id, box, score in zip(
            detections.picture_ids, detections.class_ids, detections.boxes_xywh_px, detections.scores
        )
    ]
