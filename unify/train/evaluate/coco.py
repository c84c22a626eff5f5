"""pycocotools' own evaluation, made to honour what nobody looked for. No line of it is repeated here.

The rule is LVIS's (Gupta et al. 2019, ``lvis/eval.py``): detections of a class that is unknown on their picture are
dropped before anything is matched; unmatched detections of an incomplete class are marked ignored between pycocotools'
matching and its accumulation, as it marks those outside of an area range itself.
"""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import numpy as np

from unify.core.types import JsonObject, State
from unify.errors import Problem, UnifyError
from unify.train.evaluate.placed import PlacedDetections
from unify.train.evaluate.truth import Truth

if TYPE_CHECKING:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval


def run_coco(truth: Truth, detections: PlacedDetections) -> COCOeval:
    """COCO's evaluation of boxes, finished: ``stats``, ``eval`` and ``evalImgs`` are filled.

    Raises:
        UnifyError: pycocotools is not installed.
    """
    check_pycocotools()
    from pycocotools.cocoeval import COCOeval

    judged = detections.take(~is_unknown(truth, detections))
    with redirect_stdout(io.StringIO()):  # it prints at every step
        evaluation = COCOeval(_coco(truth, _truth_entries(truth)), _coco(truth, _detection_entries(judged)), "bbox")
        evaluation.evaluate()
        _ignore_unmatched(evaluation, truth.state == State.INCOMPLETE)
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation


def is_unknown(truth: Truth, detections: PlacedDetections) -> np.ndarray:
    """bool [D]: nobody looked for the detection's class on its picture."""
    return truth.state[detections.picture, detections.class_ids - 1] == State.UNKNOWN


def check_pycocotools() -> None:
    """Before anything long begins: is pycocotools there?

    Raises:
        UnifyError: it is not.
    """
    try:
        import pycocotools  # noqa: F401 (unused-import): only whether it is there
    except ModuleNotFoundError as error:
        fix = "pip install 'unify-detection[train]'"
        raise UnifyError(Problem("unify evaluate", "pycocotools is not installed", got=str(error), fix=fix)) from error


def _ignore_unmatched(evaluation: COCOeval, incomplete: np.ndarray) -> None:
    """Mark unmatched detections ignored where ``incomplete`` (bool [P, C]) is set."""
    for result in evaluation.evalImgs:
        if result is not None and incomplete[result["image_id"] - 1, result["category_id"] - 1]:
            result["dtIgnore"] |= result["dtMatches"] == 0


def _coco(truth: Truth, annotations: list[JsonObject]) -> COCO:
    """Pictures, classes and boxes as pycocotools indexes them. Its own ``loadRes`` fails where nothing was found."""
    from pycocotools.coco import COCO

    coco = COCO()
    coco.dataset = {
        "images": [{"id": row + 1} for row in range(len(truth))],
        "categories": [{"id": class_id, "name": name} for class_id, name in truth.taxonomy.names.items()],
        "annotations": annotations,
    }
    coco.createIndex()
    return coco


def _truth_entries(truth: Truth) -> list[JsonObject]:
    columns = (truth.box_picture, truth.box_class, truth.boxes_xywh_px, truth.box_area, truth.box_crowd)
    return [
        # Ids from 1: to pycocotools a match with number 0 is no match.
        {
            "id": number,
            "image_id": picture + 1,
            "category_id": class_id,
            "bbox": box,
            "area": area,
            "iscrowd": int(crowd),
        }
        for number, (picture, class_id, box, area, crowd) in enumerate(zip(*(each.tolist() for each in columns)), 1)
    ]


def _detection_entries(detections: PlacedDetections) -> list[JsonObject]:
    columns = (detections.picture, detections.class_ids, detections.boxes_xywh_px, detections.scores)
    return [
        {
            "id": number,
            "image_id": picture + 1,
            "category_id": class_id,
            "bbox": box,
            "area": box[2] * box[3],
            "score": score,
        }
        for number, (picture, class_id, box, score) in enumerate(zip(*(each.tolist() for each in columns)), 1)
    ]
